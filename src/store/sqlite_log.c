/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs in SQLite: entries as they come, an index by log and time, and one row for each log that
 * says how much is in it, so that an append need not count. What is too much goes oldest first.
 */
#include "store/sqlite_log.h"

#include <errno.h>
#include <string.h>

/* A row of the table log; by "is it about events". */
struct sum {
	uint64_t id;
	uint64_t entries[2], bytes[2];
};

static bool is_event(const struct store_log_entry *entry)
{
	return *entry->type != '\0';
}

static void read_row(const struct cursor *cursor, struct sum *ret)
{
	ret->id = column_number(cursor, 0);
	ret->entries[0] = column_number(cursor, 1);
	ret->bytes[0] = column_number(cursor, 2);
	ret->entries[1] = column_number(cursor, 3);
	ret->bytes[1] = column_number(cursor, 4);
}

/* 1, or 0: there is none. */
static int find(struct queries *queries, const char *key, struct sum *ret)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(queries, LOG_FIND);
	int row;

	bind_key(&cursor, 1, key);
	row = cursor_step(&cursor);
	if (row > 0)
		read_row(&cursor, ret);
	return row;
}

static int largest(struct queries *queries, struct sum *ret)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(queries, LOG_LARGEST);
	int row = cursor_step(&cursor);

	if (row <= 0)
		return row < 0 ? row : -EBADMSG;
	read_row(&cursor, ret);
	return 0;
}

static int set(struct queries *queries, const struct sum *sum)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(queries, LOG_SET);

	bind_number(&cursor, 1, sum->id);
	bind_number(&cursor, 2, sum->entries[0]);
	bind_number(&cursor, 3, sum->bytes[0]);
	bind_number(&cursor, 4, sum->entries[1]);
	bind_number(&cursor, 5, sum->bytes[1]);
	return cursor_step(&cursor);
}

static int open_log(struct queries *queries, const char *key)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(queries, LOG_OPEN);

	bind_key(&cursor, 1, key);
	return cursor_step(&cursor);
}

static int add(struct queries *queries, const struct store_log_entry *entry, struct sum *sum)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(queries, LOG_ADD);
	uint64_t size = store_log_size(entry);

	sum->entries[is_event(entry)]++;
	sum->bytes[is_event(entry)] += size;
	bind_number(&cursor, 1, sum->id);
	bind_number(&cursor, 2, is_event(entry));
	bind_number(&cursor, 3, (uint64_t)entry->time_ms);
	bind_key(&cursor, 4, entry->level);
	bind_key(&cursor, 5, entry->source);
	bind_key(&cursor, 6, entry->type);
	bind_key(&cursor, 7, entry->text);
	bind_key(&cursor, 8, entry->data);
	bind_number(&cursor, 9, size);
	return cursor_step(&cursor);
}

/* How far the oldest have to go so that no more than this is left; sum is what is left then. */
static int find_cut(struct queries *queries, struct sum *sum, bool events, uint64_t max_entries,
	uint64_t max_bytes, uint64_t *ret_time_ms, uint64_t *ret_sequence)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(queries, LOG_OLDEST);

	bind_number(&cursor, 1, sum->id);
	bind_number(&cursor, 2, events);
	while (sum->entries[events] > max_entries || sum->bytes[events] > max_bytes) {
		int row = cursor_step(&cursor);

		if (row <= 0)
			return row < 0 ? row : -EBADMSG;
		*ret_time_ms = column_number(&cursor, 0);
		*ret_sequence = column_number(&cursor, 1);
		sum->entries[events]--;
		sum->bytes[events] -= column_number(&cursor, 2);
	}
	return 0;
}

static int trim(struct queries *queries, struct sum *sum, bool events, uint64_t max_entries,
	uint64_t max_bytes)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(queries, LOG_TRIM);
	uint64_t time_ms = 0, sequence = 0;
	int err;

	if (sum->entries[events] <= max_entries && sum->bytes[events] <= max_bytes)
		return 0;
	err = find_cut(queries, sum, events, max_entries, max_bytes, &time_ms, &sequence);
	if (err < 0)
		return err;
	bind_number(&cursor, 1, sum->id);
	bind_number(&cursor, 2, events);
	bind_number(&cursor, 3, time_ms);
	bind_number(&cursor, 4, sequence);
	return cursor_step(&cursor);
}

int sqlite_log_add(struct queries *queries, const struct store_log_limits *limits,
	const struct store_log_entry *const *entries, size_t len)
{
	struct sum sum = { 0 };
	int err = open_log(queries, entries[0]->key);

	if (err >= 0)
		err = find(queries, entries[0]->key, &sum);
	for (size_t i = 0; i < len && err >= 0; i++)
		err = add(queries, entries[i], &sum);
	for (int events = 0; events < 2 && err >= 0; events++)
		err = trim(queries, &sum, events, limits->entries[events], limits->bytes[events]);
	return err < 0 ? err : set(queries, &sum);
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

int sqlite_log_trim_all(struct queries *queries, const struct store_log_limits *limits)
{
	for (;;) {
		struct sum sum;
		uint64_t total;
		bool events;
		int err = read_total(queries, &total);

		if (err < 0 || total <= limits->total_bytes)
			return err;
		err = largest(queries, &sum);
		if (err < 0)
			return err;
		events = sum.bytes[1] > sum.bytes[0];
		err = trim(queries, &sum, events, UINT64_MAX,
			store_log_share(sum.bytes[events], total - limits->total_bytes));
		if (!err)
			err = set(queries, &sum);
		if (err < 0)
			return err;
	}
}

static int run_on_id(struct queries *queries, enum query query, uint64_t id)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(queries, query);

	bind_number(&cursor, 1, id);
	return cursor_step(&cursor);
}

int sqlite_log_drop(struct queries *queries, const char *key)
{
	struct sum sum;
	int err = find(queries, key, &sum);

	if (err <= 0)
		return err;
	err = run_on_id(queries, LOG_DELETE_ENTRIES, sum.id);
	return err < 0 ? err : run_on_id(queries, LOG_DELETE, sum.id);
}

static void bind_query(
	const struct cursor *cursor, uint64_t id, const struct store_log_query *query)
{
	bind_number(cursor, 1, id);
	bind_number(cursor, 2, (uint64_t)query->from_ms);
	bind_number(cursor, 3, (uint64_t)query->to_ms);
}

static int count(
	struct queries *queries, uint64_t id, const struct store_log_query *query, uint64_t *ret)
{
	AUTO_CURSOR struct cursor cursor =
		cursor_open(queries, query->is_events ? LOG_COUNT_EVENTS : LOG_COUNT);
	int row;

	bind_query(&cursor, id, query);
	row = cursor_step(&cursor);
	if (row < 0)
		return row;
	*ret = column_number(&cursor, 0);
	return 0;
}

static void add_row(const struct cursor *cursor, const char *key, struct store_log_entries *ret)
{
	size_t size; /* the texts we wrote hold no NUL */
	struct store_log_entry entry = { .key = key,
		.time_ms = (int64_t)column_number(cursor, 0),
		.level = column_text(cursor, 1, &size),
		.source = column_text(cursor, 2, &size),
		.type = column_text(cursor, 3, &size),
		.text = column_text(cursor, 4, &size),
		.data = column_text(cursor, 5, &size) };

	store_log_entries_add(ret, &entry);
}

int sqlite_log_find(
	struct queries *queries, const struct store_log_query *query, struct store_log_entries *ret)
{
	static const enum query reads[2][2] = { { LOG_READ, LOG_READ_BACK },
		{ LOG_READ_EVENTS, LOG_READ_EVENTS_BACK } };
	AUTO_CURSOR struct cursor cursor =
		cursor_open(queries, reads[query->is_events][query->is_newest_first]);
	struct sum sum;
	int row = find(queries, query->key, &sum);

	if (row <= 0)
		return row;
	row = count(queries, sum.id, query, &ret->total);
	if (row < 0)
		return row;
	bind_query(&cursor, sum.id, query);
	bind_number(&cursor, 4, query->max);
	bind_number(&cursor, 5, query->offset);
	while ((row = cursor_step(&cursor)) > 0)
		add_row(&cursor, query->key, ret);
	return row;
}
