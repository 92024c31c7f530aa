/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queries of the SQLite store, prepared once each, and a cursor that binds, steps and always
 * resets, so that no lock outlives the function that asked.
 */
#pragma once

#include "base/alloc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sqlite3;
struct sqlite3_stmt;

enum query {
	BEGIN_READ,
	BEGIN_WRITE,
	COMMIT,
	ROLLBACK,
	STATE,
	STATE_SET,
	GET,
	KEY_REVISION,
	LIST_FROM,
	LIST_AFTER,
	COUNT,
	PUT,
	DELETE,
	TOMBSTONE_PUT,
	TOMBSTONE_DELETE,
	TRIM_LIMIT,
	TRIM,
	CHANGES,
	DATA_VERSION,
	LOG_OPEN,
	LOG_FIND,
	LOG_SET,
	LOG_ADD,
	LOG_TOTAL,
	LOG_LARGEST,
	LOG_OLDEST,
	LOG_TRIM,
	LOG_DELETE,
	LOG_DELETE_ENTRIES,
	LOG_COUNT,
	LOG_COUNT_EVENTS,
	LOG_READ,
	LOG_READ_EVENTS,
	LOG_READ_BACK,
	LOG_READ_EVENTS_BACK,
	QUERIES,
};

struct queries {
	struct sqlite3 *db;
	struct sqlite3_stmt *prepared[QUERIES];
};

void queries_done(struct queries *queries);

struct cursor {
	struct queries *queries;
	struct sqlite3_stmt *statement; /* NULL: could not be prepared; stepping reports it */
};

#define AUTO_CURSOR CLEANUP(cursor_done)

struct cursor cursor_open(struct queries *queries, enum query query);
void cursor_done(struct cursor *cursor);
/* What is bound stays the caller's and must outlive the cursor. */
void bind_text(const struct cursor *cursor, int at, const char *text, size_t size);
void bind_key(const struct cursor *cursor, int at, const char *key);
void bind_number(const struct cursor *cursor, int at, uint64_t number);
/* An upper bound no key reaches. */
void bind_beyond_all_keys(const struct cursor *cursor, int at);
/* 1: a row, 0: no more, or -errno. */
MUST_CHECK int cursor_step(const struct cursor *cursor);
uint64_t column_number(const struct cursor *cursor, int at);
/* Borrowed until the next step; NULL for NULL. */
const char *column_text(const struct cursor *cursor, int at, size_t *ret_size);
/* A query without parameters: its first step. */
MUST_CHECK int query_run(struct queries *queries, enum query query);
