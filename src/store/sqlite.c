/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store in SQLite: the queries behind the contract, each call one transaction. How the file is
 * opened is in schema.c, how other processes are told in doorbell.c.
 */
#include "store/backend.h"
#include "store/doorbell.h"
#include "store/query.h"
#include "store/schema.h"
#include "store/sqlite_log.h"

#include <assert.h>
#include <errno.h>
#include <sqlite3.h>
#include <string.h>

struct sqlite_store {
	struct store store;
	struct queries queries;
	char *dir;
	struct doorbell *bell; /* while there is a watch */
	uint64_t data_version;
	uint32_t deleted; /* tombstones written since the last trim */
};

struct state {
	uint64_t revision, trimmed;
};

static struct sqlite_store *sqlite_of(struct store *store)
{
	return (struct sqlite_store *)store; /* store is the first member */
}

static void sqlite_close(struct store *store)
{
	struct sqlite_store *sqlite = sqlite_of(store);

	queries_done(&sqlite->queries);
	schema_close(sqlite->dir, sqlite->queries.db);
	free(sqlite->dir);
	free(sqlite);
}

/* Ends a transaction whatever state a failed statement has left it in. */
static void roll_back(struct sqlite_store *sqlite)
{
	if (!sqlite3_get_autocommit(sqlite->queries.db) &&
		query_run(&sqlite->queries, ROLLBACK) < 0)
		assert(sqlite3_get_autocommit(sqlite->queries.db));
}

static void read_end(struct sqlite_store **sqlite)
{
	if (*sqlite)
		roll_back(*sqlite);
}

static int read_state(struct sqlite_store *sqlite, struct state *ret)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(&sqlite->queries, STATE);
	int row = cursor_step(&cursor);

	if (row <= 0)
		return row < 0 ? row : -EBADMSG;
	ret->revision = column_number(&cursor, 0);
	ret->trimmed = column_number(&cursor, 1);
	return 0;
}

/* The least text above all that start with prefix; "" = there is none. */
static void prefix_end(const char *prefix, char ret[static STORE_KEY_MAX + 1])
{
	size_t size = strnlen(prefix, STORE_KEY_MAX);

	memcpy(ret, prefix, size);
	while (size && (unsigned char)ret[size - 1] == 0xff)
		size--;
	if (size)
		ret[size - 1] = (char)((unsigned char)ret[size - 1] + 1);
	ret[size] = '\0';
}

static void bind_end(const struct cursor *cursor, int at, const char *end)
{
	if (*end)
		bind_key(cursor, at, end);
	else
		bind_beyond_all_keys(cursor, at);
}

static void add_row(const struct cursor *cursor, struct store_entries *entries)
{
	size_t key_size, value_size;
	const char *key = column_text(cursor, 0, &key_size);
	const char *value = column_text(cursor, 1, &value_size);

	store_entries_add(entries, key, value, value_size, column_number(cursor, 2));
}

static int add_rows(const struct cursor *cursor, struct store_entries *entries)
{
	int row;

	while ((row = cursor_step(cursor)) > 0)
		add_row(cursor, entries);
	if (row < 0)
		store_entries_clear(entries);
	return row;
}

static int sqlite_get(struct store *store, const char *key, struct store_entry *ret)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(&sqlite_of(store)->queries, GET);
	struct store_entries found = { 0 };
	int err;

	bind_key(&cursor, 1, key);
	err = add_rows(&cursor, &found);
	if (err < 0)
		return err;
	if (!found.len)
		return -ENOENT;
	*ret = found.items[0];
	free(found.items);
	return 0;
}

static int list_rows(struct sqlite_store *sqlite, const char *prefix, const char *after, size_t max,
	struct store_entries *ret)
{
	bool from_after = after && strcmp(after, prefix) >= 0;
	AUTO_CURSOR struct cursor cursor =
		cursor_open(&sqlite->queries, from_after ? LIST_AFTER : LIST_FROM);
	char end[STORE_KEY_MAX + 1];

	prefix_end(prefix, end);
	bind_key(&cursor, 1, from_after ? after : prefix);
	bind_end(&cursor, 2, end);
	bind_number(&cursor, 3, max ? max : INT64_MAX);
	return add_rows(&cursor, ret);
}

static int sqlite_list(struct store *store, const char *prefix, const char *after, size_t max,
	struct store_entries *ret)
{
	struct sqlite_store *sqlite = sqlite_of(store);
	CLEANUP(read_end) struct sqlite_store *reading = NULL;
	struct store_entries entries = { 0 };
	struct state state;
	int err = query_run(&sqlite->queries, BEGIN_READ);

	if (err < 0)
		return err;
	reading = sqlite;
	err = read_state(sqlite, &state);
	if (!err)
		err = list_rows(sqlite, prefix, after, max, &entries);
	if (err < 0)
		return err;
	*ret = entries;
	ret->revision = state.revision;
	return 0;
}

static int sqlite_count(struct store *store, const char *prefix, uint64_t *ret)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(&sqlite_of(store)->queries, COUNT);
	char end[STORE_KEY_MAX + 1];
	int row;

	prefix_end(prefix, end);
	bind_key(&cursor, 1, prefix);
	bind_end(&cursor, 2, end);
	row = cursor_step(&cursor);
	if (row < 0)
		return row;
	*ret = column_number(&cursor, 0);
	return 0;
}

static int sqlite_revision(struct store *store, uint64_t *ret)
{
	struct state state;
	int err = read_state(sqlite_of(store), &state);

	if (!err)
		*ret = state.revision;
	return err;
}

/* 0 = there is no such key. */
static int key_revision(struct sqlite_store *sqlite, const char *key, uint64_t *ret)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(&sqlite->queries, KEY_REVISION);
	int row;

	bind_key(&cursor, 1, key);
	row = cursor_step(&cursor);
	if (row < 0)
		return row;
	*ret = row ? column_number(&cursor, 0) : 0;
	return 0;
}

static int check_conditions(
	struct sqlite_store *sqlite, const struct store_op *ops, size_t len, size_t *ret_failed)
{
	for (size_t i = 0; i < len; i++) {
		uint64_t now;
		int err;

		if (ops[i].expected == STORE_ANY)
			continue;
		err = key_revision(sqlite, ops[i].key, &now);
		if (err < 0)
			return err;
		if (now == ops[i].expected)
			continue;
		*ret_failed = i;
		return -ESTALE;
	}
	return 0;
}

static int run_on_key(
	struct sqlite_store *sqlite, enum query query, const char *key, uint64_t revision)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(&sqlite->queries, query);

	bind_key(&cursor, 1, key);
	if (query == TOMBSTONE_PUT)
		bind_number(&cursor, 2, revision);
	return cursor_step(&cursor);
}

static int put(struct sqlite_store *sqlite, const struct store_op *op, uint64_t revision)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(&sqlite->queries, PUT);
	int err;

	bind_key(&cursor, 1, op->key);
	bind_text(&cursor, 2, op->value, op->value_size);
	bind_number(&cursor, 3, revision);
	bind_number(&cursor, 4, store_is_watched(op->key));
	err = cursor_step(&cursor);
	if (err < 0 || !store_is_watched(op->key))
		return err;
	return run_on_key(sqlite, TOMBSTONE_DELETE, op->key, 0);
}

/* 1: it was there, 0: it was not, or -errno. */
static int erase(struct sqlite_store *sqlite, const char *key, uint64_t revision)
{
	int err = run_on_key(sqlite, DELETE, key, 0);

	if (err < 0 || !sqlite3_changes(sqlite->queries.db))
		return err;
	if (store_is_watched(key)) {
		err = run_on_key(sqlite, TOMBSTONE_PUT, key, revision);
		sqlite->deleted++;
	}
	if (err >= 0)
		err = sqlite_log_drop(&sqlite->queries, key);
	return err < 0 ? err : 1;
}

/* *ret_changed, *ret_seen: something, something watched has changed. */
static int apply(struct sqlite_store *sqlite, const struct store_op *ops, size_t len,
	uint64_t revision, bool *ret_changed, bool *ret_seen)
{
	for (size_t i = 0; i < len; i++) {
		int changed = 1;

		if (ops[i].is_check)
			continue;
		if (ops[i].value) {
			int err = put(sqlite, &ops[i], revision);

			if (err < 0)
				return err;
		} else {
			changed = erase(sqlite, ops[i].key, revision);
		}
		if (changed < 0)
			return changed;
		*ret_changed |= changed;
		*ret_seen |= changed && store_is_watched(ops[i].key);
	}
	return 0;
}

/* Deletes all but about the newest tombstones; every few deletions, so that it costs nothing. */
static int trim(struct sqlite_store *sqlite, uint64_t *trimmed)
{
	AUTO_CURSOR struct cursor limit = cursor_open(&sqlite->queries, TRIM_LIMIT);
	AUTO_CURSOR struct cursor cursor = cursor_open(&sqlite->queries, TRIM);
	int row;

	if (sqlite->deleted <= sqlite->store.tombstones / 4)
		return 0;
	bind_number(&limit, 1, sqlite->store.tombstones);
	row = cursor_step(&limit);
	if (row <= 0)
		return row;
	*trimmed = column_number(&limit, 0);
	sqlite->deleted = 0;
	bind_number(&cursor, 1, *trimmed);
	return cursor_step(&cursor);
}

static int set_state(struct sqlite_store *sqlite, const struct state *state)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(&sqlite->queries, STATE_SET);

	bind_number(&cursor, 1, state->revision);
	bind_number(&cursor, 2, state->trimmed);
	return cursor_step(&cursor);
}

static int commit_inside(struct sqlite_store *sqlite, const struct store_op *ops, size_t len,
	struct state *state, size_t *ret_failed, bool *ret_seen)
{
	bool changed = false;
	int err = read_state(sqlite, state);

	if (!err)
		err = check_conditions(sqlite, ops, len, ret_failed);
	if (!err)
		err = apply(sqlite, ops, len, state->revision + 1, &changed, ret_seen);
	if (err < 0 || !changed)
		return err;
	state->revision++;
	err = trim(sqlite, &state->trimmed);
	if (!err)
		err = set_state(sqlite, state);
	return err < 0 ? err : query_run(&sqlite->queries, COMMIT);
}

static int sqlite_commit(struct store *store, const struct store_op *ops, size_t len,
	uint64_t *ret_revision, size_t *ret_failed, bool *ret_seen)
{
	struct sqlite_store *sqlite = sqlite_of(store);
	struct state state;
	int err = query_run(&sqlite->queries, BEGIN_WRITE);

	if (err < 0)
		return err;
	err = commit_inside(sqlite, ops, len, &state, ret_failed, ret_seen);
	roll_back(sqlite); /* after an error, and when there was nothing to change */
	if (!err)
		*ret_revision = state.revision;
	return err;
}

static int read_changes(struct sqlite_store *sqlite, const char *prefix,
	const struct store_position *position, struct store_changes *ret)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(&sqlite->queries, CHANGES);
	char end[STORE_KEY_MAX + 1];
	int err;

	prefix_end(prefix, end);
	bind_number(&cursor, 1, position->revision);
	if (position->inside)
		bind_key(&cursor, 2, position->key);
	else
		bind_beyond_all_keys(&cursor, 2);
	bind_key(&cursor, 3, prefix);
	bind_end(&cursor, 4, end);
	bind_number(&cursor, 5, STORE_BATCH);
	err = add_rows(&cursor, &ret->entries);
	ret->more = ret->entries.len == STORE_BATCH;
	return err;
}

static int sqlite_changes(struct store *store, const char *prefix,
	const struct store_position *position, struct store_changes *ret)
{
	struct sqlite_store *sqlite = sqlite_of(store);
	CLEANUP(read_end) struct sqlite_store *reading = NULL;
	struct state state;
	int err = query_run(&sqlite->queries, BEGIN_READ);

	if (err < 0)
		return err;
	reading = sqlite;
	err = read_state(sqlite, &state);
	if (err < 0)
		return err;
	*ret = (struct store_changes){ 0 };
	ret->lost = position->revision > state.revision ||
		    position->revision + !position->inside <= state.trimmed;
	if (!ret->lost && (position->inside || position->revision < state.revision))
		err = read_changes(sqlite, prefix, position, ret);
	ret->entries.revision = state.revision;
	return err;
}

/* Entries of one key. */
static int append_run(
	struct sqlite_store *sqlite, const struct store_log_entry *const *run, size_t len)
{
	uint64_t revision;
	int err = key_revision(sqlite, run[0]->key, &revision);

	if (err < 0 || !revision)
		return err;
	return sqlite_log_add(&sqlite->queries, &sqlite->store.log_limits, run, len);
}

static int by_key(const void *a, const void *b)
{
	const struct store_log_entry *x = *(const struct store_log_entry *const *)a;
	const struct store_log_entry *y = *(const struct store_log_entry *const *)b;
	int order = strcmp(x->key, y->key);

	if (order)
		return order;
	return x < y ? -1 : x > y; /* both in the caller's array */
}

static int append_inside(
	struct sqlite_store *sqlite, const struct store_log_entry *entries, size_t len)
{
	AUTO_FREE const struct store_log_entry **sorted = xcalloc(len, sizeof(*sorted));
	size_t next;
	int err = 0;

	for (size_t i = 0; i < len; i++)
		sorted[i] = &entries[i];
	qsort(sorted, len, sizeof(*sorted), by_key);
	for (size_t i = 0; i < len && !err; i = next) {
		next = i + 1;
		while (next < len && strcmp(sorted[next]->key, sorted[i]->key) == 0)
			next++;
		err = append_run(sqlite, &sorted[i], next - i);
	}
	if (!err)
		err = sqlite_log_trim_all(&sqlite->queries, &sqlite->store.log_limits);
	return err < 0 ? err : query_run(&sqlite->queries, COMMIT);
}

static int sqlite_log_append(struct store *store, const struct store_log_entry *entries, size_t len)
{
	struct sqlite_store *sqlite = sqlite_of(store);
	int err = query_run(&sqlite->queries, BEGIN_WRITE);

	if (err < 0)
		return err;
	err = append_inside(sqlite, entries, len);
	roll_back(sqlite); /* after an error */
	return err;
}

static int sqlite_log_read(
	struct store *store, const struct store_log_query *query, struct store_log_entries *ret)
{
	struct sqlite_store *sqlite = sqlite_of(store);
	CLEANUP(read_end) struct sqlite_store *reading = NULL;
	int err = query_run(&sqlite->queries, BEGIN_READ);

	if (err < 0)
		return err;
	reading = sqlite;
	return sqlite_log_find(&sqlite->queries, query, ret);
}

static bool sqlite_moved(struct store *store)
{
	struct sqlite_store *sqlite = sqlite_of(store);
	AUTO_CURSOR struct cursor cursor = cursor_open(&sqlite->queries, DATA_VERSION);
	uint64_t before = sqlite->data_version;

	if (cursor_step(&cursor) <= 0)
		return true;
	sqlite->data_version = column_number(&cursor, 0);
	return sqlite->data_version != before;
}

static int sqlite_relax(struct store *store)
{
	return schema_relax(sqlite_of(store)->queries.db);
}

static void rang(void *arg)
{
	store_wake(arg);
}

static void sqlite_listen(struct store *store, bool on)
{
	struct sqlite_store *sqlite = sqlite_of(store);

	doorbell_free(sqlite->bell);
	sqlite->bell = on ? doorbell_new(store->loop, sqlite->dir, rang, store) : NULL;
}

static void sqlite_ring(struct store *store)
{
	struct sqlite_store *sqlite = sqlite_of(store);

	doorbell_ring(sqlite->dir, sqlite->bell);
}

static const struct store_backend sqlite_backend = {
	.close = sqlite_close,
	.get = sqlite_get,
	.list = sqlite_list,
	.count = sqlite_count,
	.commit = sqlite_commit,
	.revision = sqlite_revision,
	.changes = sqlite_changes,
	.log_append = sqlite_log_append,
	.log_read = sqlite_log_read,
	.relax = sqlite_relax,
	.moved = sqlite_moved,
	.listen = sqlite_listen,
	.ring = sqlite_ring,
};

int store_open_sqlite(struct loop *loop, const char *dir, struct store **ret)
{
	struct sqlite_store *sqlite;
	sqlite3 *db;
	int err = schema_open(dir, &db);

	if (err < 0)
		return err;
	doorbell_prepare(dir);
	sqlite = xcalloc(1, sizeof(*sqlite));
	store_init(&sqlite->store, &sqlite_backend, loop);
	sqlite->queries.db = db;
	sqlite->dir = xstrdup(dir);
	*ret = &sqlite->store;
	return 0;
}
