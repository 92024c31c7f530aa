/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of every query of the SQLite store, and running them. Knows no transaction and no
 * contract: sqlite.c puts them together.
 */
#include "store/query.h"

#include "store/schema.h"

#include <sqlite3.h>
#include <string.h>

#define LOG_COLUMNS "SELECT key, time_ms, level, source, type, text, data FROM log"
#define LOG_MATCH " WHERE key = ?1 AND time_ms BETWEEN ?2 AND ?3"
#define LOG_MATCH_EVENTS " WHERE key = ?1 AND is_event = 1 AND time_ms BETWEEN ?2 AND ?3"
#define LOG_OLDEST_FIRST " ORDER BY time_ms, sequence LIMIT ?4 OFFSET ?5"
#define LOG_NEWEST_FIRST " ORDER BY time_ms DESC, sequence DESC LIMIT ?4 OFFSET ?5"

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
	[LOG_ADD] =
		"INSERT INTO log (key, is_event, time_ms, level, source, type, text, data, size)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	[LOG_GROW] = "INSERT INTO log_size (key, is_event, entries, bytes) VALUES (?1, ?2, 1, ?3)"
		     " ON CONFLICT (key, is_event) DO UPDATE SET entries = entries + 1,"
		     " bytes = bytes + excluded.bytes",
	[LOG_SHRINK] = "UPDATE log_size SET entries = entries - ?3, bytes = bytes - ?4"
		       " WHERE key = ?1 AND is_event = ?2",
	[LOG_SIZE] = "SELECT entries, bytes FROM log_size WHERE key = ?1 AND is_event = ?2",
	[LOG_TOTAL] = "SELECT coalesce(sum(bytes), 0) FROM log_size",
	[LOG_LARGEST] = "SELECT key, is_event, bytes FROM log_size ORDER BY bytes DESC LIMIT 1",
	[LOG_OLDEST] = "SELECT time_ms, sequence, size FROM log WHERE key = ?1 AND is_event = ?2"
		       " ORDER BY time_ms, sequence",
	[LOG_TRIM] = "DELETE FROM log WHERE key = ?1 AND is_event = ?2"
		     " AND (time_ms, sequence) <= (?3, ?4)",
	[LOG_DELETE] = "DELETE FROM log WHERE key = ?1",
	[LOG_SIZE_DELETE] = "DELETE FROM log_size WHERE key = ?1",
	[LOG_COUNT] = "SELECT count(*) FROM log" LOG_MATCH,
	[LOG_COUNT_EVENTS] = "SELECT count(*) FROM log" LOG_MATCH_EVENTS,
	[LOG_READ] = LOG_COLUMNS LOG_MATCH LOG_OLDEST_FIRST,
	[LOG_READ_EVENTS] = LOG_COLUMNS LOG_MATCH_EVENTS LOG_OLDEST_FIRST,
	[LOG_READ_BACK] = LOG_COLUMNS LOG_MATCH LOG_NEWEST_FIRST,
	[LOG_READ_EVENTS_BACK] = LOG_COLUMNS LOG_MATCH_EVENTS LOG_NEWEST_FIRST,
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
