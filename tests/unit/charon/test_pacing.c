/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pacing_due(): the second datagram of an IKEv1 SPI pair waits, nothing else does.
 */
#include "charon/pacing.h"
#include "support/unit.h"

#include "message.h"

#define MS 1000000

static int64_t due(struct pacing *pacing, struct message message, int64_t now_ns)
{
	return pacing_due(pacing, message.octets, message.size, now_ns);
}

static void test_second_of_a_pair_waits(void **state)
{
	struct pacing pacing = {};

	(void)state;
	assert_int_equal(
		due(&pacing, message(1, 2, 1, AGGRESSIVE_MODE, 0, false), 100 * MS), 100 * MS);
	assert_int_equal(due(&pacing, message(1, 2, 1, QUICK, 1, false), 101 * MS), 105 * MS);
	/* the third after the second's own instant, not after its arrival */
	assert_int_equal(due(&pacing, message(1, 2, 1, QUICK, 1, false), 102 * MS), 110 * MS);
	assert_int_equal(due(&pacing, message(1, 2, 1, QUICK, 1, false), 115 * MS), 115 * MS);
}

static void test_marker_is_no_difference(void **state)
{
	struct pacing pacing = {};

	(void)state;
	due(&pacing, message(1, 2, 1, AGGRESSIVE_MODE, 0, false), 0);
	assert_int_equal(due(&pacing, message(1, 2, 1, QUICK, 1, true), 1 * MS), 5 * MS);
}

static void test_others_do_not_wait(void **state)
{
	struct pacing pacing = {};
	const uint8_t short_message[27] = {};

	(void)state;
	due(&pacing, message(1, 2, 1, AGGRESSIVE_MODE, 0, false), 0);
	assert_int_equal(due(&pacing, message(1, 3, 1, QUICK, 1, false), 1), 1);
	assert_int_equal(due(&pacing, message(2, 2, 1, QUICK, 1, false), 1), 1);
	assert_int_equal(due(&pacing, message(1, 2, 2, SA_INIT, 0, false), 1), 1);
	assert_int_equal(due(&pacing, message(1, 2, 2, SA_INIT, 0, false), 1), 1);
	assert_int_equal(pacing_due(&pacing, short_message, sizeof(short_message), 1), 1);
	assert_int_equal(pacing_due(&pacing, "\xff", 1, 1), 1);
	assert_int_equal(pacing_due(&pacing, "", 0, 1), 1);
}

static void test_a_zero_pair_in_an_empty_slot_does_not_wait(void **state)
{
	struct pacing pacing = {};

	(void)state;
	assert_int_equal(due(&pacing, message(0, 0, 1, QUICK, 0, false), 100 * MS), 100 * MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_second_of_a_pair_waits),
		cmocka_unit_test(test_marker_is_no_difference),
		cmocka_unit_test(test_others_do_not_wait),
		cmocka_unit_test(test_a_zero_pair_in_an_empty_slot_does_not_wait),
	};

	return cmocka_run_group_tests_name("charon-pacing", tests, NULL, NULL);
}
