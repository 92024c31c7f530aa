/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The diff: what it yields is right and in order; applying it leaves nothing to do and touches
 * nothing else (random worlds).
 */
#include "support/unit.h"

#include "reconcile/diff.h"

static bool same(const struct item *want, const struct item *seen)
{
	return (uintptr_t)want->data == (uintptr_t)seen->data;
}

static void add(struct items *items, const char *key, unsigned int rank, uintptr_t value)
{
	items_add_take(items, (struct item){ .key = xstrdup(key),
				      .owner = xstrdup("owner"),
				      .rank = rank,
				      .data = (void *)value });
}

static void test_kinds_of_change(void **state)
{
	struct items want = { 0 }, seen = { 0 };
	struct changes changes;

	(void)state;
	add(&want, "new", 0, 1);
	add(&want, "other", 0, 1);
	add(&want, "right", 0, 1);
	add(&seen, "gone", 0, 1);
	add(&seen, "other", 0, 2);
	add(&seen, "right", 0, 1);
	items_sort(&want);
	items_sort(&seen);
	diff_items(&want, &seen, same, &changes);
	assert_int_equal(changes.len, 3);
	assert_null(changes.items[0].want);
	assert_string_equal(changes.items[0].seen->key, "gone");
	assert_string_equal(changes.items[1].want->key, "new");
	assert_null(changes.items[1].seen);
	assert_string_equal(changes.items[2].want->key, "other");
	assert_string_equal(changes.items[2].seen->key, "other");
	changes_clear(&changes);
	items_clear(&want);
	items_clear(&seen);
}

static void test_ranks(void **state)
{
	struct items want = { 0 }, seen = { 0 };
	struct changes changes;

	(void)state;
	add(&want, "a-route", 2, 1);
	add(&want, "z-link", 1, 1);
	add(&seen, "b-route", 2, 1);
	add(&seen, "c-link", 1, 1);
	items_sort(&want);
	items_sort(&seen);
	diff_items(&want, &seen, same, &changes);
	assert_int_equal(changes.len, 4);
	assert_string_equal(changes.items[0].seen->key, "b-route");
	assert_string_equal(changes.items[1].seen->key, "c-link");
	assert_string_equal(changes.items[2].want->key, "z-link");
	assert_string_equal(changes.items[3].want->key, "a-route");
	changes_clear(&changes);
	items_clear(&want);
	items_clear(&seen);
}

/* A driver that lists a thing twice must not lose it. */
static void test_double_keys(void **state)
{
	struct items want = { 0 }, seen = { 0 };
	struct changes changes;

	(void)state;
	add(&want, "k", 0, 1);
	add(&want, "k", 0, 2);
	add(&seen, "k", 0, 1);
	add(&seen, "k", 0, 1);
	items_sort(&want);
	items_sort(&seen);
	diff_items(&want, &seen, same, &changes);
	assert_int_equal(changes.len, 0);
	changes_clear(&changes);
	items_clear(&want);
	items_clear(&seen);
}

#define KEYS 40

static void random_items(uintptr_t values[KEYS])
{
	for (int i = 0; i < KEYS; i++)
		values[i] = unit_next() % 4; /* 0 = absent */
}

static void fill(struct items *items, const uintptr_t values[KEYS])
{
	for (int i = 0; i < KEYS; i++) {
		char key[16];

		(void)snprintf(key, sizeof(key), "key%d", i);
		if (values[i])
			add(items, key, (unsigned int)(unit_next() % 3), values[i]);
	}
	items_sort(items);
}

static void apply(const struct changes *changes, uintptr_t world[KEYS])
{
	for (size_t i = 0; i < changes->len; i++) {
		const struct change *change = &changes->items[i];
		const char *key = change->want ? change->want->key : change->seen->key;
		unsigned long at = strtoul(key + 3, NULL, 10);

		/* What it says is there is there. */
		assert_int_equal(change->seen ? (uintptr_t)change->seen->data : 0, world[at]);
		world[at] = change->want ? (uintptr_t)change->want->data : 0;
	}
}

static void test_applying_leaves_nothing(void **state)
{
	(void)state;
	for (int round = 0; round < 500; round++) {
		uintptr_t wanted[KEYS], world[KEYS];
		struct items want = { 0 }, seen = { 0 }, after = { 0 };
		struct changes changes, rest;

		random_items(wanted);
		random_items(world);
		fill(&want, wanted);
		fill(&seen, world);
		diff_items(&want, &seen, same, &changes);
		apply(&changes, world);
		assert_memory_equal(world, wanted, sizeof(world));
		fill(&after, world);
		diff_items(&want, &after, same, &rest);
		assert_int_equal(rest.len, 0);
		changes_clear(&changes);
		changes_clear(&rest);
		items_clear(&want);
		items_clear(&seen);
		items_clear(&after);
	}
}

static void test_find(void **state)
{
	struct items items = { 0 };

	(void)state;
	assert_null(items_find(&items, "x"));
	add(&items, "c", 0, 3);
	add(&items, "a", 0, 1);
	add(&items, "b", 0, 2);
	items_sort(&items);
	assert_int_equal((uintptr_t)items_find(&items, "a")->data, 1);
	assert_int_equal((uintptr_t)items_find(&items, "b")->data, 2);
	assert_int_equal((uintptr_t)items_find(&items, "c")->data, 3);
	assert_null(items_find(&items, "bb"));
	items_clear(&items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds_of_change),
		cmocka_unit_test(test_ranks),
		cmocka_unit_test(test_double_keys),
		cmocka_unit_test(test_applying_leaves_nothing),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
