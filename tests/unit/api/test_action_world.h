/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Actions in a test: called by name with parameters through the dispatcher, on a memory store with
 * a pool of two addresses; and the agent's part, played by writing statuses.
 */
#pragma once

#include "support/unit.h"

#include "api/dispatch.h"
#include "base/encode.h"
#include "resource/status.h"
#include "unit/api/world.h"

static struct test_world world;
static struct fault last_fault;
static char *zones[] = { (char[]){ "cn-test-a" }, (char[]){ "cn-test-b" }, NULL };
static struct pool_entry pool[2];
static struct config_region regions[2] = {
	{ (char[]){ "cn-test" }, (char[]){ "Test" }, zones },
	{ (char[]){ "cn-far" }, (char[]){ "Far" }, zones },
};
static char *groups[] = { (char[]){ "rg-default" }, (char[]){ "rg-other" }, NULL };
static int64_t now_ms = 1700000000000;
static bool is_remote; /* calls come from an administrator far away */

static int action_world_init(void **state)
{
	(void)state;
	test_world_init(&world);
	assert_int_equal(addr_parse("203.0.113.10", &pool[0].internet_ip), 0);
	assert_int_equal(addr_parse("203.0.113.10", &pool[0].local_ip), 0);
	assert_int_equal(addr_parse("203.0.113.11", &pool[1].internet_ip), 0);
	assert_int_equal(addr_parse("192.168.1.11", &pool[1].local_ip), 0);
	world.config.pool = pool;
	world.config.pool_len = ARRAY_LEN(pool);
	world.config.regions = regions;
	world.config.regions_len = ARRAY_LEN(regions);
	world.config.resource_groups = groups;
	return 0;
}

static int action_world_done(void **state)
{
	(void)state;
	test_world_done(&world);
	return 0;
}

static void add_params(struct request *request, va_list args)
{
	struct strbuf form = STRBUF_INIT(64 * 1024);
	const char *name;

	while ((name = va_arg(args, const char *))) {
		const char *value = va_arg(args, const char *);

		percent_encode(&form, name, strlen(name));
		strbuf_add_char(&form, '=');
		percent_encode(&form, value, strlen(value));
		strbuf_add_char(&form, '&');
	}
	assert_int_equal(params_add_form(&request->params, strbuf_text(&form), form.size), 0);
	strbuf_done(&form);
}

static json_t *run(const char *action, va_list args)
{
	bool is_ours = strstr(action, "VpcLan") || strstr(action, "Detail") ||
		       strstr(action, "Events") || strstr(action, "AccessKey") ||
		       !strncmp(action, "Enable", 6) || !strncmp(action, "Disable", 7) ||
		       !strncmp(action, "Reset", 5);
	struct request request = { .access_key_id = is_remote ? "LTAIremote" : "",
		.policy = is_remote ? "administrator" : NULL,
		.source = "unix",
		.host = "127.0.0.1:8443",
		.now_ms = now_ms++,
		.is_root = !is_remote };
	struct outcome outcome;
	json_t *answer;

	add_params(&request, args);
	dispatch(&world.api, &request, is_ours ? API_VERSION_VPNGW : API_VERSION_VPC, action,
		&outcome);
	last_fault = outcome.fault;
	answer = json_incref(outcome.answer);
	outcome_clear(&outcome);
	params_clear(&request.params);
	return answer;
}

/* Name, value pairs up to NULL. The answer is the caller's. */
static json_t *call(const char *action, ...)
{
	va_list args;
	json_t *answer;

	va_start(args, action);
	answer = run(action, args);
	va_end(args);
	if (!answer)
		fail_msg("%s: %s: %s \"%s\" %s", action, fault_code(&last_fault), last_fault.field,
			last_fault.value, last_fault.rule);
	return answer;
}

/* The action must be refused with this code; last_fault has the rest. */
static inline void refuse(const char *code, const char *action, ...)
{
	va_list args;
	json_t *answer;

	va_start(args, action);
	answer = run(action, args);
	va_end(args);
	if (answer)
		fail_msg("%s was not refused", action);
	assert_string_equal(fault_code(&last_fault), code);
}

/* A text at "A.B.0.C" in the answer; NULL when there is none. Borrowed. */
static const json_t *at(const json_t *answer, const char *path)
{
	while (answer && *path) {
		size_t size = strcspn(path, ".");
		char name[64];

		memcpy(name, path, size);
		name[size] = '\0';
		answer = json_is_array(answer)
				 ? json_array_get(answer, (size_t)strtoul(name, NULL, 10))
				 : json_object_get(answer, name);
		path += size + (path[size] == '.');
	}
	return answer;
}

static inline const char *text_at(const json_t *answer, const char *path)
{
	return json_string_value(at(answer, path));
}

static inline void assert_text(const json_t *answer, const char *path, const char *text)
{
	const char *found = text_at(answer, path);

	if (!found || strcmp(found, text) != 0)
		fail_msg("%s is %s, not %s", path, found ? found : "absent", text);
}

static inline void assert_number(const json_t *answer, const char *path, json_int_t number)
{
	assert_true(json_is_integer(at(answer, path)));
	assert_int_equal(json_integer_value(at(answer, path)), number);
}

static inline void assert_bool(const json_t *answer, const char *path, bool value)
{
	assert_true(json_is_boolean(at(answer, path)));
	assert_int_equal(json_is_true(at(answer, path)), value);
}

/* One text of an answer, whose other parts are dropped; the caller's. */
static char *take_text(json_t *answer, const char *path)
{
	char *text = text_at(answer, path) ? xstrdup(text_at(answer, path)) : NULL;

	json_decref(answer);
	assert_non_null(text);
	return text;
}

static void drop(json_t *answer)
{
	json_decref(answer);
}

static char *new_vpc(void)
{
	return take_text(call("CreateVpc", "CidrBlock", "10.0.0.0/8", NULL), "VpcId");
}

static char *new_gateway(const char *vpc)
{
	return take_text(
		call("CreateVpnGateway", "VpcId", vpc, "Bandwidth", "10", NULL), "VpnGatewayId");
}

static char *new_customer_gateway(const char *address)
{
	return take_text(
		call("CreateCustomerGateway", "IpAddress", address, NULL), "CustomerGatewayId");
}

static char *new_connection(const char *gateway, const char *peer)
{
	return take_text(
		call("CreateVpnConnection", "VpnGatewayId", gateway, "CustomerGatewayId", peer,
			"LocalSubnet", "0.0.0.0/0", "RemoteSubnet", "0.0.0.0/0", NULL),
		"VpnConnectionId");
}

static struct store_entry stored(const char *key)
{
	struct store_entry entry = {};

	assert_int_equal(store_get(world.api.store, key, &entry), 0);
	return entry;
}

/* What the agent does once it has applied the present revision. */
static inline void report(const char *kind, const char *id, bool is_ipsec_up)
{
	AUTO_FREE char *desired = xasprintf("desired/%s/%s", kind, id);
	AUTO_FREE char *key = xasprintf("status/%s/%s", kind, id);
	struct store_entry entry = stored(desired);
	struct status status = { .id = xstrdup(id), .applied_revision = entry.revision };
	json_t *document;
	char *text;

	status_set(&status, CONDITION_APPLIED, true, REASON_NONE, "", 1);
	status_set(&status, CONDITION_IKE, is_ipsec_up,
		is_ipsec_up ? REASON_NONE : REASON_PSK_MISMATCH, "", 2);
	status_set(&status, CONDITION_IPSEC, is_ipsec_up,
		is_ipsec_up ? REASON_NONE : REASON_NEGOTIATING, "", 3);
	document = status_encode(&status);
	text = json_dumps(document, 0);
	assert_int_equal(store_commit(world.api.store,
				 &(struct store_op){ .key = key,
					 .value = text,
					 .value_size = strlen(text),
					 .expected = STORE_ANY },
				 1, NULL, NULL),
		0);
	free(text);
	json_decref(document);
	status_clear(&status);
	store_entry_clear(&entry);
}
