/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of every query of the SQLite store, and running them. Knows no transaction and no
 * contract: sqlite.c puts them together.
 */
#include "store/query.h"

#include "store/schema.h"

#include <sqlite3.h>
#include <string.h>

/* ?1 the log, ?2 and ?3 the time, ?4 and ?5 the page. What is on a page is found in the index
 * alone, where lines and events are two ordered runs. */
#define LOG_SUM "lines, line_bytes, events, event_bytes"
#define LOG_RUN(is_event)                                                                          \
	"SELECT sequence, time_ms FROM log_entry WHERE log = ?1 AND is_event = " #is_event         \
	" AND time_ms BETWEEN ?2 AND ?3"
#define LOG_ALL LOG_RUN(0) " UNION ALL " LOG_RUN(1)
#define LOG_PAGE(run, order)                                                                       \
	"SELECT time_ms, level, source, type, text, data FROM log_entry WHERE sequence IN ("       \
	"SELECT sequence FROM (" run " ORDER BY 2" order ", 1" order                               \
	" LIMIT ?4 OFFSET ?5)) ORDER BY time_ms" order ", sequence" order

/*
 * An upper bound that is a blob stands for "no bound": every text sorts before every blob. In
 * CHANGES the same trick says "all keys of this revision were seen".
 */
static const char *const query_text[QUERIES] = {
	[BEGIN_READ] = "BEGIN",
	[BEGIN_WRITE] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[STATE] = "SELECT revision, trimmed FROM state",
	[STATE_SET] = "UPDATE state SET revision = ?1, trimmed = ?2",
	[GET] = "SELECT key, value, revision FROM entry WHERE key = ?1",
	[KEY_REVISION] = "SELECT revision FROM entry WHERE key = ?1",
	[LIST_FROM] = "SELECT key, value, revision FROM entry WHERE key >= ?1 AND key < ?2"
		      " ORDER BY key LIMIT ?3",
	[LIST_AFTER] = "SELECT key, value, revision FROM entry WHERE key > ?1 AND key < ?2"
		       " ORDER BY key LIMIT ?3",
	[COUNT] = "SELECT count(*) FROM entry WHERE key >= ?1 AND key < ?2",
	[PUT] = "INSERT INTO entry (key, value, revision, watched) VALUES (?1, ?2, ?3, ?4)"
		" ON CONFLICT (key) DO UPDATE SET value = excluded.value,"
		" revision = excluded.revision",
	[DELETE] = "DELETE FROM entry WHERE key = ?1",
	[TOMBSTONE_PUT] = "INSERT OR REPLACE INTO tombstone (key, revision) VALUES (?1, ?2)",
	[TOMBSTONE_DELETE] = "DELETE FROM tombstone WHERE key = ?1",
	[TRIM_LIMIT] =
		"SELECT revision FROM tombstone ORDER BY revision DESC, key DESC LIMIT 1 OFFSET ?1",
	[TRIM] = "DELETE FROM tombstone WHERE revision <= ?1",
	[CHANGES] = "SELECT key, value, revision FROM entry INDEXED BY entry_revision"
		    " WHERE watched = 1 AND (revision, key) > (?1, ?2) AND key >= ?3 AND key < ?4"
		    " UNION ALL"
		    " SELECT key, NULL, revision FROM tombstone INDEXED BY tombstone_revision"
		    " WHERE (revision, key) > (?1, ?2) AND key >= ?3 AND key < ?4"
		    " ORDER BY 3, 1 LIMIT ?5",
	[DATA_VERSION] = "PRAGMA data_version",
	[LOG_OPEN] = "INSERT INTO log (key) VALUES (?1) ON CONFLICT DO NOTHING",
	[LOG_FIND] = "SELECT id, " LOG_SUM " FROM log WHERE key = ?1",
	[LOG_SET] = "UPDATE log SET lines = ?2, line_bytes = ?3, events = ?4, event_bytes = ?5"
		    " WHERE id = ?1",
	[LOG_ADD] = "INSERT INTO log_entry"
		    " (log, is_event, time_ms, level, source, type, text, data, size)"
		    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	[LOG_TOTAL] = "SELECT coalesce(sum(line_bytes + event_bytes), 0) FROM log",
	[LOG_LARGEST] = "SELECT id, " LOG_SUM " FROM log"
			" ORDER BY max(line_bytes, event_bytes) DESC LIMIT 1",
	[LOG_OLDEST] = "SELECT time_ms, sequence, size FROM log_entry WHERE log = ?1"
		       " AND is_event = ?2 ORDER BY time_ms, sequence",
	[LOG_TRIM] = "DELETE FROM log_entry WHERE log = ?1 AND is_event = ?2"
		     " AND (time_ms, sequence) <= (?3, ?4)",
	[LOG_DELETE] = "DELETE FROM log WHERE id = ?1",
	[LOG_DELETE_ENTRIES] = "DELETE FROM log_entry WHERE log = ?1",
	[LOG_COUNT] = "SELECT count(*) FROM (" LOG_ALL ")",
	[LOG_COUNT_EVENTS] = "SELECT count(*) FROM (" LOG_RUN(1) ")",
	[LOG_READ] = LOG_PAGE(LOG_ALL, ""),
	[LOG_READ_EVENTS] = LOG_PAGE(LOG_RUN(1), ""),
	[LOG_READ_BACK] = LOG_PAGE(LOG_ALL, " DESC"),
	[LOG_READ_EVENTS_BACK] = LOG_PAGE(LOG_RUN(1), " DESC"),
};

void queries_done(struct queries *queries)
{
	for (size_t i = 0; i < QUERIES; i++) {
		sqlite3_finalize(queries->prepared[i]);
		queries->prepared[i] = NULL;
	}
}

void cursor_done(struct cursor *cursor)
{
	if (cursor->statement) {
		sqlite3_reset(cursor->statement);
		sqlite3_clear_bindings(cursor->statement);
	}
}

struct cursor cursor_open(struct queries *queries, enum query query)
{
	sqlite3_stmt **statement = &queries->prepared[query];

	if (!*statement)
		(void)sqlite3_prepare_v3(queries->db, query_text[query], -1,
			SQLITE_PREPARE_PERSISTENT, statement, NULL);
	return (struct cursor){ .queries = queries, .statement = *statement };
}

void bind_text(const struct cursor *cursor, int at, const char *text, size_t size)
{
	if (cursor->statement)
		sqlite3_bind_text64(cursor->statement, at, text, size, SQLITE_STATIC, SQLITE_UTF8);
}

void bind_key(const struct cursor *cursor, int at, const char *key)
{
	bind_text(cursor, at, key, strlen(key));
}

void bind_number(const struct cursor *cursor, int at, uint64_t number)
{
	if (cursor->statement)
		sqlite3_bind_int64(cursor->statement, at, (int64_t)number);
}

void bind_beyond_all_keys(const struct cursor *cursor, int at)
{
	if (cursor->statement)
		sqlite3_bind_zeroblob(cursor->statement, at, 0);
}

int cursor_step(const struct cursor *cursor)
{
	if (!cursor->statement)
		return schema_error(cursor->queries->db);
	switch (sqlite3_step(cursor->statement)) {
	case SQLITE_ROW:
		return 1;
	case SQLITE_DONE:
		return 0;
	default:
		return schema_error(cursor->queries->db);
	}
}

uint64_t column_number(const struct cursor *cursor, int at)
{
	return (uint64_t)sqlite3_column_int64(cursor->statement, at);
}

const char *column_text(const struct cursor *cursor, int at, size_t *ret_size)
{
	const unsigned char *text = sqlite3_column_text(cursor->statement, at);

	*ret_size = (size_t)sqlite3_column_bytes(cursor->statement, at);
	return (const char *)text;
}

int query_run(struct queries *queries, enum query query)
{
	AUTO_CURSOR struct cursor cursor = cursor_open(queries, query);

	return cursor_step(&cursor);
}
