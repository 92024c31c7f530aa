/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What charon is told: every algorithm's word, identities, times, and the settings whose absence
 * was measured to hurt.
 */
#include "support/unit.h"

#include "unit/ike/sample.h"

/* The value at "section/section/name" below the connection; first item of a list. Own string. */
static char *told(struct sample *sample, const char *path)
{
	struct vici_message message = { 0 };
	struct vici_tree tree;
	const struct vici_node *node;
	char *copy = xstrdup(path), *save = NULL, *text;

	ike_load_conn(sample->connection->meta.id, &sample->settings, 1, &message);
	assert_int_equal(vici_parse(message.bytes, message.size, &tree), 0);
	node = vici_find(&tree, vici_root(&tree), "vco-0123456789abcdefg");
	for (char *part = strtok_r(copy, "/", &save); part; part = strtok_r(NULL, "/", &save))
		node = vici_find(&tree, node, part);
	if (node && node->type == VICI_LIST)
		node = vici_first(&tree, node);
	text = vici_value_text(node);
	vici_tree_clear(&tree);
	vici_message_clear(&message);
	free(copy);
	return text;
}

static void expect(struct sample *sample, const char *path, const char *expected)
{
	char *is = told(sample, path);

	if (expected && is)
		assert_string_equal(is, expected);
	else if (expected || is)
		fail_msg("%s: %s, expected %s", path, is ? is : "none",
			expected ? expected : "none");
	free(is);
}

#define CHILD "children/vco-0123456789abcdefg/"

static void test_ikev2(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample);
	sample.connection->ike_config.ike_lifetime = 86400;
	sample.connection->ipsec_config.ipsec_lifetime = 3600;
	expect(&sample, "version", "2");
	expect(&sample, "aggressive", NULL);
	/* Behind 1:1 NAT the identity is the public address, the packets have the machine's own. */
	expect(&sample, "local_addrs", "10.0.0.5");
	expect(&sample, "remote_addrs", "198.51.100.1");
	expect(&sample, "local/id", "192.0.2.1");
	expect(&sample, "local/auth", "psk");
	expect(&sample, "remote/id", "198.51.100.1");
	expect(&sample, "proposals", "aes128-md5-modp1024");
	expect(&sample, "mobike", "no");
	expect(&sample, "unique", "replace");
	expect(&sample, "keyingtries", "1");
	expect(&sample, "dpd_delay", "10s");
	expect(&sample, "dpd_timeout", NULL);
	expect(&sample, "rekey_time", "77760s");
	expect(&sample, "over_time", "8640s");
	expect(&sample, "rand_time", "8640s");
	expect(&sample, "reauth_time", "0s");
	expect(&sample, "if_id_in", NULL);
	expect(&sample, CHILD "esp_proposals", "aes128-md5-modp1024-noesn-esn");
	expect(&sample, CHILD "local_ts", "0.0.0.0/0");
	expect(&sample, CHILD "remote_ts", "0.0.0.0/0");
	expect(&sample, CHILD "start_action", "none");
	expect(&sample, CHILD "close_action", "none");
	expect(&sample, CHILD "dpd_action", "clear");
	expect(&sample, CHILD "life_time", "3600s");
	expect(&sample, CHILD "rekey_time", "3240s");
	expect(&sample, CHILD "rand_time", "360s");
	expect(&sample, CHILD "replay_window", "2048");
	expect(&sample, CHILD "if_id_in", "7");
	expect(&sample, CHILD "if_id_out", "7");
	sample_done(&sample);
}

static void test_ikev1(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample);
	sample.connection->ike_config.ike_version = IKE_V1;
	sample.connection->ike_config.ike_lifetime = 1000;
	expect(&sample, "version", "1");
	expect(&sample, "aggressive", "no");
	expect(&sample, "unique", "no");
	expect(&sample, "dpd_delay", "10s");
	expect(&sample, "dpd_timeout", "30s");
	expect(&sample, "rekey_time", "0s");
	expect(&sample, "reauth_time", "900s");
	expect(&sample, "rand_time", "100s");
	expect(&sample, CHILD "esp_proposals", "aes128-md5-modp1024");
	sample.connection->ike_config.ike_mode = IKE_AGGRESSIVE;
	expect(&sample, "aggressive", "yes");
	sample.connection->enable_dpd = false;
	expect(&sample, "dpd_delay", "0s");
	expect(&sample, "dpd_timeout", NULL);
	sample_done(&sample);
}

static void test_encapsulation(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample);
	expect(&sample, "encap", "no");
	sample.gateway->udp_encapsulation = true;
	expect(&sample, "encap", "yes");
	sample.connection->enable_nat_traversal = false;
	expect(&sample, "encap", "no");
	sample_done(&sample);
}

static void test_every_algorithm(void **state)
{
	static const struct {
		int encryption, authentication, group;
		const char *text;
	} rows[] = {
		{ ENC_AES, AUTH_MD5, PFS_GROUP1, "aes128-md5-modp768" },
		{ ENC_AES192, AUTH_SHA1, PFS_GROUP2, "aes192-sha1-modp1024" },
		{ ENC_AES256, AUTH_SHA256, PFS_GROUP5, "aes256-sha256-modp1536" },
		{ ENC_DES, AUTH_SHA384, PFS_GROUP14, "des-sha384-modp2048" },
		{ ENC_3DES, AUTH_SHA512, PFS_DISABLED, "3des-sha512" },
		{ ENC_AES128GCM, AUTH_SHA256, PFS_GROUP14, "aes128gcm16-prfsha256-modp2048" },
		{ ENC_AES256GCM, AUTH_NONE, PFS_GROUP2, "aes256gcm16-modp1024" },
		{ ENC_CHACHA20, AUTH_NONE, PFS_DISABLED, "chacha20poly1305" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *text = ike_proposal_text(
			rows[i].encryption, rows[i].authentication, rows[i].group);

		assert_string_equal(text, rows[i].text);
		free(text);
	}
}

static void expect_identity(const char *id, const char *expected)
{
	struct addr otherwise;
	char *text;

	assert_int_equal(addr_parse("192.0.2.9", &otherwise), 0);
	text = ike_identity_text(id, otherwise);
	assert_string_equal(text, expected);
	free(text);
}

static void test_identities(void **state)
{
	(void)state;
	expect_identity("10.1.2.3", "10.1.2.3");
	expect_identity("vpn.example.com", "fqdn:vpn.example.com");
	expect_identity("@vpn.example.com", "fqdn:vpn.example.com");
	expect_identity("a@example.com", "rfc822:a@example.com");
	expect_identity("*", "fqdn:*");
	expect_identity("C=CH,O=x", "fqdn:C=CH,O=x");
	expect_identity("%any", "fqdn:%any");
	expect_identity("", "192.0.2.9");
	expect_identity(NULL, "192.0.2.9");
}

/* charon turns rekey_time 0 or above life_time into a storm of rekeyings. */
static void test_times_are_sane(void **state)
{
	(void)state;
	for (uint32_t life = 0; life <= 86400; life = life < 100 ? life + 1 : life + 997) {
		struct ike_times times = ike_times_of(life);

		assert_true(times.rekey > 0 && times.rekey < times.life);
		assert_int_equal(times.rekey + times.over, times.life);
		assert_true(times.rand > 0 && times.rand < times.rekey);
		assert_true(times.rand >= times.rekey / 10);
		assert_true(life < 4 || times.life == life);
		/* Room for a message that has to be sent again. */
		assert_true(times.over >= (times.life < 75 ? times.life * 2 / 5 : 30));
	}
}

static void test_selectors(void **state)
{
	struct sample sample;
	struct prefixes *local;

	(void)state;
	sample_init(&sample);
	local = &sample.connection->local_subnet;
	free(local->items);
	local->items = xcalloc(1, sizeof(*local->items));
	local->len = 1;
	assert_int_equal(prefix_parse("10.0.0.0/16", &local->items[0]), 0);
	expect(&sample, CHILD "local_ts", "10.0.0.0/16");
	sample_done(&sample);
}

static void test_shared_key(void **state)
{
	struct sample sample;
	struct vici_message message = { 0 };
	struct vici_tree tree;
	const struct vici_node *owners;

	(void)state;
	sample_init(&sample);
	sample_text(&sample.connection->ike_config.remote_id, "peer.example");
	ike_load_shared(&sample.settings, "the-id", &message);
	assert_int_equal(vici_parse(message.bytes, message.size, &tree), 0);
	assert_true(vici_value_is(vici_find(&tree, vici_root(&tree), "id"), "the-id"));
	assert_true(vici_value_is(vici_find(&tree, vici_root(&tree), "type"), "IKE"));
	assert_true(vici_value_is(vici_find(&tree, vici_root(&tree), "data"), "~`!@#$%^&*()"));
	owners = vici_first(&tree, vici_find(&tree, vici_root(&tree), "owners"));
	assert_true(vici_value_is(owners, "192.0.2.1"));
	assert_true(vici_value_is(vici_next(&tree, owners), "fqdn:peer.example"));
	vici_tree_clear(&tree);
	vici_message_clear(&message);
	sample_done(&sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ikev2),
		cmocka_unit_test(test_ikev1),
		cmocka_unit_test(test_encapsulation),
		cmocka_unit_test(test_every_algorithm),
		cmocka_unit_test(test_identities),
		cmocka_unit_test(test_times_are_sane),
		cmocka_unit_test(test_selectors),
		cmocka_unit_test(test_shared_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
