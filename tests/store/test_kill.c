/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A writer is killed at a random moment, 200 times over the same file: every commit it had
 * acknowledged is there, a commit of several keys is whole or absent, SQLite finds the file sound.
 */
#include "support/unit.h"

#include "store/processes.h"
#include "store/store.h"
#include "support/temp_dir.h"

#include <poll.h>
#include <sqlite3.h>

#define KILLS 200
#define KEYS 3
#define LONGEST_LIFE_US 25000

static const char *const keys[KEYS] = { "desired/a", "status/b", "meta/c" };

static int commit_number(struct store *store, uint64_t number)
{
	char text[2048];
	int size = snprintf(text, sizeof(text), "%llu %0*d", (unsigned long long)number,
		(int)(number % 1500), 0);
	struct store_op ops[KEYS + 1];

	for (int i = 0; i < KEYS; i++)
		ops[i] = (struct store_op){ .key = keys[i],
			.value = text,
			.value_size = (size_t)size,
			.expected = STORE_ANY };
	/* and one that comes and goes */
	ops[KEYS] = (struct store_op){ .key = "desired/odd", .expected = STORE_ANY };
	if (number % 2) {
		ops[KEYS].value = "odd";
		ops[KEYS].value_size = 3;
	}
	return store_commit(store, ops, KEYS + 1, NULL, NULL);
}

static uint64_t read_number(struct store *store, const char *key)
{
	struct store_entry entry;
	uint64_t number;
	int err = store_get(store, key, &entry);

	if (err == -ENOENT)
		return 0;
	assert_int_equal(err, 0);
	number = strtoull(entry.value, NULL, 10);
	store_entry_clear(&entry);
	return number;
}

static void writer(const char *dir, uint64_t next, int acknowledge)
{
	struct store *store;

	CHILD_REQUIRE(store_open_sqlite(NULL, dir, &store) == 0);
	/* every other one as the agent does it */
	CHILD_REQUIRE(next % 2 || store_relax(store) == 0);
	for (;; next++) {
		CHILD_REQUIRE(commit_number(store, next) == 0);
		CHILD_REQUIRE(write(acknowledge, &next, sizeof(next)) == sizeof(next));
	}
}

/* Lets a writer live for a moment; the last number it acknowledged, 0 = none. */
static uint64_t one_life(const char *dir, uint64_t next)
{
	uint64_t last = 0, number;
	struct timespec moment = { .tv_nsec = (long)(unit_next() % LONGEST_LIFE_US) * 1000 };
	int acknowledge[2], status;
	pid_t pid;

	assert_int_equal(pipe(acknowledge), 0);
	pid = fork();
	if (!pid) {
		close(acknowledge[0]);
		writer(dir, next, acknowledge[1]);
	}
	close(acknowledge[1]);
	if (unit_next() % 4) /* some die while they open the file, most while they commit */
		poll(&(struct pollfd){ .fd = acknowledge[0], .events = POLLIN }, 1, -1);
	nanosleep(&moment, NULL);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status)); /* not by itself */
	while (pipe_read(acknowledge[0], &number, sizeof(number)))
		last = number;
	close(acknowledge[0]);
	return last;
}

static void assert_sound(const char *dir)
{
	AUTO_FREE char *path = xasprintf("%s/store.db", dir);
	sqlite3_stmt *statement;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(statement, 0), "ok");
	sqlite3_finalize(statement);
	sqlite3_close(db);
}

/* The number everything agrees on. */
static uint64_t assert_whole(const char *dir)
{
	struct store *store;
	struct store_entry entry;
	uint64_t number, revision;

	assert_int_equal(store_open_sqlite(NULL, dir, &store), 0);
	number = read_number(store, keys[0]);
	for (int i = 1; i < KEYS; i++)
		assert_int_equal(read_number(store, keys[i]), number);
	assert_int_equal(store_revision(store, &revision), 0);
	assert_int_equal(revision, number);
	assert_int_equal(store_get(store, "desired/odd", &entry), number % 2 ? 0 : -ENOENT);
	if (number % 2)
		store_entry_clear(&entry);
	store_free(store);
	return number;
}

static void test_kills(void **state)
{
	char *dir = temp_dir_new();
	uint64_t present = 0;

	(void)state;
	for (int i = 0; i < KILLS; i++) {
		uint64_t acknowledged = one_life(dir, present + 1);
		uint64_t before = present;

		/* one commit may have been made and not yet acknowledged */
		present = assert_whole(dir);
		assert_true(present >= acknowledged);
		assert_true(present <= (acknowledged ? acknowledged : before) + 1);
		if (i % 10 == 0)
			assert_sound(dir);
	}
	assert_sound(dir);
	assert_true(present > KILLS);
	print_message("# %d kills, %llu commits\n", KILLS, (unsigned long long)present);
	temp_dir_free(dir);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kills),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
