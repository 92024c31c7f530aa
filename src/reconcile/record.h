/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The status documents as this agent, their only writer, last wrote them: a document is written
 * when it changes and carries over since when each condition holds.
 */
#pragma once

#include "resource/status.h"
#include "store/store.h"

struct connection_log;
struct records;

/* log: where changes of connections are told; may be NULL. Both are borrowed. */
struct records *records_new(struct store *store, struct connection_log *log);
void records_free(struct records *records);
/* Reads what a former agent wrote. -EAGAIN and the store's other errors. */
MUST_CHECK int records_load(struct records *records);
/*
 * Merges what was observed now: known conditions replace the old ones, applied_revision 0 keeps the
 * old one, negotiated values are taken over. Writes when the document changed; -errno: not written,
 * the next call tries again.
 */
MUST_CHECK int records_update(
	struct records *records, enum kind kind, struct status *observed, uint64_t wall_ms);
/* The resource is gone. */
MUST_CHECK int records_remove(struct records *records, enum kind kind, const char *id);
/* Calls for every key; the call may remove just that one. */
void records_each(struct records *records, void (*call)(void *arg, enum kind kind, const char *id),
	void *arg);
/* NULL when none is known. Borrowed. */
const struct status *records_get(const struct records *records, enum kind kind, const char *id);
