/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queries of the logs, each inside a transaction of the caller's. Knows the tables log and
 * log_entry, not the documents.
 */
#pragma once

#include "store/backend.h"
#include "store/query.h"

/* Entries of one key, at least one; what is too much of its log goes. */
MUST_CHECK int sqlite_log_add(struct queries *queries, const struct store_log_limits *limits,
	const struct store_log_entry *const *entries, size_t len);
/* What is too much of all logs goes. */
MUST_CHECK int sqlite_log_trim_all(struct queries *queries, const struct store_log_limits *limits);
/* The document is gone. */
MUST_CHECK int sqlite_log_drop(struct queries *queries, const char *key);
MUST_CHECK int sqlite_log_find(struct queries *queries, const struct store_log_query *query,
	struct store_log_entries *ret);
