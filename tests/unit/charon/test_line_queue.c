/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines leave in order; when there are too many the beginning stays, and the next line that fits
 * says how many are missing.
 */
#include "support/unit.h"

#include "charon/line_queue.h"

#include <stdio.h>
#include <string.h>

static struct line_queue queue;

static bool add(unsigned int number)
{
	struct charon_line line = { .lost = 99 };

	(void)snprintf(line.text, sizeof(line.text), "%u", number);
	return line_queue_add(&queue, &line);
}

static void expect(const char *text, uint32_t lost)
{
	const struct charon_line *line = line_queue_first(&queue);

	assert_non_null(line);
	assert_string_equal(line->text, text);
	assert_int_equal(line->lost, lost);
	line_queue_remove_first(&queue);
}

static void test_order(void **state)
{
	(void)state;
	memset(&queue, 0, sizeof(queue));
	assert_null(line_queue_first(&queue));
	line_queue_remove_first(&queue);
	assert_true(add(1));
	assert_true(add(2));
	expect("1", 0);
	expect("2", 0);
	assert_null(line_queue_first(&queue));
}

static void test_full(void **state)
{
	(void)state;
	memset(&queue, 0, sizeof(queue));
	for (unsigned int i = 0; i < LINE_QUEUE_SIZE; i++)
		assert_true(add(i));
	assert_false(add(1000));
	assert_false(add(1001));
	expect("0", 0);
	assert_true(add(1002));
	assert_false(add(1003));
	expect("1", 0);
	expect("2", 0);
	assert_true(add(1004));
	for (unsigned int i = 3; i < LINE_QUEUE_SIZE; i++)
		line_queue_remove_first(&queue);
	expect("1002", 2);
	expect("1004", 1);
	assert_null(line_queue_first(&queue));
}

static void test_noise(void **state)
{
	(void)state;
	assert_true(line_is_noise("sending DPD request"));
	assert_true(line_is_noise("generating INFORMATIONAL request 4 [ ]"));
	assert_true(line_is_noise("parsed INFORMATIONAL response 4 [ ]"));
	assert_true(line_is_noise("parsed INFORMATIONAL_V1 request 12 [ HASH N(DPD_ACK) ]"));
	assert_false(line_is_noise("generating INFORMATIONAL request 4 [ D ]"));
	assert_false(line_is_noise("generating IKE_AUTH request 1 [ IDi AUTH SA ]"));
	assert_false(line_is_noise("retransmit 1 of request with message ID 4"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
