/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queue: each key once, in order; waiting keys at their time, before the ready ones.
 */
#include "support/unit.h"

#include "reconcile/queue.h"

static const struct mono start = { .ns = 1000000000 };

static void expect(struct queue *queue, struct mono now, const char *expected)
{
	enum kind kind;
	char *id = NULL;
	bool is_there = queue_take(queue, now, &kind, &id);

	assert_int_equal(is_there, expected != NULL);
	if (expected)
		assert_string_equal(id ? id : "*", expected);
	free(id);
}

static void test_each_key_once_in_order(void **state)
{
	struct queue *queue = queue_new();

	(void)state;
	queue_mark(queue, KIND_VPN_CONNECTION, "a");
	queue_mark(queue, KIND_VPN_CONNECTION, "b");
	queue_mark(queue, KIND_VPN_CONNECTION, "a");
	queue_mark(queue, KIND_VPN_GATEWAY, "a");
	queue_mark(queue, KIND_COUNT, NULL);
	expect(queue, start, "a");
	/* Marked again while it is being worked on: it comes back. */
	queue_mark(queue, KIND_VPN_CONNECTION, "a");
	queue_forget(queue, KIND_VPN_CONNECTION, "a");
	expect(queue, start, "b");
	expect(queue, start, "a"); /* the gateway of that id */
	expect(queue, start, "*");
	expect(queue, start, "a");
	expect(queue, start, NULL);
	queue_free(queue);
}

static void test_waiting(void **state)
{
	struct queue *queue = queue_new();
	struct mono due;

	(void)state;
	assert_false(queue_next_due(queue, start, &due));
	assert_int_equal(queue_count_failure(queue, KIND_VPC, "slow"), 1);
	queue_wait(queue, KIND_VPC, "slow", mono_add_ms(start, 500));
	assert_int_equal(queue_count_failure(queue, KIND_VPC, "soon"), 1);
	queue_wait(queue, KIND_VPC, "soon", mono_add_ms(start, 100));
	expect(queue, start, NULL);
	assert_true(queue_next_due(queue, start, &due));
	assert_int_equal(mono_diff_ms(due, start), 100);
	/* A due one goes before those that are only marked. */
	queue_mark(queue, KIND_VPC, "marked");
	expect(queue, mono_add_ms(start, 100), "soon");
	expect(queue, mono_add_ms(start, 100), "marked");
	assert_int_equal(queue_count_failure(queue, KIND_VPC, "soon"), 2);
	/* A mark ends the waiting and keeps the count. */
	queue_mark(queue, KIND_VPC, "slow");
	expect(queue, start, "slow");
	assert_int_equal(queue_count_failure(queue, KIND_VPC, "slow"), 2);
	queue_forget(queue, KIND_VPC, "slow");
	assert_int_equal(queue_count_failure(queue, KIND_VPC, "slow"), 1);
	queue_free(queue);
}

static void test_wait_does_not_undo_a_mark(void **state)
{
	struct queue *queue = queue_new();

	(void)state;
	queue_mark(queue, KIND_VPC, "a");
	expect(queue, start, "a");
	queue_mark(queue, KIND_VPC, "a"); /* changed meanwhile */
	queue_wait(queue, KIND_VPC, "a", mono_add_ms(start, 5000));
	expect(queue, start, "a");
	queue_free(queue);
}

static void test_drain(void **state)
{
	struct queue *queue = queue_new();

	(void)state;
	queue_mark(queue, KIND_VPC, "a");
	(void)queue_count_failure(queue, KIND_VPC, "b");
	queue_wait(queue, KIND_VPC, "b", mono_add_ms(start, 100));
	queue_drain(queue);
	expect(queue, mono_add_ms(start, 1000), NULL);
	assert_int_equal(queue_count_failure(queue, KIND_VPC, "b"), 2);
	queue_free(queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_key_once_in_order),
		cmocka_unit_test(test_waiting),
		cmocka_unit_test(test_wait_does_not_undo_a_mark),
		cmocka_unit_test(test_drain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
