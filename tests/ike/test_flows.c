/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protected data flows against two real charons: selectors of one and ten CIDRs a side, narrowing,
 * and groups whose members come, change and go while the others' SAs stay. Both IKE versions. Only
 * the left side begins; both ends are driven by the engine.
 */
#include "support/unit.h"

#include "base/log.h"
#include "base/loop.h"
#include "ike/site.h"

#define LIMIT_MS 15000

static struct loop *loop;
static struct site *left, *right;

static int setup(void **state)
{
	(void)state;
	charons_start(LEFT);
	charons_start(RIGHT);
	loop = loop_new();
	left = site_new(loop, LEFT);
	right = site_new(loop, RIGHT);
	site_start_agent(left);
	site_start_agent(right);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	site_free(left);
	site_free(right);
	loop_free(loop);
	charons_kill(LEFT);
	charons_kill(RIGHT);
	return 0;
}

/* "10.<second>.<first>.0/24" and as many after it. */
static void set_networks(struct prefixes *prefixes, int second, int first, size_t len)
{
	free(prefixes->items);
	prefixes->items = xcalloc(len, sizeof(*prefixes->items));
	prefixes->len = len;
	for (size_t i = 0; i < len; i++) {
		AUTO_FREE char *text = xasprintf("10.%d.%zu.0/24", second, (size_t)first + i);

		assert_int_equal(prefix_parse(text, &prefixes->items[i]), 0);
	}
}

static void set_flows(int which, int first, size_t left_len, size_t right_len)
{
	struct vpn_connection *ours = site_connection_at(left, which);
	struct vpn_connection *theirs = site_connection_at(right, which);

	set_networks(&ours->local_subnet, 1, first, left_len);
	set_networks(&ours->remote_subnet, 2, first, right_len);
	set_networks(&theirs->local_subnet, 2, first, right_len);
	set_networks(&theirs->remote_subnet, 1, first, left_len);
	ours->effect_immediately = true;
}

static void for_both(int which, void (*edit)(struct vpn_connection *connection))
{
	edit(site_connection_at(left, which));
	edit(site_connection_at(right, which));
}

static void use_ikev1(struct vpn_connection *connection)
{
	connection->ike_config.ike_version = IKE_V1;
}

static void use_ikev2(struct vpn_connection *connection)
{
	connection->ike_config.ike_version = IKE_V2;
}

static void use_aes256(struct vpn_connection *connection)
{
	connection->ipsec_config.ipsec_enc_alg = ENC_AES256;
}

static void use_group14(struct vpn_connection *connection)
{
	connection->ike_config.ike_pfs = PFS_GROUP14;
}

static void put(int which)
{
	site_put_at(right, which);
	assert_true(site_wait_applied_at(right, which, LIMIT_MS));
	site_put_at(left, which);
	assert_true(site_wait_applied_at(left, which, LIMIT_MS));
}

static void bring_up(int which)
{
	put(which);
	assert_true(site_wait_up_at(left, which, true, LIMIT_MS));
	assert_true(site_wait_up_at(right, which, true, LIMIT_MS));
}

static void drop_all(void)
{
	struct site *sites[] = { left, right };

	for (int i = 0; i < 2; i++) {
		for (int j = 0; j < SITE_CONNECTIONS; j++)
			site_delete_at(sites[i], j);
		for (int j = 0; j < SITE_CONNECTIONS; j++)
			assert_true(site_wait_gone_at(sites[i], j, LIMIT_MS));
	}
}

static void assert_nothing_is_left(void)
{
	struct site *sites[] = { left, right };
	struct site_view view;

	for (int i = 0; i < 2; i++) {
		site_view(sites[i], &view);
		assert_int_equal(view.connections, 0);
		assert_int_equal(view.keys, 0);
		assert_int_equal(view.ike_sas, 0);
	}
}

static size_t words(const char *text)
{
	size_t len = *text != '\0';

	for (; *text; text++)
		len += *text == ' ';
	return len;
}

static void assert_granted(int which, size_t local, size_t remote, const char *message_part)
{
	struct status status = { 0 };
	const char *message;

	assert_true(site_status_at(left, which, &status));
	assert_int_equal(words(status.negotiated.local_selectors), local);
	assert_int_equal(words(status.negotiated.remote_selectors), remote);
	message = status.conditions[CONDITION_IPSEC].message;
	if (message_part)
		assert_non_null(strstr(message, message_part));
	else
		assert_string_equal(message, "");
	status_clear(&status);
}

static void test_one_pair(void **state)
{
	(void)state;
	for_both(0, use_ikev2);
	set_flows(0, 0, 1, 1);
	bring_up(0);
	assert_granted(0, 1, 1, NULL);
	drop_all();
	assert_nothing_is_left();
}

static void test_ten_a_side(void **state)
{
	(void)state;
	set_flows(0, 0, 10, 10);
	bring_up(0);
	assert_granted(0, 10, 10, NULL);
	drop_all();
}

static void test_ikev1_one_pair(void **state)
{
	(void)state;
	for_both(0, use_ikev1);
	set_flows(0, 0, 1, 1);
	bring_up(0);
	assert_granted(0, 1, 1, NULL);
	for_both(0, use_ikev2);
	drop_all();
}

static void test_the_peer_narrows(void **state)
{
	(void)state;
	set_flows(0, 0, 2, 3);
	set_networks(&site_connection_at(right, 0)->local_subnet, 2, 0, 2);
	bring_up(0);
	assert_granted(0, 2, 2, "left out: remote 10.2.2.0/24");
	drop_all();
}

static void assert_one_ike_sa(struct site_view *ret)
{
	site_view(left, ret);
	assert_int_equal(ret->connections, 1);
	assert_int_equal(ret->ike_sas, 1);
}

static void test_members_come_change_and_go(void **state)
{
	struct site_view before, after;

	(void)state;
	for (int i = 0; i < 2; i++) {
		set_flows(i, i, 1, 1);
		bring_up(i);
	}
	assert_one_ike_sa(&before);
	assert_int_equal(before.keys, 2);
	assert_int_not_equal(before.children[1], before.children[0]);
	/* One comes. */
	set_flows(2, 2, 1, 1);
	bring_up(2);
	assert_one_ike_sa(&after);
	assert_int_equal(after.keys, 3);
	assert_int_equal(after.ike_sa, before.ike_sa);
	assert_int_equal(after.children[0], before.children[0]);
	assert_int_equal(after.children[1], before.children[1]);
	/* One changes. */
	before = after;
	for_both(1, use_aes256);
	set_flows(1, 5, 3, 3);
	put(1);
	assert_true(site_wait_up_at(left, 1, true, LIMIT_MS));
	assert_granted(1, 3, 3, NULL);
	assert_one_ike_sa(&after);
	assert_int_equal(after.ike_sa, before.ike_sa);
	assert_int_equal(after.children[0], before.children[0]);
	assert_int_not_equal(after.children[1], before.children[1]);
	assert_int_equal(after.children[2], before.children[2]);
	/* One goes. */
	before = after;
	site_delete_at(left, 0);
	assert_true(site_wait_gone_at(left, 0, LIMIT_MS));
	assert_one_ike_sa(&after);
	assert_int_equal(after.keys, 2);
	assert_int_equal(after.ike_sa, before.ike_sa);
	assert_int_equal(after.children[0], 0);
	assert_int_equal(after.children[1], before.children[1]);
	assert_int_equal(after.children[2], before.children[2]);
	site_put_at(left, 0);
	assert_true(site_wait_up_at(left, 0, true, LIMIT_MS));
}

static void test_a_restarted_agent_disturbs_nothing(void **state)
{
	struct site_view before, after;

	(void)state;
	site_view(left, &before);
	site_stop_agent(left);
	site_start_agent(left);
	site_run(left, 1500);
	assert_one_ike_sa(&after);
	assert_memory_equal(&before, &after, sizeof(before));
}

static void test_phase1_of_all(void **state)
{
	struct site_view before, after;

	(void)state;
	site_view(left, &before);
	for (int i = 0; i < SITE_CONNECTIONS; i++) {
		for_both(i, use_group14);
		site_put_at(right, i);
	}
	for (int i = 0; i < SITE_CONNECTIONS; i++)
		assert_true(site_wait_applied_at(right, i, LIMIT_MS));
	for (int i = 0; i < SITE_CONNECTIONS; i++)
		site_put_at(left, i);
	for (int i = 0; i < SITE_CONNECTIONS; i++) {
		assert_true(site_wait_applied_at(left, i, LIMIT_MS));
		assert_true(site_wait_up_at(left, i, true, LIMIT_MS));
	}
	assert_one_ike_sa(&after);
	assert_int_not_equal(after.ike_sa, before.ike_sa);
}

static void test_killed_charon_comes_back(void **state)
{
	struct site_view view;

	(void)state;
	charons_kill(LEFT);
	for (int i = 0; i < SITE_CONNECTIONS; i++)
		assert_true(site_wait_up_at(left, i, false, 2000));
	charons_start(LEFT);
	for (int i = 0; i < SITE_CONNECTIONS; i++)
		assert_true(site_wait_up_at(left, i, true, LIMIT_MS));
	assert_one_ike_sa(&view);
	drop_all();
	assert_nothing_is_left();
}

static void test_ikev1_members(void **state)
{
	struct site_view before, after;

	(void)state;
	for (int i = 0; i < 2; i++) {
		for_both(i, use_ikev1);
		set_flows(i, i, 1, 1);
		bring_up(i);
	}
	assert_one_ike_sa(&before);
	site_delete_at(left, 0);
	assert_true(site_wait_gone_at(left, 0, LIMIT_MS));
	assert_one_ike_sa(&after);
	assert_int_equal(after.ike_sa, before.ike_sa);
	assert_int_equal(after.children[0], 0);
	assert_int_equal(after.children[1], before.children[1]);
	drop_all();
	assert_nothing_is_left();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_pair),
		cmocka_unit_test(test_ten_a_side),
		cmocka_unit_test(test_ikev1_one_pair),
		cmocka_unit_test(test_the_peer_narrows),
		cmocka_unit_test(test_members_come_change_and_go),
		cmocka_unit_test(test_a_restarted_agent_disturbs_nothing),
		cmocka_unit_test(test_phase1_of_all),
		cmocka_unit_test(test_killed_charon_comes_back),
		cmocka_unit_test(test_ikev1_members),
	};
	const char *why;

	log_init("test", getenv("VPNGW_LOG") ? LEVEL_DEBUG : LEVEL_ERR);
	if (!charons_enter(&why)) {
		printf("1..0 # SKIP %s\n", why);
		return 0;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
