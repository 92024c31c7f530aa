/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opening_sent() and opening_due(): an answer waits until charon knows the IKE_SA it began, nothing
 * else waits.
 */
#include "charon/opening.h"
#include "support/unit.h"

#include "message.h"

#define NOW 1000000000

static void sent(struct opening *opening, struct message message, int64_t now_ns)
{
	opening_sent(opening, message.octets, message.size, now_ns);
}

static int64_t due(const struct opening *opening, struct message message, int64_t now_ns)
{
	return opening_due(opening, message.octets, message.size, now_ns);
}

static void test_an_answer_waits(void **state)
{
	struct opening opening = {};

	(void)state;
	sent(&opening, message(7, 0, 2, SA_INIT, 0, false), NOW);
	assert_int_equal(
		due(&opening, message(7, 8, 2, SA_INIT, 0, false), NOW + 1), NOW + OPENING_HOLD_NS);
	assert_int_equal(
		due(&opening, message(7, 8, 1, SA_INIT, 0, true), NOW + 1), NOW + OPENING_HOLD_NS);
	assert_int_equal(due(&opening, message(7, 8, 2, SA_INIT, 0, false), NOW + OPENING_HOLD_NS),
		NOW + OPENING_HOLD_NS);
	assert_int_equal(
		due(&opening, message(7, 8, 2, SA_INIT, 0, false), 2 * NOW), 2 * (int64_t)NOW);
}

static void test_a_repetition_holds_nothing(void **state)
{
	struct opening opening = {};

	(void)state;
	sent(&opening, message(7, 0, 2, SA_INIT, 0, true), NOW);
	sent(&opening, message(7, 0, 2, SA_INIT, 0, true), 2 * (int64_t)NOW);
	assert_int_equal(
		due(&opening, message(7, 8, 2, SA_INIT, 0, true), 2 * NOW), 2 * (int64_t)NOW);
}

static void test_nothing_else_waits(void **state)
{
	struct opening opening = {};

	(void)state;
	sent(&opening, message(7, 8, 1, QUICK, 1, false), NOW);
	assert_int_equal(due(&opening, message(7, 8, 1, QUICK, 1, false), NOW), NOW);
	sent(&opening, message(9, 0, 1, SA_INIT, 0, false), NOW);
	assert_int_equal(due(&opening, message(7, 0, 1, SA_INIT, 0, false), NOW), NOW);
	opening_sent(&opening, "\xff", 1, NOW);
	assert_int_equal(opening_due(&opening, "\xff", 1, NOW), NOW);
	assert_int_equal(opening_due(&opening, "", 0, NOW), NOW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_answer_waits),
		cmocka_unit_test(test_a_repetition_holds_nothing),
		cmocka_unit_test(test_nothing_else_waits),
	};

	return cmocka_run_group_tests_name("charon-opening", tests, NULL, NULL);
}
