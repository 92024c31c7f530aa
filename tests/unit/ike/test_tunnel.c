/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory of attempts: growing distances, forgotten after it was up for a while, kept when the
 * peer only flaps.
 */
#include "support/unit.h"

#include "drivers/ike/tunnel.h"

static int64_t now_ms = 1000000;
static uint64_t set_ms; /* of the last timer */

static struct mono now(void *ctx)
{
	(void)ctx;
	return (struct mono){ .ns = now_ms * 1000000 };
}

static int64_t wall_ms(void *ctx)
{
	(void)ctx;
	return now_ms;
}

/* The smallest jitter: half of each step. */
static uint32_t no_random(void *ctx)
{
	(void)ctx;
	return 0;
}

static struct clock_timer *timer_new(void *ctx, void (*expired)(void *arg), void *arg)
{
	(void)ctx;
	(void)expired;
	(void)arg;
	return NULL;
}

static void timer_set(struct clock_timer *timer, uint64_t delay_ms)
{
	(void)timer;
	set_ms = delay_ms;
}

static void timer_clear(struct clock_timer *timer)
{
	(void)timer;
}

static const struct clock test_clock = {
	.now = now,
	.wall_ms = wall_ms,
	.random = no_random,
	.timer_new = timer_new,
	.timer_set = timer_set,
	.timer_clear = timer_clear,
	.timer_free = timer_clear,
};

static void mark(void *arg, const char *id)
{
	(void)arg;
	(void)id;
}

static void observe(struct tunnel *tunnel, bool is_up)
{
	static const struct ike_child_seen child;
	struct ike_plan plan = { .child = is_up ? &child : NULL };

	tunnel_observed(tunnel, &plan);
}

static void test_distances_grow(void **state)
{
	struct tunnels tunnels = { .clock = &test_clock, .mark = mark };
	struct tunnel *tunnel = tunnels_get(&tunnels, "a");
	static const int64_t half_steps[] = { 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000 };

	(void)state;
	assert_ptr_equal(tunnel, tunnels_get(&tunnels, "a"));
	for (size_t i = 0; i < ARRAY_LEN(half_steps); i++) {
		assert_true(tunnel_may_try(tunnel));
		tunnel_tried(tunnel);
		assert_false(tunnel_may_try(tunnel));
		assert_int_equal(set_ms, half_steps[i] + 1);
		now_ms += half_steps[i] - 1;
		assert_false(tunnel_may_try(tunnel));
		now_ms++;
	}
	tunnels_clear(&tunnels);
}

static void test_a_lasting_success_forgets(void **state)
{
	struct tunnels tunnels = { .clock = &test_clock, .mark = mark };
	struct tunnel *tunnel = tunnels_get(&tunnels, "a");

	(void)state;
	for (int i = 0; i < 5; i++)
		tunnel_tried(tunnel);
	observe(tunnel, true);
	now_ms += 9999;
	observe(tunnel, false);
	assert_int_equal(tunnel->failures, 5); /* it only flapped */
	observe(tunnel, true);
	now_ms += 10000;
	observe(tunnel, false);
	assert_int_equal(tunnel->failures, 0);
	assert_true(tunnel_may_try(tunnel));
	tunnels_clear(&tunnels);
}

static void test_demand_ends_with_success(void **state)
{
	struct tunnels tunnels = { .clock = &test_clock, .mark = mark };
	struct tunnel *tunnel = tunnels_get(&tunnels, "a");

	(void)state;
	tunnel_demand(tunnel);
	tunnel->reason = REASON_PEER_SILENT;
	observe(tunnel, false);
	assert_true(tunnel->is_demanded);
	assert_int_equal(tunnel->reason, REASON_PEER_SILENT);
	observe(tunnel, true);
	assert_false(tunnel->is_demanded);
	assert_int_equal(tunnel->reason, REASON_NONE);
	tunnels_remove(&tunnels, "a");
	assert_null(tunnels_find(&tunnels, "a"));
	tunnels_clear(&tunnels);
}

/* Alerts of a stranger at the peer's address, each followed by a look at a tunnel that is fine. */
static void test_a_failure_is_told_once_while_it_is_up(void **state)
{
	struct tunnels tunnels = { .clock = &test_clock, .mark = mark };
	struct tunnel *tunnel = tunnels_get(&tunnels, "a");

	(void)state;
	tunnel->told.text = xstrdup("before");
	observe(tunnel, true);
	assert_null(tunnel->told.text);
	tunnel->told.text = xstrdup("while it is up");
	observe(tunnel, true);
	assert_string_equal(tunnel->told.text, "while it is up");
	observe(tunnel, false);
	assert_null(tunnel->told.text);
	tunnel->told.text = xstrdup("after");
	observe(tunnel, false);
	assert_string_equal(tunnel->told.text, "after");
	tunnels_clear(&tunnels);
}

static void test_lost_is_remembered_for_a_while(void **state)
{
	struct tunnels tunnels = { .clock = &test_clock, .mark = mark };
	struct tunnel *tunnel = tunnels_get(&tunnels, "a");

	(void)state;
	observe(tunnel, false);
	assert_false(tunnel_lost_within(tunnel, 500)); /* it never was up */
	observe(tunnel, true);
	observe(tunnel, false);
	now_ms += 300;
	observe(tunnel, false);
	assert_true(tunnel_lost_within(tunnel, 500));
	now_ms += 200;
	assert_false(tunnel_lost_within(tunnel, 500));
	tunnels_clear(&tunnels);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_distances_grow),
		cmocka_unit_test(test_a_lasting_success_forgets),
		cmocka_unit_test(test_demand_ends_with_success),
		cmocka_unit_test(test_a_failure_is_told_once_while_it_is_up),
		cmocka_unit_test(test_lost_is_remembered_for_a_while),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
