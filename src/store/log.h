/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs of documents: entries that are appended, read by time and never changed. A log belongs to
 * the key of a document and goes with it, in the same commit; it has no revision and raises no
 * watch.
 *
 * Every log is bounded, its events (entries with a type) apart from its plain lines, so that many
 * lines do not push out the few events; and all logs together are: then the largest one gives way.
 * The oldest entries go.
 */
#pragma once

#include "store/store.h"

#define STORE_LOG_WORD_MAX 64   /* bytes of level, source, type */
#define STORE_LOG_TEXT_MAX 1024 /* bytes */
#define STORE_LOG_DATA_MAX 4096 /* bytes */

/* What is kept of one log, and of all. An entry's size is that of its texts and this much. */
#define STORE_LOG_ENTRY_SIZE 256
#define STORE_LOG_LINES 10000
#define STORE_LOG_LINE_BYTES (2 * 1024 * 1024)
#define STORE_LOG_EVENTS 1000
#define STORE_LOG_EVENT_BYTES (512 * 1024)
#define STORE_LOG_TOTAL_BYTES (256 * 1024 * 1024)

/* No string is NULL. */
struct store_log_entry {
	const char *key; /* of the document */
	int64_t time_ms; /* wall clock, not negative */
	const char *level, *source;
	const char *type; /* "" = a plain line, else an event */
	const char *text;
	const char *data; /* JSON text, or "" */
};

struct store_log_entries {
	struct store_log_entry *items; /* their strings belong to this list */
	size_t len, room;
	uint64_t total; /* when read: how many match, on all pages */
};

/* Appends a copy. */
void store_log_entries_add(struct store_log_entries *entries, const struct store_log_entry *entry);
/* Drops the first ones. */
void store_log_entries_remove(struct store_log_entries *entries, size_t len);
void store_log_entries_clear(struct store_log_entries *entries);
#define AUTO_LOG_ENTRIES CLEANUP(store_log_entries_clear)

/*
 * All in one commit, or none. Entries of keys that do not exist are left out: their document is
 * gone. -EINVAL: a string is too long. -EAGAIN as everywhere.
 */
MUST_CHECK int store_log_append(
	struct store *store, const struct store_log_entry *entries, size_t len);

struct store_log_query {
	const char *key;
	int64_t from_ms, to_ms; /* both inclusive */
	bool is_events;         /* only entries with a type */
	bool is_newest_first;
	uint64_t offset, max;
};

/* Entries by time, those of one instant as they were appended. */
MUST_CHECK int store_log_read(
	struct store *store, const struct store_log_query *query, struct store_log_entries *ret);
