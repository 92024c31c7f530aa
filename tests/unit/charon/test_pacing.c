/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pacing_due(): what follows an aggressive-mode message of its SPI pair waits, nothing else does.
 */
#include "charon/pacing.h"
#include "support/unit.h"

#include "message.h"

#define MS 1000000

static int64_t due(struct pacing *pacing, struct message message, int64_t now_ns)
{
	return pacing_due(pacing, message.octets, message.size, now_ns, 5 * MS);
}

static void test_what_follows_aggressive_mode_waits(void **state)
{
	struct pacing pacing = {};

	(void)state;
	assert_int_equal(
		due(&pacing, message(1, 2, 1, AGGRESSIVE_MODE, 0, false), 100 * MS), 100 * MS);
	assert_int_equal(due(&pacing, message(1, 2, 1, QUICK, 1, false), 101 * MS), 105 * MS);
	assert_int_equal(due(&pacing, message(1, 2, 1, QUICK, 1, true), 102 * MS), 105 * MS);
	assert_int_equal(due(&pacing, message(1, 2, 1, QUICK, 1, false), 105 * MS), 105 * MS);
}

static void test_aggressive_mode_itself_keeps_the_order(void **state)
{
	struct pacing pacing = {};

	(void)state;
	due(&pacing, message(1, 2, 1, AGGRESSIVE_MODE, 0, false), 100 * MS);
	assert_int_equal(
		due(&pacing, message(1, 2, 1, AGGRESSIVE_MODE, 0, false), 103 * MS), 105 * MS);
	assert_int_equal(due(&pacing, message(1, 2, 1, QUICK, 1, false), 103 * MS), 110 * MS);
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
	assert_int_equal(pacing_due(&pacing, short_message, sizeof(short_message), 1, MS), 1);
	assert_int_equal(pacing_due(&pacing, "\xff", 1, 1, MS), 1);
	assert_int_equal(pacing_due(&pacing, "", 0, 1, MS), 1);
}

static void test_rekeying_does_not_wait(void **state)
{
	struct pacing pacing = {};

	(void)state;
	assert_int_equal(due(&pacing, message(1, 2, 1, QUICK, 1, false), 100 * MS), 100 * MS);
	assert_int_equal(due(&pacing, message(1, 2, 1, QUICK, 1, false), 101 * MS), 101 * MS);
}

static void test_release(void **state)
{
	struct pacing pacing = {};
	const struct message first = message(1, 2, 1, AGGRESSIVE_MODE, 0, true);
	const struct message stranger = message(1, 3, 1, AGGRESSIVE_MODE, 0, false);

	(void)state;
	due(&pacing, first, 100 * MS);
	pacing_release(&pacing, pacing_spis(stranger.octets, stranger.size));
	assert_int_equal(due(&pacing, message(1, 2, 1, QUICK, 1, false), 101 * MS), 105 * MS);
	pacing_release(&pacing, pacing_spis(first.octets, first.size));
	assert_int_equal(due(&pacing, message(1, 2, 1, QUICK, 1, false), 101 * MS), 101 * MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_follows_aggressive_mode_waits),
		cmocka_unit_test(test_aggressive_mode_itself_keeps_the_order),
		cmocka_unit_test(test_others_do_not_wait),
		cmocka_unit_test(test_rekeying_does_not_wait),
		cmocka_unit_test(test_release),
	};

	return cmocka_run_group_tests_name("charon-pacing", tests, NULL, NULL);
}
