/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading list-sas as charon 5.9.8 writes it, and telling right settings from others.
 */
#include "support/unit.h"

#include "drivers/ike/seen.h"
#include "unit/ike/sample.h"

#define ID "vco-0123456789abcdefg"

static void build_child(
	struct vici_message *message, const char *section, const char *name, const char *state)
{
	vici_section_start(message, section);
	vici_value(message, "name", name);
	vici_value(message, "uniqueid", "12");
	vici_value(message, "state", state);
	vici_value(message, "encr-alg", "AES_CBC");
	vici_value(message, "encr-keysize", "256");
	vici_value(message, "integ-alg", "HMAC_SHA2_256_128");
	vici_value(message, "dh-group", "MODP_2048");
	vici_value(message, "esn", "1");
	vici_value(message, "install-time", "33");
	vici_section_end(message);
}

static void build_sa(struct vici_message *message, const char *state)
{
	vici_section_start(message, ID);
	vici_value(message, "uniqueid", "7");
	vici_value(message, "version", "2");
	vici_value(message, "state", state);
	vici_value(message, "remote-host", "198.51.100.1");
	vici_value(message, "remote-port", "4500");
	vici_value(message, "initiator", "yes");
	vici_value(message, "initiator-spi", "ffeeddccbbaa9988");
	vici_value(message, "nat-any", "yes");
	vici_value(message, "encr-alg", "AES_CBC");
	vici_value(message, "encr-keysize", "128");
	vici_value(message, "integ-alg", "HMAC_SHA1_96");
	vici_value(message, "prf-alg", "PRF_HMAC_SHA1");
	vici_value(message, "dh-group", "MODP_1024");
	if (strcmp(state, "ESTABLISHED") == 0)
		vici_value(message, "established", "44");
	vici_list_start(message, "tasks-active");
	vici_list_item(message, "ISAKMP_DPD");
	vici_list_item(message, "QUICK_MODE");
	vici_list_end(message);
	vici_section_start(message, "child-sas");
	build_child(message, ID "-12", ID, "INSTALLED");
	build_child(message, ID "-11", ID, "DELETED");
	build_child(message, "another-3", "another", "INSTALLED");
	vici_section_end(message);
	vici_section_end(message);
}

static struct ike_seen *read_sa(const char *state)
{
	struct ike_seen *seen = ike_seen_new(ID);
	struct vici_message message = { 0 };
	struct vici_tree tree;

	build_sa(&message, state);
	assert_int_equal(vici_parse(message.bytes, message.size, &tree), 0);
	ike_seen_add_sa(seen, &tree, vici_first(&tree, vici_root(&tree)));
	vici_tree_clear(&tree);
	vici_message_clear(&message);
	return seen;
}

static void test_fields(void **state)
{
	struct ike_seen *seen = read_sa("ESTABLISHED");
	const struct ike_sa_seen *sa = &seen->sas[0];
	char address[ADDR_TEXT_SIZE];

	(void)state;
	assert_int_equal(seen->sas_len, 1);
	assert_int_equal(sa->id, 7);
	assert_int_equal(sa->state, SA_ESTABLISHED);
	assert_int_equal(sa->age_s, 44);
	assert_true(sa->is_initiator && sa->nat_detected);
	assert_true(sa->is_adding_child);
	assert_true(sa->spi == 0xffeeddccbbaa9988);
	addr_format(sa->peer_address, address);
	assert_string_equal(address, "198.51.100.1");
	assert_int_equal(sa->peer_port, 4500);
	assert_string_equal(sa->proposal, "AES_CBC_128/HMAC_SHA1_96/PRF_HMAC_SHA1/MODP_1024");
	assert_int_equal(sa->children_len, 2);
	assert_true(sa->children[0].is_installed);
	assert_false(sa->children[1].is_installed);
	assert_string_equal(
		sa->children[0].proposal, "AES_CBC_256/HMAC_SHA2_256_128/MODP_2048/ESN");
	assert_int_equal(sa->children[0].age_s, 33);
	ike_seen_free(seen);
}

static void test_states(void **state)
{
	static const struct {
		const char *text;
		enum ike_sa_state state;
	} rows[] = {
		{ "CREATED", SA_CONNECTING },
		{ "CONNECTING", SA_CONNECTING },
		{ "ESTABLISHED", SA_ESTABLISHED },
		{ "REKEYING", SA_ESTABLISHED },
		{ "REKEYED", SA_GOING },
		{ "DELETING", SA_GOING },
		{ "DESTROYING", SA_GOING },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ike_seen *seen = read_sa(rows[i].text);

		assert_int_equal(seen->sas[0].state, rows[i].state);
		ike_seen_free(seen);
	}
}

static void test_settings(void **state)
{
	static const uint8_t bytes[FINGERPRINT_KEY_SIZE] = { 5 };
	struct secret *key = secret_new(bytes, sizeof(bytes));
	struct ike_seen *seen = ike_seen_new(ID);
	struct sample sample;
	char *key_id;

	(void)state;
	sample_init(&sample);
	key_id = fingerprint_key_id(&sample.settings, key);
	seen->fingerprint_key = key;
	assert_false(ike_seen_has_settings(seen, &sample.settings));
	ike_seen_add_key_id(seen, key_id);
	assert_false(ike_seen_has_settings(seen, &sample.settings)); /* not loaded */
	ike_names_add(&seen->loaded, ID);
	assert_true(ike_seen_has_settings(seen, &sample.settings));
	sample.connection->ike_config.ike_pfs = PFS_GROUP14;
	assert_false(ike_seen_has_settings(seen, &sample.settings));
	sample.connection->ike_config.ike_pfs = PFS_GROUP2;
	ike_seen_add_key_id(seen, ID ":0000000000000000"); /* a second key */
	assert_false(ike_seen_has_settings(seen, &sample.settings));
	free(key_id);
	ike_seen_free(seen);
	sample_done(&sample);
	secret_free(key);
}

static void test_one_being_replaced_is_old(void **state)
{
	struct ike_seen *seen = read_sa("REKEYING");

	(void)state;
	assert_int_equal(seen->sas[0].state, SA_ESTABLISHED);
	assert_true(seen->sas[0].age_s == UINT64_MAX);
	ike_seen_free(seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_one_being_replaced_is_old),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
