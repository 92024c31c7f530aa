/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a check fails, when it recovers, and how often its tunnel is reset meanwhile.
 */
#include "support/unit.h"

#include "drivers/health/check.h"

static bool answer(struct check *check)
{
	bool is_changed;

	assert_true(check_answer(check, check_send(check), &is_changed));
	return is_changed;
}

static bool miss(struct check *check)
{
	(void)check_send(check);
	return check_expire(check, true);
}

static struct check started(uint32_t retry)
{
	struct check check;

	check_init(&check, retry);
	return check;
}

static struct check failed(uint32_t retry)
{
	struct check check = started(retry);

	for (uint32_t i = 0; i < retry; i++)
		(void)miss(&check);
	assert_int_equal(check.state, CHECK_FAILED);
	return check;
}

static void the_first_answer_is_a_success(void **state)
{
	struct check check = started(3);

	(void)state;
	assert_int_equal(check.state, CHECK_UNKNOWN);
	assert_true(answer(&check));
	assert_int_equal(check.state, CHECK_SUCCESS);
	assert_false(answer(&check));
}

static void only_misses_in_a_row_fail_it(void **state)
{
	struct check check = started(3);

	(void)state;
	(void)answer(&check);
	assert_false(miss(&check));
	assert_false(miss(&check));
	assert_false(answer(&check));
	assert_false(miss(&check));
	assert_false(miss(&check));
	assert_int_equal(check.state, CHECK_SUCCESS);
	assert_true(miss(&check));
	assert_int_equal(check.state, CHECK_FAILED);
	assert_false(miss(&check));
}

static void as_many_answers_in_a_row_end_a_failure(void **state)
{
	struct check check = failed(3);

	(void)state;
	assert_false(answer(&check));
	assert_false(answer(&check));
	assert_false(miss(&check));
	assert_false(answer(&check));
	assert_false(answer(&check));
	assert_int_equal(check.state, CHECK_FAILED);
	assert_true(answer(&check));
	assert_int_equal(check.state, CHECK_SUCCESS);
}

static void late_and_foreign_answers_do_not_count(void **state)
{
	struct check check = started(1);
	uint16_t first = check_send(&check), second;
	bool is_changed;

	(void)state;
	(void)check_expire(&check, false);
	assert_false(check_answer(&check, first, &is_changed));
	second = check_send(&check);
	assert_false(check_answer(&check, first, &is_changed));
	assert_false(check_answer(&check, (uint16_t)(second + 1), &is_changed));
	assert_true(check_answer(&check, second, &is_changed));
	assert_false(check_answer(&check, second, &is_changed));
}

static void nothing_is_counted_while_the_tunnel_is_down(void **state)
{
	struct check check = started(2);

	(void)state;
	(void)answer(&check);
	for (int i = 0; i < 5; i++) {
		(void)check_send(&check);
		assert_false(check_expire(&check, false));
	}
	assert_int_equal(check.state, CHECK_SUCCESS);
	assert_false(miss(&check));
	assert_true(miss(&check));
}

static void a_tunnel_that_goes_down_ends_a_success_only(void **state)
{
	struct check check = started(2);

	(void)state;
	(void)answer(&check);
	assert_true(check_tunnel_down(&check));
	assert_int_equal(check.state, CHECK_UNKNOWN);
	assert_false(check_tunnel_down(&check));
	assert_true(answer(&check));
	check = failed(2);
	assert_false(check_tunnel_down(&check));
	assert_int_equal(check.state, CHECK_FAILED);
}

static void resets_come_at_growing_distances(void **state)
{
	static const uint64_t expected[] = { 30000, 60000, 120000, 240000, 480000, 900000, 900000 };
	struct check check = failed(2);

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		assert_int_equal(check_reset(&check), expected[i]);
		assert_int_equal(check.missed, 0); /* the new tunnel gets its chance */
	}
	(void)answer(&check);
	(void)answer(&check);
	assert_int_equal(check_reset(&check), 900000);
	check_forget_resets(&check);
	assert_int_equal(check_reset(&check), 30000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_answer_is_a_success),
		cmocka_unit_test(only_misses_in_a_row_fail_it),
		cmocka_unit_test(as_many_answers_in_a_row_end_a_failure),
		cmocka_unit_test(late_and_foreign_answers_do_not_count),
		cmocka_unit_test(nothing_is_counted_while_the_tunnel_is_down),
		cmocka_unit_test(a_tunnel_that_goes_down_ends_a_success_only),
		cmocka_unit_test(resets_come_at_growing_distances),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
