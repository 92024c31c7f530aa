/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every store must do, run once per backend (the argument names it). Uses store.h only, but
 * for the number of tombstones kept.
 */
#include "support/unit.h"

#include "base/instant.h"
#include "base/loop.h"
#include "store/backend.h"
#include "support/temp_dir.h"

#include <errno.h>

static bool use_sqlite;

struct seen {
	char text[4096]; /* "key=value@revision;" per event, "!" for a resync */
	size_t events;
	struct store_watch *watch;
	struct store *store;
};

struct fixture {
	char *dir;
	struct loop *loop;
	struct store *store;
};

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->dir = temp_dir_new();
	f->loop = loop_new();
	if (use_sqlite)
		assert_int_equal(store_open_sqlite(f->loop, f->dir, &f->store), 0);
	else
		assert_int_equal(store_open_memory(f->loop, &f->store), 0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	store_free(f->store);
	loop_free(f->loop);
	temp_dir_free(f->dir);
	free(f);
	return 0;
}

static int put_if(struct store *store, const char *key, const char *value, uint64_t expected,
	uint64_t *ret_revision)
{
	struct store_op op = { .key = key,
		.value = value,
		.value_size = value ? strlen(value) : 0,
		.expected = expected };

	return store_commit(store, &op, 1, ret_revision, NULL);
}

static uint64_t put(struct store *store, const char *key, const char *value)
{
	uint64_t revision = 0;

	assert_int_equal(put_if(store, key, value, STORE_ANY, &revision), 0);
	return revision;
}

static void assert_value(struct store *store, const char *key, const char *value, uint64_t revision)
{
	struct store_entry entry;

	assert_int_equal(store_get(store, key, &entry), 0);
	assert_string_equal(entry.key, key);
	assert_string_equal(entry.value, value);
	assert_int_equal(entry.value_size, strlen(value));
	assert_int_equal(entry.revision, revision);
	store_entry_clear(&entry);
}

static void assert_missing(struct store *store, const char *key)
{
	struct store_entry entry;

	assert_int_equal(store_get(store, key, &entry), -ENOENT);
}

static void test_revisions(void **state)
{
	struct store *store = ((struct fixture *)*state)->store;
	uint64_t now;

	assert_int_equal(store_revision(store, &now), 0);
	assert_int_equal(now, 0);
	assert_missing(store, "desired/vpc/a");
	assert_int_equal(put(store, "desired/vpc/a", "{}"), 1);
	assert_int_equal(put(store, "desired/vpc/b", "{\"x\":1}"), 2);
	assert_int_equal(put(store, "desired/vpc/a", ""), 3);
	assert_value(store, "desired/vpc/a", "", 3);
	assert_value(store, "desired/vpc/b", "{\"x\":1}", 2);
	/* a delete of something is a change, of nothing it is none */
	assert_int_equal(put(store, "desired/vpc/a", NULL), 4);
	assert_int_equal(put(store, "desired/vpc/a", NULL), 4);
	assert_missing(store, "desired/vpc/a");
	/* back again */
	assert_int_equal(put(store, "desired/vpc/a", "2"), 5);
	assert_value(store, "desired/vpc/a", "2", 5);
	assert_int_equal(store_revision(store, &now), 0);
	assert_int_equal(now, 5);
}

static void test_compare_and_swap(void **state)
{
	struct store *store = ((struct fixture *)*state)->store;
	uint64_t revision = 77;

	assert_int_equal(put_if(store, "meta/a", "1", 1, &revision), -ESTALE);
	assert_int_equal(revision, 77); /* written on success only */
	assert_int_equal(put_if(store, "meta/a", "1", 0, &revision), 0);
	assert_int_equal(put_if(store, "meta/a", "2", 0, NULL), -ESTALE);
	assert_int_equal(put_if(store, "meta/a", "2", revision + 1, NULL), -ESTALE);
	assert_int_equal(put_if(store, "meta/a", NULL, revision + 1, NULL), -ESTALE);
	assert_value(store, "meta/a", "1", revision);
	assert_int_equal(put_if(store, "meta/a", "2", revision, NULL), 0);
	assert_int_equal(put_if(store, "meta/a", NULL, revision + 1, NULL), 0);
	assert_int_equal(put_if(store, "meta/a", "3", revision + 1, NULL), -ESTALE);
	assert_int_equal(put_if(store, "meta/a", "3", 0, NULL), 0);
}

/* "key=value;" of what has changed; "!" when the store does not know any more. */
static void assert_changes(
	struct store *store, const char *prefix, uint64_t from, const char *expected)
{
	struct store_entries changes = { 0 };
	uint64_t now;
	char text[256] = "!";
	int err = store_changes(store, prefix, from, &changes);

	if (err)
		assert_int_equal(err, -EOVERFLOW);
	else
		text[0] = '\0';
	for (size_t i = 0; i < changes.len; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s=%s;",
			changes.items[i].key, changes.items[i].value ? changes.items[i].value : "");
	assert_string_equal(text, expected);
	assert_int_equal(store_revision(store, &now), 0);
	if (!err)
		assert_int_equal(changes.revision, now);
	store_entries_clear(&changes);
}

static void test_changes(void **state)
{
	struct store *store = ((struct fixture *)*state)->store;
	struct store_entries changes;
	uint64_t from;
	char key[32];

	assert_changes(store, "", 0, "");
	put(store, "desired/vpc/b", "1");
	put(store, "desired/vpc/a", "2");
	put(store, "meta/x", "3");
	from = put(store, "status/vpc/a", "4");
	assert_changes(store, "", 0, "desired/vpc/b=1;desired/vpc/a=2;status/vpc/a=4;");
	assert_changes(store, "status/", 0, "status/vpc/a=4;");
	assert_changes(store, "", from, "");
	put(store, "meta/x", "5");
	assert_changes(store, "", from, "");
	put(store, "desired/vpc/b", "6");
	put(store, "desired/vpc/a", NULL);
	assert_changes(store, "", from, "desired/vpc/b=6;desired/vpc/a=;");
	assert_changes(store, "", from + 100, "!");
	/* more than one batch */
	assert_int_equal(store_revision(store, &from), 0);
	for (int i = 0; i < 3 * STORE_BATCH; i++) {
		snprintf(key, sizeof(key), "desired/vpc/%03d", i);
		put(store, key, "{}");
	}
	assert_int_equal(store_changes(store, "", from, &changes), 0);
	assert_int_equal(changes.len, 3 * STORE_BATCH);
	assert_string_equal(changes.items[3 * STORE_BATCH - 1].key, key);
	assert_int_equal(changes.revision, from + 3 * STORE_BATCH);
	store_entries_clear(&changes);
}

static void test_all_or_nothing(void **state)
{
	struct store *store = ((struct fixture *)*state)->store;
	struct store_op ops[] = {
		{ .key = "desired/a", .value = "new", .value_size = 3, .expected = STORE_ANY },
		{ .key = "desired/b", .expected = STORE_ANY },
		{ .key = "desired/c", .is_check = true, .expected = 0 },
	};
	uint64_t revision;
	size_t failed = 9;

	put(store, "desired/a", "old");
	put(store, "desired/b", "old");
	put(store, "desired/c", "old");
	assert_int_equal(store_commit(store, ops, 3, &revision, &failed), -ESTALE);
	assert_int_equal(failed, 2);
	assert_value(store, "desired/a", "old", 1);
	assert_value(store, "desired/b", "old", 2);
	ops[2].expected = 3;
	assert_int_equal(store_commit(store, ops, 3, &revision, &failed), 0);
	assert_int_equal(revision, 4);
	assert_value(store, "desired/a", "new", 4);
	assert_missing(store, "desired/b");
	assert_value(store, "desired/c", "old", 3);
	/* only conditions: nothing changes, the answer is the present revision */
	assert_int_equal(store_commit(store, &ops[2], 1, &revision, &failed), 0);
	assert_int_equal(revision, 4);
	/* conditions look at the time before the commit, also of a key it changes */
	ops[1] = (struct store_op){ .key = "desired/a", .is_check = true, .expected = 4 };
	assert_int_equal(store_commit(store, ops, 2, &revision, &failed), 0);
	assert_value(store, "desired/a", "new", 5);
}

static void test_refusals(void **state)
{
	struct store *store = ((struct fixture *)*state)->store;
	AUTO_FREE char *key = xcalloc(1, STORE_KEY_MAX + 2);
	AUTO_FREE char *value = xcalloc(1, STORE_VALUE_MAX + 2);
	struct store_op twice[] = { { .key = "a", .value = "", .expected = STORE_ANY },
		{ .key = "b", .value = "", .expected = STORE_ANY },
		{ .key = "a", .expected = STORE_ANY } };
	struct store_op check = { .key = "a", .value = "x", .value_size = 1, .is_check = true };
	uint64_t revision;

	memset(key, 'k', STORE_KEY_MAX + 1);
	memset(value, 'v', STORE_VALUE_MAX + 1);
	assert_int_equal(put_if(store, key, "x", STORE_ANY, NULL), -EINVAL);
	assert_int_equal(put_if(store, "", "x", STORE_ANY, NULL), -EINVAL);
	assert_int_equal(put_if(store, "a", value, STORE_ANY, NULL), -EINVAL);
	assert_int_equal(store_commit(store, twice, 3, NULL, NULL), -EINVAL);
	assert_int_equal(store_commit(store, &check, 1, NULL, NULL), -EINVAL);
	assert_int_equal(store_revision(store, &revision), 0);
	assert_int_equal(revision, 0);
	key[STORE_KEY_MAX] = '\0';
	value[STORE_VALUE_MAX] = '\0';
	assert_value(store, key, value, put(store, key, value));
}

static void assert_list(
	struct store *store, const char *prefix, const char *after, size_t max, const char *keys)
{
	struct store_entries entries = { 0 };
	char text[512] = "";

	assert_int_equal(store_list(store, prefix, after, max, &entries), 0);
	for (size_t i = 0; i < entries.len; i++) {
		strncat(text, entries.items[i].key, sizeof(text) - strlen(text) - 1);
		strncat(text, " ", sizeof(text) - strlen(text) - 1);
	}
	assert_string_equal(text, keys);
	store_entries_clear(&entries);
}

static void test_list(void **state)
{
	struct store *store = ((struct fixture *)*state)->store;
	struct store_entries entries;
	uint64_t count;

	put(store, "d/b/2", "x");
	put(store, "d/b/10", "x");
	put(store, "d/a/1", "x");
	put(store, "d/b", "x");
	put(store, "d/b0", "x"); /* '0' follows '/' */
	put(store, "d/b/3", "gone");
	put(store, "d/b/3", NULL);
	put(store, "\xff\xff", "x");
	put(store, "\xff", "x");
	assert_list(store, "d/b/", NULL, 0, "d/b/10 d/b/2 ");
	assert_list(store, "d/b/", NULL, 1, "d/b/10 ");
	assert_list(store, "d/b/", "d/b/10", 1, "d/b/2 ");
	assert_list(store, "d/b/", "d/b/2", 1, "");
	assert_list(store, "d/b/", "d/a/1", 0, "d/b/10 d/b/2 ");
	assert_list(store, "d/b/", "x", 0, "");
	assert_list(store, "d/b", NULL, 0, "d/b d/b/10 d/b/2 d/b0 ");
	assert_list(store, "\xff", NULL, 0, "\xff \xff\xff ");
	assert_list(store, "d/c", NULL, 0, "");
	assert_int_equal(store_list(store, "", "d/b0", 0, &entries), 0);
	assert_int_equal(entries.len, 2);
	assert_int_equal(entries.revision, 9);
	assert_int_equal(entries.items[0].revision, 9);
	store_entries_clear(&entries);
	assert_int_equal(store_count(store, "d/b/", &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(store_count(store, "", &count), 0);
	assert_int_equal(count, 7);
	assert_int_equal(store_count(store, "nothing", &count), 0);
	assert_int_equal(count, 0);
}

static void note(void *arg, const struct store_event *event)
{
	struct seen *seen = arg;
	char *end = seen->text + strlen(seen->text);
	size_t room = sizeof(seen->text) - strlen(seen->text);

	seen->events++;
	if (event->type == STORE_RESYNC)
		snprintf(end, room, "!");
	else
		snprintf(end, room, "%s=%s@%llu;", event->entry.key,
			event->entry.value ? event->entry.value : "-",
			(unsigned long long)event->entry.revision);
}

/* Lets everything that is due happen: deferred work needs no waiting. */
static void settle(struct loop *loop)
{
	for (int i = 0; i < 20; i++)
		loop_run_once(loop, 2);
}

static void test_watch(void **state)
{
	struct fixture *f = *state;
	struct seen all = { 0 }, some = { 0 }, late = { 0 };
	struct store_op ops[] = {
		{ .key = "status/b", .value = "s", .value_size = 1, .expected = STORE_ANY },
		{ .key = "desired/c", .value = "c", .value_size = 1, .expected = STORE_ANY },
	};

	put(f->store, "desired/a", "before");
	all.watch = store_watch(f->store, "", 1, note, &all);
	some.watch = store_watch(f->store, "desired/", 0, note, &some);
	assert_int_equal(store_commit(f->store, ops, 2, NULL, NULL), 0);
	assert_int_equal(all.events + some.events, 0); /* never inside the call */
	settle(f->loop);
	assert_string_equal(all.text, "desired/c=c@2;status/b=s@2;");
	assert_string_equal(some.text, "desired/a=before@1;desired/c=c@2;");
	put(f->store, "desired/a", "1");
	put(f->store, "desired/a", "2"); /* only the newest value is told */
	put(f->store, "desired/c", NULL);
	put(f->store, "desired/c", "again");
	put(f->store, "desired/c", NULL);
	late.watch = store_watch(f->store, "desired/", 3, note, &late);
	settle(f->loop);
	assert_string_equal(
		some.text, "desired/a=before@1;desired/c=c@2;desired/a=2@4;desired/c=-@7;");
	assert_string_equal(late.text, "desired/a=2@4;desired/c=-@7;");
	store_watch_free(late.watch);
	store_watch_free(all.watch);
	put(f->store, "desired/a", "3");
	settle(f->loop);
	assert_int_equal(late.events, 2);
	assert_int_equal(some.events, 5);
	store_watch_free(some.watch);
}

static void test_quiet_spaces(void **state)
{
	struct fixture *f = *state;
	struct seen seen = { 0 };

	seen.watch = store_watch(f->store, "", 0, note, &seen);
	put(f->store, "counter/vpn-connection/x", "1");
	put(f->store, "meta/token/x", "1");
	put(f->store, "meta/token/x", NULL);
	settle(f->loop);
	assert_string_equal(seen.text, "");
	put(f->store, "status/x", "1");
	settle(f->loop);
	assert_string_equal(seen.text, "status/x=1@4;");
	store_watch_free(seen.watch);
}

static void test_resync(void **state)
{
	struct fixture *f = *state;
	struct seen behind = { 0 }, future = { 0 }, present = { 0 };

	f->store->tombstones = 4;
	for (int i = 0; i < 50; i++) {
		char key[32];

		snprintf(key, sizeof(key), "desired/%d", i);
		put(f->store, key, "x");
		put(f->store, key, NULL);
	}
	behind.watch = store_watch(f->store, "desired/", 3, note, &behind);
	future.watch = store_watch(f->store, "desired/", 4711, note, &future);
	present.watch = store_watch(f->store, "desired/", 99, note, &present);
	settle(f->loop);
	assert_string_equal(behind.text, "!");
	assert_string_equal(future.text, "!");
	assert_string_equal(present.text, "desired/49=-@100;");
	put(f->store, "desired/x", "1");
	settle(f->loop);
	assert_string_equal(behind.text, "!desired/x=1@101;");
	assert_string_equal(future.text, "!desired/x=1@101;");
	store_watch_free(behind.watch);
	store_watch_free(future.watch);
	store_watch_free(present.watch);
}

/* One commit of more keys than a batch, so that a batch ends inside a revision. */
static void test_many_at_once(void **state)
{
	enum { KEYS = STORE_BATCH * 2 + 7 };
	struct fixture *f = *state;
	struct seen seen = { 0 };
	struct store_op ops[KEYS];
	char keys[KEYS][32];

	for (int i = 0; i < KEYS; i++) {
		snprintf(keys[i], sizeof(keys[i]), "status/%06d", i * 7919 % 1000);
		ops[i] = (struct store_op){ .key = keys[i], .value = "", .expected = STORE_ANY };
	}
	seen.watch = store_watch(f->store, "status/", 0, note, &seen);
	assert_int_equal(store_commit(f->store, ops, KEYS, NULL, NULL), 0);
	settle(f->loop);
	assert_int_equal(seen.events, KEYS);
	settle(f->loop);
	assert_int_equal(seen.events, KEYS);
	store_watch_free(seen.watch);
}

static void commit_inside(void *arg, const struct store_event *event)
{
	struct seen *seen = arg;
	size_t before = seen->events;

	note(seen, event);
	if (before < 3)
		put(seen->store, "desired/n", "x");
	assert_int_equal(seen->events, before + 1); /* no event inside the commit */
}

static void free_inside(void *arg, const struct store_event *event)
{
	struct seen *seen = arg;

	note(seen, event);
	store_watch_free(TAKE_PTR(seen->watch));
}

static void test_callbacks_that_act(void **state)
{
	struct fixture *f = *state;
	struct seen writer = { .store = f->store }, once = { 0 }, other = { 0 };

	other.watch = store_watch(f->store, "", 0, note, &other);
	once.watch = store_watch(f->store, "", 0, free_inside, &once);
	writer.watch = store_watch(f->store, "", 0, commit_inside, &writer);
	put(f->store, "desired/n", "x");
	put(f->store, "desired/m", "x");
	settle(f->loop);
	assert_int_equal(once.events, 1);
	assert_true(writer.events >= 3);
	assert_true(other.events >= 2);
	store_watch_free(writer.watch);
	store_watch_free(other.watch);
}

/* Random operations against a plain table: same answers, same content, same revisions. */
#define MODEL_KEYS 6

struct model {
	uint64_t revision, at[MODEL_KEYS]; /* 0 = not there */
	unsigned int value[MODEL_KEYS];
};

static uint64_t pick_condition(const struct model *model, size_t key)
{
	switch (unit_next() % 5) {
	case 0:
		return STORE_ANY;
	case 1:
		return unit_next() % (model->revision + 2);
	default:
		return model->at[key];
	}
}

static int model_commit(
	struct model *model, const struct store_op *ops, const size_t *keys, size_t len)
{
	uint64_t before = model->revision;

	for (size_t i = 0; i < len; i++)
		if (ops[i].expected != STORE_ANY && ops[i].expected != model->at[keys[i]])
			return -ESTALE;
	for (size_t i = 0; i < len; i++) {
		if (ops[i].is_check || (!ops[i].value && !model->at[keys[i]]))
			continue;
		model->revision = before + 1;
		model->at[keys[i]] = ops[i].value ? model->revision : 0;
		if (ops[i].value)
			model->value[keys[i]] = (unsigned int)strtoul(ops[i].value, NULL, 10);
	}
	return 0;
}

static void one_random_commit(struct store *store, struct model *model, char names[][16])
{
	struct store_op ops[3];
	size_t keys[3], len = 1 + unit_next() % 3, first = unit_next() % MODEL_KEYS;
	char values[3][16];
	uint64_t revision = 0;
	int err;

	for (size_t i = 0; i < len; i++) {
		keys[i] = (first + i) % MODEL_KEYS;
		snprintf(values[i], sizeof(values[i]), "%u", (unsigned int)(unit_next() % 1000));
		ops[i] = (struct store_op){ .key = names[keys[i]],
			.expected = pick_condition(model, keys[i]) };
		ops[i].is_check = unit_next() % 5 == 0;
		if (!ops[i].is_check && unit_next() % 3) {
			ops[i].value = values[i];
			ops[i].value_size = strlen(values[i]);
		}
	}
	err = store_commit(store, ops, len, &revision, NULL);
	assert_int_equal(err, model_commit(model, ops, keys, len));
	if (!err)
		assert_int_equal(revision, model->revision);
}

static void assert_model(struct store *store, const struct model *model, char names[][16])
{
	uint64_t count = 0, live = 0;

	for (size_t i = 0; i < MODEL_KEYS; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%u", model->value[i]);
		if (model->at[i])
			assert_value(store, names[i], text, model->at[i]);
		else
			assert_missing(store, names[i]);
		live += model->at[i] != 0;
	}
	assert_int_equal(store_count(store, "", &count), 0);
	assert_int_equal(count, live);
}

static void test_random_against_model(void **state)
{
	struct fixture *f = *state;
	struct model model = { 0 };
	char names[MODEL_KEYS][16];

	for (size_t i = 0; i < MODEL_KEYS; i++)
		snprintf(names[i], sizeof(names[i]), "%s/k%zu", i % 2 ? "desired" : "meta", i);
	for (int i = 0; i < 1000; i++) {
		one_random_commit(f->store, &model, names);
		if (i % 50 == 0)
			assert_model(f->store, &model, names);
	}
	assert_model(f->store, &model, names);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_revisions),
		TEST(test_compare_and_swap),
		TEST(test_all_or_nothing),
		TEST(test_changes),
		TEST(test_refusals),
		TEST(test_list),
		TEST(test_watch),
		TEST(test_quiet_spaces),
		TEST(test_resync),
		TEST(test_many_at_once),
		TEST(test_callbacks_that_act),
		TEST(test_random_against_model),
	};

	use_sqlite = argc > 1 && !strcmp(argv[1], "sqlite");
	return cmocka_run_group_tests_name(use_sqlite ? "sqlite" : "memory", tests, NULL, NULL);
}
