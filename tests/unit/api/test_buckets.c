/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/buckets: rate, burst, names apart, clocks that step, a bounded table.
 */
#include "support/unit.h"

#include "api/buckets.h"

#include <stdio.h>

static void test_burst_and_rate(void **state)
{
	struct buckets *buckets = buckets_new(10, 3);

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(buckets_take(buckets, "a", 1000), 0);
	assert_int_equal(buckets_take(buckets, "a", 1000), 100);
	assert_int_equal(buckets_take(buckets, "a", 1099), 1);
	assert_int_equal(buckets_take(buckets, "a", 1100), 0);
	assert_int_equal(buckets_take(buckets, "a", 1100), 100);
	assert_int_equal(buckets_take(buckets, "b", 1100), 0);
	/* never more than the burst, however long it rests */
	for (int i = 0; i < 3; i++)
		assert_int_equal(buckets_take(buckets, "a", INT64_MAX / 2), 0);
	assert_int_equal(buckets_take(buckets, "a", INT64_MAX / 2), 100);
	buckets_free(buckets);
}

static void test_clock_that_steps_back(void **state)
{
	struct buckets *buckets = buckets_new(1, 1);

	(void)state;
	assert_int_equal(buckets_take(buckets, "a", 1000000), 0);
	assert_int_equal(buckets_take(buckets, "a", 1000), 1000);
	assert_int_equal(buckets_take(buckets, "a", 2000), 0);
	buckets_free(buckets);
}

static void test_new_limits(void **state)
{
	struct buckets *buckets = buckets_new(1, 100);

	(void)state;
	assert_int_equal(buckets_take(buckets, "a", 0), 0);
	buckets_set(buckets, 1000, 2);
	assert_int_equal(buckets_take(buckets, "a", 0), 0);
	assert_int_equal(buckets_take(buckets, "a", 0), 0);
	assert_int_equal(buckets_take(buckets, "a", 0), 1);
	buckets_free(buckets);
}

/* A hundred thousand other names do not free the one that is limited. */
static void test_who_is_limited_stays_limited(void **state)
{
	struct buckets *buckets = buckets_new(1, 2);
	char name[16];

	(void)state;
	assert_int_equal(buckets_take(buckets, "a", 0), 0);
	assert_int_equal(buckets_take(buckets, "a", 0), 0);
	for (int i = 0; i < 100000; i++) {
		snprintf(name, sizeof(name), "%d", i);
		assert_int_equal(buckets_take(buckets, name, 0), 0);
	}
	assert_int_equal(buckets_take(buckets, "a", 0), 1000);
	buckets_free(buckets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_burst_and_rate),
		cmocka_unit_test(test_clock_that_steps_back),
		cmocka_unit_test(test_new_limits),
		cmocka_unit_test(test_who_is_limited_stays_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
