/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The IKE driver and the engine against two real charons: up, undisturbed by a restart of the
 * agent, edited, wrong key, charon killed, deleted. Both IKE versions.
 */
#include "support/unit.h"

#include "base/log.h"
#include "base/loop.h"
#include "ike/site.h"

struct fixture {
	struct loop *loop;
	struct site *left, *right;
};

static struct fixture fixture;

static int setup(void **state)
{
	(void)state;
	fixture.loop = loop_new();
	charons_start(LEFT);
	charons_start(RIGHT);
	fixture.left = site_new(fixture.loop, LEFT);
	fixture.right = site_new(fixture.loop, RIGHT);
	site_start_agent(fixture.left);
	site_start_agent(fixture.right);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	site_free(fixture.left);
	site_free(fixture.right);
	loop_free(fixture.loop);
	charons_kill(LEFT);
	charons_kill(RIGHT);
	return 0;
}

static void for_both(void (*edit)(struct vpn_connection *connection))
{
	struct site *sites[] = { fixture.right, fixture.left };

	for (int i = 0; i < 2; i++) {
		edit(site_connection(sites[i]));
		site_put(sites[i]);
		assert_true(site_wait_applied(sites[i], 10000));
	}
}

/* Only the left side begins; the right one accepts. */
static void use_ikev2(struct vpn_connection *connection)
{
	connection->ike_config.ike_version = IKE_V2;
}

static void use_ikev1(struct vpn_connection *connection)
{
	connection->ike_config.ike_version = IKE_V1;
}

static void use_group14(struct vpn_connection *connection)
{
	connection->ike_config.ike_pfs = PFS_GROUP14;
	connection->ipsec_config.ipsec_enc_alg = ENC_AES256;
}

static void use_group2(struct vpn_connection *connection)
{
	connection->ike_config.ike_pfs = PFS_GROUP2;
	connection->ipsec_config.ipsec_enc_alg = ENC_AES;
}

static void assert_proposals(const char *ike_part, const char *esp_part)
{
	struct status status = { 0 };

	assert_true(site_status(fixture.left, &status));
	if (!strstr(status.negotiated.ike_proposal, ike_part) ||
		!strstr(status.negotiated.esp_proposal, esp_part))
		fail_msg("negotiated %s and %s", status.negotiated.ike_proposal,
			status.negotiated.esp_proposal);
	assert_true(status.negotiated.is_initiator);
	status_clear(&status);
}

static uint32_t ike_sa(void)
{
	uint32_t connections, keys, sa;

	site_look(fixture.left, &connections, &keys, &sa);
	return sa;
}

static void test_up(void **state)
{
	(void)state;
	site_connection(fixture.left)->effect_immediately = true;
	for_both(use_ikev2);
	assert_true(site_wait_up(fixture.left, true, 10000));
	assert_proposals("MODP_1024", "AES_CBC_128/HMAC_MD5_96");
}

static void test_restarted_agent_disturbs_nothing(void **state)
{
	uint32_t before = ike_sa(), connections, keys, after;

	(void)state;
	site_stop_agent(fixture.left);
	site_start_agent(fixture.left);
	site_run(fixture.left, 1500);
	assert_true(site_wait_up(fixture.left, true, 1000));
	site_look(fixture.left, &connections, &keys, &after);
	assert_int_equal(after, before);
	assert_int_equal(connections, 1);
	assert_int_equal(keys, 1);
}

static void test_edit_takes_effect(void **state)
{
	uint32_t before = ike_sa();

	(void)state;
	for_both(use_group14);
	/* The old one must have gone first. */
	assert_true(site_wait_up(fixture.left, true, 15000));
	assert_int_not_equal(ike_sa(), before);
	assert_proposals("MODP_2048", "AES_CBC_256");
	for_both(use_group2);
	assert_true(site_wait_up(fixture.left, true, 15000));
}

static void test_ikev1(void **state)
{
	(void)state;
	for_both(use_ikev1);
	assert_true(site_wait_up(fixture.left, true, 15000));
	assert_proposals("MODP_1024", "AES_CBC_128/HMAC_MD5_96");
	for_both(use_ikev2);
	assert_true(site_wait_up(fixture.left, true, 15000));
}

static void test_wrong_key(void **state)
{
	struct vpn_connection *connection = site_connection(fixture.left);
	struct secret *right = connection->ike_config.psk;

	(void)state;
	connection->ike_config.psk = secret_new("wrong", 5);
	site_put(fixture.left);
	assert_true(site_wait_applied(fixture.left, 10000));
	assert_true(site_wait_up(fixture.left, false, 5000));
	site_run(fixture.left, 1000);
	assert_true(site_wait_up(fixture.left, false, 0));
	secret_free(connection->ike_config.psk);
	connection->ike_config.psk = right;
	site_put(fixture.left);
	assert_true(site_wait_up(fixture.left, true, 10000));
}

static void test_killed_charon_comes_back(void **state)
{
	(void)state;
	charons_kill(LEFT);
	assert_true(site_wait_up(fixture.left, false, 2000));
	charons_start(LEFT);
	assert_true(site_wait_up(fixture.left, true, 15000));
}

static void test_delete_leaves_nothing(void **state)
{
	uint32_t connections, keys, sa;

	(void)state;
	site_delete(fixture.left);
	assert_true(site_wait_gone(fixture.left, 5000));
	site_look(fixture.left, &connections, &keys, &sa);
	assert_int_equal(connections, 0);
	assert_int_equal(keys, 0);
	assert_int_equal(sa, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_up),
		cmocka_unit_test(test_restarted_agent_disturbs_nothing),
		cmocka_unit_test(test_edit_takes_effect),
		cmocka_unit_test(test_ikev1),
		cmocka_unit_test(test_wrong_key),
		cmocka_unit_test(test_killed_charon_comes_back),
		cmocka_unit_test(test_delete_leaves_nothing),
	};
	const char *why;

	log_init("test", getenv("VPNGW_LOG") ? LEVEL_DEBUG : LEVEL_ERR);
	if (!charons_enter(&why)) {
		printf("1..0 # SKIP %s\n", why);
		return 0;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
