/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every store's logs must do, run once per backend (the argument names it). Uses store/log.h
 * only, but for smaller limits.
 */
#include "support/unit.h"

#include "base/loop.h"
#include "store/backend.h"
#include "support/temp_dir.h"

#include <errno.h>

#define KEY "desired/vpn-connection/a"
#define OTHER "desired/vpn-connection/b"

static bool use_sqlite;

struct fixture {
	char *dir;
	struct store *store;
};

static void put(struct store *store, const char *key, const char *value)
{
	struct store_op op = { .key = key,
		.value = value,
		.value_size = value ? strlen(value) : 0,
		.expected = STORE_ANY };

	assert_int_equal(store_commit(store, &op, 1, NULL, NULL), 0);
}

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->dir = temp_dir_new();
	if (use_sqlite)
		assert_int_equal(store_open_sqlite(NULL, f->dir, &f->store), 0);
	else
		assert_int_equal(store_open_memory(NULL, &f->store), 0);
	put(f->store, KEY, "1");
	put(f->store, OTHER, "1");
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	store_free(f->store);
	temp_dir_free(f->dir);
	free(f);
	return 0;
}

static struct store_log_entry line(const char *key, int64_t time_ms, const char *text)
{
	return (struct store_log_entry){ .key = key,
		.time_ms = time_ms,
		.level = "INFO",
		.source = "charon",
		.type = "",
		.text = text,
		.data = "" };
}

static struct store_log_entry event(const char *key, int64_t time_ms, const char *text)
{
	struct store_log_entry entry = line(key, time_ms, text);

	entry.level = "ERROR";
	entry.source = "vpngw";
	entry.type = "IpsecDown";
	entry.data = "{\"Reason\":\"PeerGone\"}";
	return entry;
}

static void append(struct store *store, struct store_log_entry entry)
{
	assert_int_equal(store_log_append(store, &entry, 1), 0);
}

/* The texts of the entries found, without blanks; and how many match in all. */
static void assert_found(
	struct store *store, struct store_log_query query, const char *texts, uint64_t total)
{
	struct store_log_entries found = { 0 };
	char seen[512] = "";

	if (!query.key)
		query.key = KEY;
	if (!query.to_ms)
		query.to_ms = INT64_MAX;
	if (!query.max)
		query.max = 100;
	assert_int_equal(store_log_read(store, &query, &found), 0);
	for (size_t i = 0; i < found.len; i++) {
		assert_string_equal(found.items[i].key, query.key);
		strncat(seen, found.items[i].text, sizeof(seen) - strlen(seen) - 1);
	}
	assert_string_equal(seen, texts);
	assert_int_equal(found.total, total);
	store_log_entries_clear(&found);
}

static void test_order_and_pages(void **state)
{
	struct store *store = ((struct fixture *)*state)->store;
	struct store_log_entry entries[] = { line(KEY, 30, "d"), line(KEY, 10, "a"),
		event(KEY, 20, "b"), line(KEY, 20, "c"), line(OTHER, 20, "x") };

	assert_found(store, (struct store_log_query){ 0 }, "", 0);
	assert_int_equal(store_log_append(store, entries, ARRAY_LEN(entries)), 0);
	append(store, event(KEY, 40, "e"));
	assert_found(store, (struct store_log_query){ 0 }, "abcde", 5);
	assert_found(store, (struct store_log_query){ .is_newest_first = true }, "edcba", 5);
	assert_found(store, (struct store_log_query){ .from_ms = 20, .to_ms = 30 }, "bcd", 3);
	assert_found(store, (struct store_log_query){ .offset = 1, .max = 2 }, "bc", 5);
	assert_found(store, (struct store_log_query){ .offset = 4, .max = 2 }, "e", 5);
	assert_found(store, (struct store_log_query){ .offset = 5, .max = 2 }, "", 5);
	assert_found(store, (struct store_log_query){ .is_events = true }, "be", 2);
	assert_found(store,
		(struct store_log_query){ .is_events = true, .is_newest_first = true, .max = 1 },
		"e", 2);
	assert_found(store, (struct store_log_query){ .key = OTHER }, "x", 1);
}

static void test_everything_comes_back(void **state)
{
	struct store *store = ((struct fixture *)*state)->store;
	struct store_log_query query = { .key = KEY, .to_ms = 5, .max = 1 };
	struct store_log_entries found;

	append(store, event(KEY, 5, "text"));
	assert_int_equal(store_log_read(store, &query, &found), 0);
	assert_int_equal(found.items[0].time_ms, 5);
	assert_string_equal(found.items[0].level, "ERROR");
	assert_string_equal(found.items[0].source, "vpngw");
	assert_string_equal(found.items[0].type, "IpsecDown");
	assert_string_equal(found.items[0].text, "text");
	assert_string_equal(found.items[0].data, "{\"Reason\":\"PeerGone\"}");
	store_log_entries_clear(&found);
}

static void test_goes_with_its_document(void **state)
{
	struct store *store = ((struct fixture *)*state)->store;
	struct store_log_entry entries[] = { line(KEY, 1, "late"), line(OTHER, 1, "x"),
		line("desired/vpn-connection/never", 1, "stranger") };

	append(store, line(KEY, 1, "a"));
	append(store, event(KEY, 2, "b"));
	put(store, KEY, "2");
	assert_found(store, (struct store_log_query){ 0 }, "ab", 2);
	put(store, KEY, NULL);
	assert_found(store, (struct store_log_query){ 0 }, "", 0);
	assert_int_equal(store_log_append(store, entries, ARRAY_LEN(entries)), 0);
	assert_found(store, (struct store_log_query){ .key = OTHER }, "x", 1);
	put(store, KEY, "3");
	assert_found(store, (struct store_log_query){ 0 }, "", 0);
	append(store, line(KEY, 1, "anew"));
	assert_found(store, (struct store_log_query){ 0 }, "anew", 1);
}

static void test_no_revision(void **state)
{
	struct store *store = ((struct fixture *)*state)->store;
	uint64_t before, after;

	assert_int_equal(store_revision(store, &before), 0);
	append(store, line(KEY, 1, "a"));
	assert_int_equal(store_revision(store, &after), 0);
	assert_int_equal(before, after);
}

static void test_bounds_of_one(void **state)
{
	struct store *store = ((struct fixture *)*state)->store;
	struct store_log_entry entry = line(KEY, 0, "x");
	uint64_t size = store_log_size(&entry);
	char text[2] = "?";

	store->log_limits.entries[0] = 4;
	store->log_limits.entries[1] = 2;
	for (int i = 0; i < 9; i++) {
		text[0] = (char)('a' + i);
		append(store, line(KEY, i, text));
		text[0] = (char)('A' + i);
		append(store, event(KEY, i, text));
	}
	append(store, line(OTHER, 0, "x"));
	assert_found(store, (struct store_log_query){ 0 }, "fghHiI", 6);
	assert_found(store, (struct store_log_query){ .is_events = true }, "HI", 2);
	store->log_limits.bytes[0] = 2 * size + 1;
	append(store, line(KEY, 9, "j"));
	assert_found(store, (struct store_log_query){ 0 }, "HiIj", 4);
	assert_found(store, (struct store_log_query){ .key = OTHER }, "x", 1);
}

/* One with much to say does not push out what the quiet one said long ago. */
static void test_bound_of_all(void **state)
{
	struct store *store = ((struct fixture *)*state)->store;
	struct store_log_entry entry = line(KEY, 0, "x");
	struct store_log_query query = { .key = KEY, .to_ms = INT64_MAX, .max = 100 };
	struct store_log_entries found;

	store->log_limits.total_bytes = 10 * store_log_size(&entry);
	append(store, line(OTHER, 0, "x"));
	append(store, event(OTHER, 0, "y"));
	for (int i = 1; i < 50; i++)
		append(store, line(KEY, i, "l"));
	assert_found(store, (struct store_log_query){ .key = OTHER }, "xy", 2);
	assert_int_equal(store_log_read(store, &query, &found), 0);
	assert_true(found.len >= 4 && found.len <= 9);
	assert_int_equal(found.items[found.len - 1].time_ms, 49);
	store_log_entries_clear(&found);
}

static void test_refusals(void **state)
{
	struct store *store = ((struct fixture *)*state)->store;
	char text[STORE_LOG_TEXT_MAX + 2];
	struct store_log_entry entry = line(KEY, 1, text);

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(store_log_append(store, &entry, 1), -EINVAL);
	text[sizeof(text) - 2] = '\0';
	assert_int_equal(store_log_append(store, &entry, 1), 0);
	assert_int_equal(store_log_append(store, NULL, 0), 0);
	entry.time_ms = -1;
	assert_int_equal(store_log_append(store, &entry, 1), -EINVAL);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_order_and_pages),
		TEST(test_everything_comes_back),
		TEST(test_goes_with_its_document),
		TEST(test_no_revision),
		TEST(test_bounds_of_one),
		TEST(test_bound_of_all),
		TEST(test_refusals),
	};

	use_sqlite = argc > 1 && !strcmp(argv[1], "sqlite");
	return cmocka_run_group_tests_name(use_sqlite ? "sqlite" : "memory", tests, NULL, NULL);
}
