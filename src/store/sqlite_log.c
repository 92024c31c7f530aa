/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs in SQLite: rows by time, and beside them how many and how large they are, so that an append
 * need not count. What is too much goes oldest first.
 */
#include "store/sqlite_log.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>

static bool is_event(const struct store_log_entry *entry)
{
	return *entry->type != '\0';
}

static int grow(struct queries *queries, const struct store_log_entry *entry, uint64_t size)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(queries, LOG_GROW);

	bind_key(&cursor, 1, entry->key);
	bind_number(&cursor, 2, is_event(entry));
	bind_number(&cursor, 3, size);
	return cursor_step(&cursor);
}

int sqlite_log_add(struct queries *queries, const struct store_log_entry *entry)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(queries, LOG_ADD);
	uint64_t size = store_log_size(entry);
	int err;

	bind_key(&cursor, 1, entry->key);
	bind_number(&cursor, 2, is_event(entry));
	bind_number(&cursor, 3, (uint64_t)entry->time_ms);
	bind_key(&cursor, 4, entry->level);
	bind_key(&cursor, 5, entry->source);
	bind_key(&cursor, 6, entry->type);
	bind_key(&cursor, 7, entry->text);
	bind_key(&cursor, 8, entry->data);
	bind_number(&cursor, 9, size);
	err = cursor_step(&cursor);
	return err < 0 ? err : grow(queries, entry, size);
}

struct share {
	const char *key;
	bool is_event;
	uint64_t entries, bytes;
};

struct cut {
	uint64_t time_ms, sequence; /* of the newest that goes */
	uint64_t entries, bytes;    /* that go */
};

/* How far the oldest have to go so that no more than this is left. */
static int find_cut(struct queries *queries, const struct share *share, uint64_t max_entries,
	uint64_t max_bytes, struct cut *ret)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(queries, LOG_OLDEST);
	struct cut cut = { 0 };

	bind_key(&cursor, 1, share->key);
	bind_number(&cursor, 2, share->is_event);
	while (share->entries - cut.entries > max_entries || share->bytes - cut.bytes > max_bytes) {
		int row = cursor_step(&cursor);

		if (row <= 0)
			return row < 0 ? row : -EBADMSG;
		cut.time_ms = column_number(&cursor, 0);
		cut.sequence = column_number(&cursor, 1);
		cut.entries++;
		cut.bytes += column_number(&cursor, 2);
	}
	*ret = cut;
	return 0;
}

static int run_cut(struct queries *queries, enum query query, const struct share *share,
	uint64_t third, uint64_t fourth)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(queries, query);

	bind_key(&cursor, 1, share->key);
	bind_number(&cursor, 2, share->is_event);
	bind_number(&cursor, 3, third);
	bind_number(&cursor, 4, fourth);
	return cursor_step(&cursor);
}

static int cut_down(struct queries *queries, const struct share *share, uint64_t max_entries,
	uint64_t max_bytes)
{
	struct cut cut;
	int err;

	if (share->entries <= max_entries && share->bytes <= max_bytes)
		return 0;
	err = find_cut(queries, share, max_entries, max_bytes, &cut);
	if (!err)
		err = run_cut(queries, LOG_TRIM, share, cut.time_ms, cut.sequence);
	if (!err)
		err = run_cut(queries, LOG_SHRINK, share, cut.entries, cut.bytes);
	return err;
}

/* 1, or 0: there is none. */
static int read_share(struct queries *queries, struct share *share)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(queries, LOG_SIZE);
	int row;

	bind_key(&cursor, 1, share->key);
	bind_number(&cursor, 2, share->is_event);
	row = cursor_step(&cursor);
	if (row <= 0)
		return row;
	share->entries = column_number(&cursor, 0);
	share->bytes = column_number(&cursor, 1);
	return 1;
}

int sqlite_log_trim(struct queries *queries, const struct store_log_limits *limits,
	const struct store_log_entry *entry)
{
	struct share share = { .key = entry->key, .is_event = is_event(entry) };
	int row = read_share(queries, &share);

	if (row <= 0)
		return row;
	return cut_down(
		queries, &share, limits->entries[share.is_event], limits->bytes[share.is_event]);
}

static int read_total(struct queries *queries, uint64_t *ret)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(queries, LOG_TOTAL);
	int row = cursor_step(&cursor);

	if (row <= 0)
		return row < 0 ? row : -EBADMSG;
	*ret = column_number(&cursor, 0);
	return 0;
}

static int read_largest(struct queries *queries, char **ret_key, struct share *ret)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(queries, LOG_LARGEST);
	int row = cursor_step(&cursor);
	size_t size;
	const char *key;

	if (row <= 0)
		return row < 0 ? row : -EBADMSG;
	key = column_text(&cursor, 0, &size);
	*ret_key = xstrndup(key, size);
	*ret = (struct share){ .key = *ret_key, .is_event = column_number(&cursor, 1) != 0 };
	return 0;
}

int sqlite_log_trim_all(struct queries *queries, const struct store_log_limits *limits)
{
	for (;;) {
		AUTO_FREE char *key = NULL;
		struct share share;
		uint64_t total;
		int err = read_total(queries, &total);

		if (err < 0 || total <= limits->total_bytes)
			return err;
		err = read_largest(queries, &key, &share);
		if (!err)
			err = read_share(queries, &share);
		if (err >= 0)
			err = cut_down(queries, &share, UINT64_MAX,
				store_log_share(share.bytes, total - limits->total_bytes));
		if (err < 0)
			return err;
	}
}

static int run_on_key(struct queries *queries, enum query query, const char *key)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(queries, query);

	bind_key(&cursor, 1, key);
	return cursor_step(&cursor);
}

int sqlite_log_drop(struct queries *queries, const char *key)
{
	int err = run_on_key(queries, LOG_SIZE_DELETE, key);

	if (err < 0 || !sqlite3_changes(queries->db))
		return err;
	return run_on_key(queries, LOG_DELETE, key);
}

static void bind_query(const struct cursor *cursor, const struct store_log_query *query)
{
	bind_key(cursor, 1, query->key);
	bind_number(cursor, 2, (uint64_t)query->from_ms);
	bind_number(cursor, 3, (uint64_t)query->to_ms);
}

static int count(struct queries *queries, const struct store_log_query *query, uint64_t *ret)
{
	AUTO_CURSOR struct cursor cursor =
		cursor_open(queries, query->is_events ? LOG_COUNT_EVENTS : LOG_COUNT);
	int row;

	bind_query(&cursor, query);
	row = cursor_step(&cursor);
	if (row < 0)
		return row;
	*ret = column_number(&cursor, 0);
	return 0;
}

static void add_row(const struct cursor *cursor, struct store_log_entries *ret)
{
	size_t size; /* the texts we wrote hold no NUL */
	struct store_log_entry entry = { .key = column_text(cursor, 0, &size),
		.time_ms = (int64_t)column_number(cursor, 1),
		.level = column_text(cursor, 2, &size),
		.source = column_text(cursor, 3, &size),
		.type = column_text(cursor, 4, &size),
		.text = column_text(cursor, 5, &size),
		.data = column_text(cursor, 6, &size) };

	store_log_entries_add(ret, &entry);
}

int sqlite_log_find(
	struct queries *queries, const struct store_log_query *query, struct store_log_entries *ret)
{
	static const enum query reads[2][2] = { { LOG_READ, LOG_READ_BACK },
		{ LOG_READ_EVENTS, LOG_READ_EVENTS_BACK } };
	AUTO_CURSOR struct cursor cursor =
		cursor_open(queries, reads[query->is_events][query->is_newest_first]);
	int row = count(queries, query, &ret->total);

	if (row < 0)
		return row;
	bind_query(&cursor, query);
	bind_number(&cursor, 4, query->max);
	bind_number(&cursor, 5, query->offset);
	while ((row = cursor_step(&cursor)) > 0)
		add_row(&cursor, ret);
	return row;
}
