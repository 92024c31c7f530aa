/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Delays double, stay below the cap, and are spread over the upper half of their step.
 */
#include "support/unit.h"

#include "reconcile/backoff.h"

#include <stdbool.h>

static const struct backoff limits = { .first_ms = 1000, .cap_ms = 60000 };

static void test_doubles_to_the_cap(void **state)
{
	(void)state;
	/* The largest jitter gives the whole step. */
	assert_int_equal(backoff_delay_ms(&limits, 1, 500), 1000);
	assert_int_equal(backoff_delay_ms(&limits, 2, 1000), 2000);
	assert_int_equal(backoff_delay_ms(&limits, 6, 16000), 32000);
	assert_int_equal(backoff_delay_ms(&limits, 7, 30000), 60000);
	assert_int_equal(backoff_delay_ms(&limits, UINT32_MAX, 30000), 60000);
}

static void test_jitter_stays_in_the_upper_half(void **state)
{
	bool low = false, high = false;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		uint64_t delay = backoff_delay_ms(&limits, 3, (uint32_t)unit_next());

		assert_in_range(delay, 2000, 4000);
		low = low || delay < 2500;
		high = high || delay > 3500;
	}
	assert_true(low && high);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_doubles_to_the_cap),
		cmocka_unit_test(test_jitter_stays_in_the_upper_half),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
