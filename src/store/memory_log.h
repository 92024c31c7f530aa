/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs in memory: one list of all entries by time. For tests and simulations, so nothing is fast.
 */
#pragma once

#include "store/backend.h"

struct memory_log {
	struct store_log_entries entries; /* by time, then as they were appended */
};

void memory_log_done(struct memory_log *log);
void memory_log_add(struct memory_log *log, const struct store_log_entry *entry);
/* The log's share that this entry belongs to: lines, or events. */
void memory_log_trim(struct memory_log *log, const struct store_log_limits *limits,
	const struct store_log_entry *entry);
void memory_log_trim_all(struct memory_log *log, const struct store_log_limits *limits);
void memory_log_drop(struct memory_log *log, const char *key);
void memory_log_find(const struct memory_log *log, const struct store_log_query *query,
	struct store_log_entries *ret);
