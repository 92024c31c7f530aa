/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists whose entries are kept as text: whatever changes between two calls, the text says what a
 * list made of values says, for those who may read secrets and for those who may not.
 */
#include "unit/api/test_action_world.h"

#include "api/rendered.h"

#include <errno.h>

#define PEERS 3

static char *vpc, *gateway, *peers[PEERS], *connections[PEERS];

/* The answer of a list as text; rendered: its entries are kept. */
static char *list(const char *action, const char *policy, const char *page, bool is_kept)
{
	struct rendered_list rendered = {};
	struct request request = { .access_key_id = policy ? "LTAIremote" : "",
		.policy = policy,
		.source = "unix",
		.host = "127.0.0.1:8443",
		.now_ms = now_ms++,
		.is_root = !policy,
		.rendered = is_kept ? &rendered : NULL };
	AUTO_FREE char *form = xasprintf("PageSize=2&PageNumber=%s", page);
	struct outcome outcome;
	char *text;

	assert_int_equal(params_add_form(&request.params, form, strlen(form)), 0);
	dispatch(&world.api, &request, API_VERSION_VPC, action, &outcome);
	assert_non_null(outcome.answer);
	text = rendered_answer(outcome.answer, &rendered, world.api.vault);
	assert_non_null(text);
	outcome_clear(&outcome);
	params_clear(&request.params);
	rendered_list_clear(&rendered);
	return text;
}

static void compare_list(const char *action)
{
	static const char *const policies[] = { NULL, "read-only", "read-only,read-secrets" };
	static const char *const pages[] = { "1", "2", "7" };

	for (size_t i = 0; i < ARRAY_LEN(policies); i++)
		for (size_t j = 0; j < ARRAY_LEN(pages); j++) {
			AUTO_FREE char *kept = list(action, policies[i], pages[j], true);
			AUTO_FREE char *again = list(action, policies[i], pages[j], true);
			AUTO_FREE char *made = list(action, policies[i], pages[j], false);

			assert_string_equal(kept, made);
			assert_string_equal(again, made);
		}
}

static void compare_lists(void)
{
	compare_list("DescribeVpnConnections");
	compare_list("DescribeCustomerGateways");
}

static void make_all(void)
{
	static const char *const addresses[PEERS] = { "8.0.0.1", "8.0.0.2", "8.0.0.3" };

	vpc = new_vpc();
	gateway = new_gateway(vpc);
	for (size_t i = 0; i < PEERS; i++) {
		peers[i] = new_customer_gateway(addresses[i]);
		connections[i] = new_connection(gateway, peers[i]);
	}
}

static void free_all(void)
{
	free(vpc);
	free(gateway);
	for (size_t i = 0; i < PEERS; i++) {
		free(peers[i]);
		free(connections[i]);
	}
}

static bool says(const char *action, const char *policy, const char *what)
{
	AUTO_FREE char *text = list(action, policy, "1", true);

	return strstr(text, what);
}

/* One change after the other, each of another document that entries are made of. */
static void test_follow_every_change(void **state)
{
	(void)state;
	make_all();
	compare_lists();
	drop(call("ModifyVpnConnectionAttribute", "VpnConnectionId", connections[0], "Name",
		"of \"its\" own", NULL));
	assert_true(says("DescribeVpnConnections", NULL, "of \\\"its\\\" own"));
	compare_lists();
	report("vpn-connection", connections[0], true);
	assert_true(says("DescribeVpnConnections", NULL, "\"ipsec_sa_established\""));
	compare_lists();
	report("vpn-connection", connections[0], false);
	assert_false(says("DescribeVpnConnections", NULL, "\"ipsec_sa_established\""));
	compare_lists();
	drop(call("ModifyCustomerGatewayAttribute", "CustomerGatewayId", peers[0], "Name",
		"another", NULL));
	assert_true(says("DescribeCustomerGateways", NULL, "\"another\""));
	compare_lists();
	drop(call("TagResources", "ResourceType", "VpnConnection", "ResourceId.1", connections[1],
		"Tag.1.Key", "team", "Tag.1.Value", "red", "RegionId", "cn-test", NULL));
	assert_true(says("DescribeVpnConnections", NULL, "\"team\""));
	compare_lists();
	drop(call("MoveVpnResourceGroup", "InstanceId", gateway, "ResourceType", "VpnGateway",
		"NewResourceGroupId", "rg-other", "RegionId", "cn-test", NULL));
	assert_true(says("DescribeVpnConnections", NULL, "\"rg-other\""));
	compare_lists();
	drop(call("DeleteVpnConnection", "VpnConnectionId", connections[0], NULL));
	assert_false(says("DescribeVpnConnections", NULL, connections[0]));
	compare_lists();
	free_all();
}

/* A document that an entry was made of, changed under the API: what find.h looked up counts. */
static void test_follow_other_documents(void **state)
{
	AUTO_FREE char *key = NULL;
	struct store_entry entry;
	json_t *document;
	char *text;

	(void)state;
	make_all();
	compare_lists();
	key = xasprintf("desired/vpn-gateway/%s", gateway);
	entry = stored(key);
	document = json_loads(entry.value, 0, NULL);
	json_object_set_new(document, "Bandwidth", json_integer(20));
	text = json_dumps(document, JSON_COMPACT);
	assert_int_equal(store_commit(world.api.store,
				 &(struct store_op){ .key = key,
					 .value = text,
					 .value_size = strlen(text),
					 .expected = STORE_ANY },
				 1, NULL, NULL),
		0);
	assert_true(says("DescribeVpnConnections", NULL, "\"20M\""));
	compare_lists();
	free(text);
	json_decref(document);
	store_entry_clear(&entry);
	free_all();
}

/* The same kept text for both; what one may see never reaches the other. */
static void test_secrets_by_caller(void **state)
{
	(void)state;
	make_all();
	drop(call("ModifyVpnConnectionAttribute", "VpnConnectionId", connections[0], "IkeConfig",
		"{\"Psk\":\"Kept~Secret0123\"}", NULL));
	for (int turn = 0; turn < 3; turn++) {
		assert_true(says("DescribeVpnConnections", NULL, "\"Psk\":\"Kept~Secret0123\""));
		assert_false(says("DescribeVpnConnections", "read-only", "Kept~Secret0123"));
		assert_true(says("DescribeVpnConnections", "read-only", "\"Psk\":\"******\""));
		assert_true(says("DescribeVpnConnections", "read-only,read-secrets",
			"\"Psk\":\"Kept~Secret0123\""));
	}
	free_all();
}

static void test_text_without_secrets(void **state)
{
	json_auto_t *value = json_loads(
		"{\"Psk\":\"a\\\"b\",\"AuthKey\":\"\",\"L\":[{\"Psk\":\"c\"}],\"Name\":\"n\"}", 0,
		NULL);
	struct rendered *rendered = rendered_new(value, world.api.vault);
	AUTO_STRBUF struct strbuf shown = STRBUF_INIT(1024), masked = STRBUF_INIT(1024);
	struct vault *other;
	AUTO_FREE char *key_file = xasprintf("%s/other", world.dir);

	(void)state;
	assert_int_equal(rendered_write(rendered, world.api.vault, true, &shown), 0);
	assert_string_equal(strbuf_text(&shown),
		"{\"Psk\":\"a\\\"b\",\"AuthKey\":\"\",\"L\":[{\"Psk\":\"c\"}],\"Name\":\"n\"}");
	assert_int_equal(rendered_write(rendered, world.api.vault, false, &masked), 0);
	assert_string_equal(strbuf_text(&masked), "{\"Psk\":\"******\",\"AuthKey\":\"\",\"L\":[{"
						  "\"Psk\":\"******\"}],\"Name\":\"n\"}");
	/* the secrets are sealed in it: another key does not open them */
	assert_int_equal(vault_open(key_file, true, &other), 0);
	assert_int_equal(rendered_write(rendered, other, true, &shown), -EBADMSG);
	unlink(key_file);
	vault_free(other);
	rendered_free(rendered);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, action_world_init, action_world_done)
	const struct CMUnitTest tests[] = {
		TEST(test_follow_every_change),
		TEST(test_follow_other_documents),
		TEST(test_secrets_by_caller),
		TEST(test_text_without_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
