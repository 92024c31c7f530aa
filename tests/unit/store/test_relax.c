/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A relaxed store beside an ordinary one: what waits for the disk, counted where SQLite asks for
 * it.
 */
#include "support/unit.h"

#include "store/store.h"
#include "support/temp_dir.h"

#include <sys/syscall.h>
#include <unistd.h>

static unsigned int syncs;

/* In the place of the C library's, also for SQLite. */
int fdatasync(int fd)
{
	syncs++;
	return (int)syscall(SYS_fdatasync, fd);
}

static void put(struct store *store, const char *key, const char *value)
{
	struct store_op op = {
		.key = key, .value = value, .value_size = strlen(value), .expected = STORE_ANY
	};

	assert_int_equal(store_commit(store, &op, 1, NULL, NULL), 0);
}

static void assert_value(struct store *store, const char *key, const char *value)
{
	struct store_entry entry;

	assert_int_equal(store_get(store, key, &entry), 0);
	assert_string_equal(entry.value, value);
	store_entry_clear(&entry);
}

static void test_only_others_wait(void **state)
{
	char *dir = temp_dir_new();
	struct store *relaxed, *ordinary;
	unsigned int before;

	(void)state;
	assert_int_equal(store_open_sqlite(NULL, dir, &relaxed), 0);
	assert_int_equal(store_open_sqlite(NULL, dir, &ordinary), 0);
	assert_int_equal(store_relax(relaxed), 0);
	put(ordinary, "desired/vpc/a", "1");
	before = syncs;
	for (int i = 0; i < 20; i++)
		put(relaxed, "status/vpc/a", "2");
	assert_int_equal(syncs, before);
	assert_value(ordinary, "status/vpc/a", "2");
	put(ordinary, "desired/vpc/a", "3");
	assert_true(syncs > before);
	assert_value(relaxed, "desired/vpc/a", "3");
	store_free(relaxed);
	store_free(ordinary);
	temp_dir_free(dir);
}

static void test_memory_has_nothing_to_relax(void **state)
{
	struct store *store;

	(void)state;
	assert_int_equal(store_open_memory(NULL, &store), 0);
	assert_int_equal(store_relax(store), 0);
	put(store, "desired/vpc/a", "1");
	assert_value(store, "desired/vpc/a", "1");
	store_free(store);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_others_wait),
		cmocka_unit_test(test_memory_has_nothing_to_relax),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
