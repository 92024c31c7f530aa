/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SQLite file itself: modes whatever the umask, a newer schema is left alone, a locked or full
 * disk changes nothing and heals, content survives closing.
 */
#include "support/unit.h"

#include "base/loop.h"
#include "store/backup.h"
#include "store/schema.h"
#include "store/store.h"
#include "support/temp_dir.h"

#include <errno.h>
#include <sqlite3.h>
#include <sys/stat.h>

static int set_up(void **state)
{
	*state = temp_dir_new();
	return 0;
}

static int tear_down(void **state)
{
	temp_dir_free(*state);
	return 0;
}

static unsigned int mode_of(const char *dir, const char *name)
{
	AUTO_FREE char *path = xasprintf("%s/%s", dir, name);
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	return status.st_mode & 07777;
}

static int put(struct store *store, const char *key, const char *value)
{
	struct store_op op = {
		.key = key, .value = value, .value_size = strlen(value), .expected = STORE_ANY
	};

	return store_commit(store, &op, 1, NULL, NULL);
}

static void assert_value(struct store *store, const char *key, const char *value)
{
	struct store_entry entry;

	assert_int_equal(store_get(store, key, &entry), 0);
	assert_string_equal(entry.value, value);
	store_entry_clear(&entry);
}

static void execute(const char *dir, const char *sql)
{
	AUTO_FREE char *path = xasprintf("%s/store.db", dir);
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void test_modes(void **state)
{
	struct store *store;
	mode_t before = umask(0077);

	assert_int_equal(store_open_sqlite(NULL, *state, &store), 0);
	assert_int_equal(put(store, "desired/a", "1"), 0);
	assert_int_equal(mode_of(*state, "store.db"), 0660);
	assert_int_equal(mode_of(*state, "store.db-wal"), 0660);
	assert_int_equal(mode_of(*state, "store.db-shm"), 0660);
	assert_int_equal(mode_of(*state, "doorbell"), 02770);
	umask(before);
	store_free(store);
}

static void test_reopen(void **state)
{
	struct store *store;

	assert_int_equal(store_open_sqlite(NULL, *state, &store), 0);
	assert_int_equal(put(store, "desired/a", "1"), 0);
	store_free(store);
	assert_int_equal(store_open_sqlite(NULL, *state, &store), 0);
	assert_value(store, "desired/a", "1");
	store_free(store);
}

static void test_newer_schema(void **state)
{
	struct store *store;

	assert_int_equal(store_open_sqlite(NULL, *state, &store), 0);
	assert_int_equal(put(store, "desired/a", "1"), 0);
	store_free(store);
	execute(*state, "UPDATE schema SET version = version + 1");
	assert_int_equal(store_open_sqlite(NULL, *state, &store), -EPROTO);
	execute(*state, "UPDATE schema SET version = version - 1");
	assert_int_equal(store_open_sqlite(NULL, *state, &store), 0);
	assert_value(store, "desired/a", "1");
	store_free(store);
}

static void test_no_database(void **state)
{
	AUTO_FREE char *path = xasprintf("%s/store.db", (char *)*state);
	AUTO_FREE char *missing = xasprintf("%s/no/such", (char *)*state);
	FILE *file = fopen(path, "w");
	struct store *store;

	assert_non_null(file);
	for (int i = 0; i < 1000; i++)
		fputs("this is no database\n", file);
	fclose(file);
	assert_int_equal(store_open_sqlite(NULL, *state, &store), -EBADMSG);
	assert_int_equal(store_open_sqlite(NULL, missing, &store), -ENOENT);
}

static void test_locked(void **state)
{
	AUTO_FREE char *path = xasprintf("%s/store.db", (char *)*state);
	struct store *store;
	sqlite3 *db;

	assert_int_equal(store_open_sqlite(NULL, *state, &store), 0);
	assert_int_equal(put(store, "desired/a", "1"), 0);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(put(store, "desired/a", "2"), -EAGAIN);
	assert_value(store, "desired/a", "1"); /* reading goes on */
	assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(put(store, "desired/a", "2"), 0);
	assert_value(store, "desired/a", "2");
	store_free(store);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

static int64_t ask(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement;
	int64_t number;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return number;
}

/* Steps of our own after those of the program: all of the missing ones, once, or none. */
static void an_older_file_is_migrated(void **state)
{
	static const char first[] =
		"CREATE TABLE schema (version INTEGER NOT NULL);"
		"INSERT INTO schema VALUES (0);"
		"CREATE TABLE thing (name TEXT); INSERT INTO thing VALUES ('x');";
	static const char *const steps[] = { first, "ALTER TABLE thing ADD COLUMN size INTEGER",
		"UPDATE thing SET size = 7" };
	const char *const broken[] = { first, steps[1], steps[2],
		"UPDATE thing SET size = 8", "UPDATE nothing SET size = 9" };
	AUTO_FREE char *path = xasprintf("%s/old.db", (char *)*state);
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(schema_migrate(db, steps, 1), 0);
	assert_int_equal(ask(db, "SELECT version FROM schema"), 1);
	assert_int_equal(schema_migrate(db, steps, 3), 0);
	assert_int_equal(schema_migrate(db, steps, 3), 0);
	assert_int_equal(ask(db, "SELECT version FROM schema"), 3);
	assert_int_equal(ask(db, "SELECT size FROM thing WHERE name = 'x'"), 7);
	assert_true(schema_migrate(db, broken, 5) < 0);
	assert_int_equal(ask(db, "SELECT version FROM schema"), 3);
	assert_int_equal(ask(db, "SELECT size FROM thing"), 7);
	assert_int_equal(schema_migrate(db, steps, 2), -EPROTO);
	sqlite3_close(db);
}

static void a_copy_is_a_store(void **state)
{
	const char *dir = *state;
	AUTO_FREE char *copy = xasprintf("%s/copy", dir), *other = xasprintf("%s/other", dir);
	struct store *store;
	struct store_entry entry;

	assert_int_equal(mkdir(other, 0700), 0);
	assert_int_equal(store_open_sqlite(NULL, dir, &store), 0);
	assert_int_equal(put(store, "desired/a/1", "before"), 0);
	assert_int_equal(store_backup(dir, copy), 0);
	assert_int_equal(put(store, "desired/a/1", "after"), 0);
	assert_int_equal(mode_of(dir, "copy"), 0600);
	assert_int_equal(store_backup(dir, copy), -EEXIST);
	assert_int_equal(store_backup_check(copy), 0);
	assert_int_equal(store_restore(copy, dir), -EEXIST);
	store_free(store);
	assert_int_equal(store_restore(copy, other), 0);
	assert_int_equal(store_open_sqlite(NULL, other, &store), 0);
	assert_value(store, "desired/a/1", "before");
	assert_int_equal(store_get(store, "desired/a/1", &entry), 0);
	assert_int_equal(entry.revision, 1);
	store_entry_clear(&entry);
	store_free(store);
}

static void what_is_no_copy_of_a_store_is_refused(void **state)
{
	const char *dir = *state;
	AUTO_FREE char *path = xasprintf("%s/store.db", dir);
	struct store *store;
	FILE *file;

	execute(dir, "CREATE TABLE other (x)");
	assert_int_equal(store_backup_check(path), -EBADMSG);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(store_open_sqlite(NULL, dir, &store), 0);
	store_free(store);
	assert_int_equal(store_backup_check(path), 0);
	execute(dir, "UPDATE schema SET version = version + 1");
	assert_int_equal(store_backup_check(path), -EPROTO);
	file = fopen(path, "w");
	assert_non_null(file);
	for (int i = 0; i < 1000; i++)
		fputs("this is no database at all\n", file);
	fclose(file);
	assert_int_equal(store_backup_check(path), -EBADMSG);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_modes),
		TEST(test_reopen),
		TEST(test_newer_schema),
		TEST(test_no_database),
		TEST(test_locked),
		TEST(an_older_file_is_migrated),
		TEST(a_copy_is_a_store),
		TEST(what_is_no_copy_of_a_store_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
