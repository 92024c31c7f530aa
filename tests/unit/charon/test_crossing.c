/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crossing_due(): a request and a response of one message ID do not meet in charon.
 */
#include "charon/crossing.h"
#include "support/unit.h"

#include "message.h"

#define NOW 1000000000
#define CREATE_CHILD 36
#define RESPONSE 0x20

static int64_t due(struct crossing *crossing, struct message message, int64_t now_ns)
{
	return crossing_due(crossing, message.octets, message.size, now_ns);
}

static struct message with_id(struct message message, uint8_t id)
{
	message.octets[23] = id;
	return message;
}

static void test_the_second_one_waits(void **state)
{
	struct message request = message(7, 8, 2, CREATE_CHILD, 0, true),
		       response = message(7, 8, 2, CREATE_CHILD, RESPONSE, true);
	struct crossing crossing = {};

	(void)state;
	assert_int_equal(due(&crossing, request, NOW), NOW);
	assert_int_equal(due(&crossing, response, NOW + 1), NOW + CROSSING_HOLD_NS);
	/* and what is the second one to that */
	assert_int_equal(due(&crossing, request, NOW + 2), NOW + 2 * CROSSING_HOLD_NS);
	crossing = (struct crossing){};
	assert_int_equal(due(&crossing, response, NOW), NOW);
	assert_int_equal(due(&crossing, request, NOW + 1), NOW + CROSSING_HOLD_NS);
}

static void test_nothing_else_waits(void **state)
{
	struct message request = message(7, 8, 2, CREATE_CHILD, 0, false),
		       response = message(7, 8, 2, CREATE_CHILD, RESPONSE, false);
	struct crossing crossing = {};

	(void)state;
	assert_int_equal(due(&crossing, request, NOW), NOW);
	assert_int_equal(due(&crossing, request, NOW + 1), NOW + 1); /* a repetition */
	assert_int_equal(due(&crossing, with_id(response, 1), NOW + 1), NOW + 1);
	assert_int_equal(
		due(&crossing, message(9, 8, 2, CREATE_CHILD, RESPONSE, false), NOW + 1), NOW + 1);
	assert_int_equal(due(&crossing, response, 2 * NOW), 2 * (int64_t)NOW); /* long after */
	assert_int_equal(due(&crossing, message(5, 8, 1, QUICK, 0, false), NOW), NOW);
	assert_int_equal(due(&crossing, message(5, 8, 1, QUICK, RESPONSE, false), NOW), NOW);
	assert_int_equal(crossing_due(&crossing, "\xff", 1, NOW), NOW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_second_one_waits),
		cmocka_unit_test(test_nothing_else_waits),
	};

	return cmocka_run_group_tests_name("charon-crossing", tests, NULL, NULL);
}
