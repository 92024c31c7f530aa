/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dropped packets in the connection log: what is new, at once, and then once a minute at most and
 * ever more seldom.
 */
#include "support/unit.h"

#include "drivers/esp/drops.h"

#include <string.h>

static char text[512];
static json_t *data;

static bool tell(struct drops_told *told, const struct espd_tunnel_counters *counters, int64_t ms)
{
	json_decref(data);
	data = NULL;
	return drops_tell(
		told, counters, mono_add_ms((struct mono){ 1 }, ms), text, sizeof(text), &data);
}

static void test_growth(void **state)
{
	struct drops_told told = { .is_known = true };
	struct espd_tunnel_counters counters = { .in_packets = 7, .drop_no_sa = 9 };

	(void)state;
	assert_false(tell(&told, &counters, 0));
	counters.drop_selector_out = 2;
	counters.drop_auth = 1;
	assert_true(tell(&told, &counters, 10000));
	assert_string_equal(text,
		"packets were dropped: 2 outside the negotiated networks (LocalSubnet, "
		"RemoteSubnet), from the VPC, 1 failed the integrity check (forged or damaged on "
		"the way)");
	assert_int_equal(json_integer_value(json_object_get(data, "DropSelectorOut")), 2);
	assert_int_equal(json_integer_value(json_object_get(data, "DropAuthentication")), 1);
	assert_int_equal(json_object_size(data), 2);
	counters.drop_selector_out = 5;
	assert_false(tell(&told, &counters, 69999));
	assert_true(tell(&told, &counters, 70000));
	assert_int_equal(json_integer_value(json_object_get(data, "DropSelectorOut")), 3);
	assert_false(tell(&told, &counters, 200000));
	json_decref(data);
	data = NULL;
}

/* A new agent does not tell the old one's news; a new espd counts from zero. */
static void test_beginnings(void **state)
{
	struct drops_told told = { 0 };
	struct espd_tunnel_counters counters = { .drop_replay = 100 };

	(void)state;
	assert_false(tell(&told, &counters, 0));
	counters.drop_replay = 101;
	assert_true(tell(&told, &counters, 10));
	assert_int_equal(json_integer_value(json_object_get(data, "DropReplay")), 1);
	counters.drop_replay = 3;
	assert_true(tell(&told, &counters, 60010));
	assert_int_equal(json_integer_value(json_object_get(data, "DropReplay")), 3);
	json_decref(data);
	data = NULL;
}

/* A log keeps a thousand events: a host that never stops must not push out the others. */
static void test_it_goes_on(void **state)
{
	struct drops_told told = { .is_known = true };
	struct espd_tunnel_counters counters = { 0 };
	unsigned int times = 0;
	int64_t ms;

	(void)state;
	for (ms = 0; ms < 24 * 3600 * 1000; ms += 10000) {
		counters.drop_selector_out++;
		times += tell(&told, &counters, ms);
	}
	assert_in_range(times, 24, 32);
	/* after a quiet time it is news again */
	ms += 4 * 3600 * 1000;
	assert_true(tell(&told, &counters, ms)); /* what was left to tell */
	ms += 4 * 3600 * 1000;
	counters.drop_selector_out++;
	assert_true(tell(&told, &counters, ms));
	counters.drop_selector_out++;
	assert_true(tell(&told, &counters, ms + DROPS_TOLD_MS));
	json_decref(data);
	data = NULL;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_beginnings),
		cmocka_unit_test(test_it_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
