/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection log as the agent writes it: what happened to a VPN connection, in words for its
 * user. Entries are collected and reach the store in one commit a second at most. A connection that
 * has more to say than its share is cut short, and the log says how much is missing; events have a
 * share of their own.
 *
 * Never pass a secret. What is not in the store yet is lost when the agent is killed.
 */
#pragma once

#include "reconcile/clock.h"
#include "resource/fault.h"

#include <jansson.h>
#include <stdbool.h>

/* A connection may write so many at once, and then one every so often. */
#define CONNECTION_LOG_LINE_BURST 300
#define CONNECTION_LOG_LINE_MS 500
#define CONNECTION_LOG_EVENT_BURST 100
#define CONNECTION_LOG_EVENT_MS 2000
#define CONNECTION_LOG_FLUSH_MS 1000
#define CONNECTION_LOG_COMMIT 500    /* entries in one commit at most: the agent waits for it */
#define CONNECTION_LOG_BACKLOG_MS 50 /* between commits while more wait than one of them takes */
#define CONNECTION_LOG_PENDING 32768 /* entries that wait */

struct connection_log;
struct store;

enum connection_log_level { CONNECTION_LOG_INFO, CONNECTION_LOG_WARN, CONNECTION_LOG_ERROR };
enum connection_log_source { CONNECTION_LOG_VPNGW, CONNECTION_LOG_CHARON, CONNECTION_LOG_ESPD };

struct connection_log_entry {
	const char *connection_id;
	enum connection_log_level level;
	enum connection_log_source source;
	const char *type; /* NULL: a plain line, else an event */
	const char *text; /* cut when it is too long; what does not print becomes a blank */
	int64_t wall_ms;  /* 0 = now */
	enum reason reason;
	json_t *data; /* NULL, or an object; taken */
};

/* Both are borrowed. */
struct connection_log *connection_log_new(struct store *store, const struct clock *clock);
/* What waits is written first. NULL is fine. */
void connection_log_free(struct connection_log *log);
/* log NULL: nobody keeps one. */
void connection_log_add(struct connection_log *log, const struct connection_log_entry *entry);
/* A plain line of ours. */
void connection_log_line(struct connection_log *log, const char *connection_id,
	enum connection_log_level level, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
