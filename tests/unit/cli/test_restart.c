/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/restart: at once the first time, doubling pauses up to the limit, forgiven after a long life.
 */
#include "support/unit.h"

#include "cli/restart.h"

static void test_pauses(void **state)
{
	static const uint32_t expected[] = { 0, 100, 200, 400, 800, 1600, 3200, 6400, 10000,
		10000 };
	struct restart restart = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		assert_int_equal(restart_pause(&restart, 5), expected[i]);
	restart.failures = UINT32_MAX - 1;
	assert_int_equal(restart_pause(&restart, 5), RESTART_LONGEST_PAUSE_MS);
}

static void test_long_life_is_forgiven(void **state)
{
	struct restart restart = { 0 };

	(void)state;
	for (int i = 0; i < 5; i++)
		restart_pause(&restart, 0);
	assert_int_equal(restart_pause(&restart, RESTART_LIVED_MS - 1), 1600);
	assert_int_equal(restart_pause(&restart, RESTART_LIVED_MS), 0);
	assert_int_equal(restart_pause(&restart, RESTART_LIVED_MS - 1), 100);
	assert_int_equal(restart.failures, 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pauses),
		cmocka_unit_test(test_long_life_is_forgiven),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
