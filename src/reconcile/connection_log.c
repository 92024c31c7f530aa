/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collects, limits, writes. The limit is a credit of time for each connection, which every entry
 * costs a part of and which comes back as time passes.
 */
#include "reconcile/connection_log.h"

#include "base/log.h"
#include "store/log.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <uthash.h>

enum share { LINES, EVENTS, SHARES };

static const int64_t cost_ms[SHARES] = { CONNECTION_LOG_LINE_MS, CONNECTION_LOG_EVENT_MS };
static const int64_t full_ms[SHARES] = { CONNECTION_LOG_LINE_MS * CONNECTION_LOG_LINE_BURST,
	CONNECTION_LOG_EVENT_MS *CONNECTION_LOG_EVENT_BURST };

/* A connection that wrote lately. */
struct writer {
	char *id;
	int64_t credit_ms[SHARES];
	struct mono at;    /* when the credit was right */
	uint32_t left_out; /* entries, not told yet */
	UT_hash_handle hh;
};

struct connection_log {
	struct store *store;
	const struct clock *clock;
	struct clock_timer *timer;
	bool is_armed;
	struct mono flushed;
	struct writer *writers;
	struct store_log_entries pending;
	struct log_limit complaints;
};

static struct mono now(const struct connection_log *log)
{
	return log->clock->now(log->clock->ctx);
}

static void arm(struct connection_log *log)
{
	int64_t wait_ms = log->pending.len >= CONNECTION_LOG_COMMIT ? CONNECTION_LOG_BACKLOG_MS
								    : CONNECTION_LOG_FLUSH_MS;
	int64_t since_ms = mono_diff_ms(now(log), log->flushed);

	if (log->is_armed)
		return;
	log->is_armed = true;
	log->clock->timer_set(log->timer, since_ms >= wait_ms ? 0 : (uint64_t)(wait_ms - since_ms));
}

static void refill(struct connection_log *log, struct writer *writer)
{
	int64_t passed_ms = mono_diff_ms(now(log), writer->at);

	for (int share = 0; share < SHARES; share++) {
		writer->credit_ms[share] += passed_ms;
		if (writer->credit_ms[share] > full_ms[share])
			writer->credit_ms[share] = full_ms[share];
	}
	/* Only whole milliseconds were counted. */
	writer->at = mono_add_ms(writer->at, passed_ms);
}

static struct writer *get_writer(struct connection_log *log, const char *id)
{
	struct writer *writer;

	HASH_FIND_STR(log->writers, id, writer);
	if (writer) {
		refill(log, writer);
		return writer;
	}
	writer = xcalloc(1, sizeof(*writer));
	writer->id = xstrdup(id);
	writer->at = now(log);
	memcpy(writer->credit_ms, full_ms, sizeof(full_ms));
	HASH_ADD_KEYPTR(hh, log->writers, writer->id, strlen(writer->id), writer);
	return writer;
}

static void remove_writer(struct connection_log *log, struct writer *writer)
{
	HASH_DEL(log->writers, writer);
	free(writer->id);
	free(writer);
}

/* Ends before a character that does not fit whole. */
static char *clean_text(const char *text)
{
	size_t size = strnlen(text, STORE_LOG_TEXT_MAX + 1);
	char *clean;

	if (size > STORE_LOG_TEXT_MAX) {
		size = STORE_LOG_TEXT_MAX;
		while (size && ((unsigned char)text[size] & 0xc0) == 0x80)
			size--;
	}
	clean = xstrndup(text, size);
	for (char *at = clean; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = ' ';
	return clean;
}

static void append(
	struct connection_log *log, const struct connection_log_entry *entry, const char *data)
{
	static const char *const levels[] = { "INFO", "WARN", "ERROR" };
	static const char *const sources[] = { "vpngw", "charon", "espd" };
	AUTO_FREE char *key = xasprintf("desired/vpn-connection/%s", entry->connection_id);
	AUTO_FREE char *text = clean_text(entry->text);

	store_log_entries_add(&log->pending,
		&(struct store_log_entry){
			.key = key,
			.time_ms = entry->wall_ms > 0 ? entry->wall_ms
						      : log->clock->wall_ms(log->clock->ctx),
			.level = levels[entry->level],
			.source = sources[entry->source],
			.type = entry->type ? entry->type : "",
			.text = text,
			.data = data,
		});
}

static void tell_left_out(struct connection_log *log, struct writer *writer)
{
	AUTO_FREE char *text = xasprintf("%u entries are missing here: they came faster than the "
					 "connection log keeps them",
		writer->left_out);

	if (!writer->left_out)
		return;
	append(log,
		&(struct connection_log_entry){
			.connection_id = writer->id, .level = CONNECTION_LOG_WARN, .text = text },
		"");
	writer->left_out = 0;
}

static char *encode_data(const struct connection_log_entry *entry)
{
	json_auto_t *data = entry->data ? json_incref(entry->data) : json_object();
	char *text;

	if (entry->reason != REASON_NONE)
		json_object_set_new(data, "Reason", json_string(reason_code(entry->reason)));
	text = json_object_size(data) ? json_dumps(data, JSON_SORT_KEYS | JSON_COMPACT) : NULL;
	/* Cut JSON would be none. */
	if (text && strlen(text) > STORE_LOG_DATA_MAX)
		text[0] = '\0';
	return text ? text : xstrdup("");
}

static void add(struct connection_log *log, const struct connection_log_entry *entry)
{
	struct writer *writer = get_writer(log, entry->connection_id);
	enum share share = entry->type ? EVENTS : LINES;
	AUTO_FREE char *data = NULL;

	arm(log);
	if (writer->credit_ms[share] < cost_ms[share] ||
		log->pending.len >= CONNECTION_LOG_PENDING) {
		writer->left_out++;
		return;
	}
	writer->credit_ms[share] -= cost_ms[share];
	tell_left_out(log, writer);
	data = encode_data(entry);
	append(log, entry, data);
}

void connection_log_add(struct connection_log *log, const struct connection_log_entry *entry)
{
	if (log)
		add(log, entry);
	json_decref(entry->data);
}

void connection_log_line(struct connection_log *log, const char *connection_id,
	enum connection_log_level level, const char *format, ...)
{
	char text[STORE_LOG_TEXT_MAX + 1];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	connection_log_add(
		log, &(struct connection_log_entry){
			     .connection_id = connection_id, .level = level, .text = text });
}

/* Those who have been quiet long enough are forgotten; what was left out is told. */
static void look_at_writers(struct connection_log *log)
{
	struct writer *writer, *next;

	HASH_ITER (hh, log->writers, writer, next) {
		refill(log, writer);
		if (writer->credit_ms[LINES] >= cost_ms[LINES] &&
			log->pending.len < CONNECTION_LOG_PENDING)
			tell_left_out(log, writer);
		if (writer->left_out)
			arm(log);
		else if (memcmp(writer->credit_ms, full_ms, sizeof(full_ms)) == 0)
			remove_writer(log, writer);
	}
}

/* One commit's worth. -EAGAIN: not now. */
static int write_some(struct connection_log *log)
{
	size_t len =
		log->pending.len < CONNECTION_LOG_COMMIT ? log->pending.len : CONNECTION_LOG_COMMIT;
	int err = store_log_append(log->store, log->pending.items, len);

	if (err == -EAGAIN)
		return err;
	if (err < 0 && log_allow(&log->complaints, 1, 60000))
		log_err("the connection log cannot be written error=%s", strerror(-err));
	store_log_entries_remove(&log->pending, len);
	return 0;
}

static void flush(void *arg)
{
	struct connection_log *log = arg;

	log->is_armed = false;
	log->flushed = now(log);
	look_at_writers(log);
	if (log->pending.len && write_some(log) == 0 && !log->pending.len)
		store_log_entries_clear(&log->pending);
	if (log->pending.len)
		arm(log);
}

struct connection_log *connection_log_new(struct store *store, const struct clock *clock)
{
	struct connection_log *log = xcalloc(1, sizeof(*log));

	log->store = store;
	log->clock = clock;
	log->flushed = mono_add_ms(now(log), -CONNECTION_LOG_FLUSH_MS);
	log->timer = clock->timer_new(clock->ctx, flush, log);
	return log;
}

void connection_log_free(struct connection_log *log)
{
	struct writer *writer, *next;

	if (!log)
		return;
	look_at_writers(log);
	while (log->pending.len && write_some(log) == 0)
		continue;
	if (log->pending.len)
		log_warn("the store is busy, entries of the connection log are lost entries=%zu",
			log->pending.len);
	HASH_ITER (hh, log->writers, writer, next)
		remove_writer(log, writer);
	store_log_entries_clear(&log->pending);
	log->clock->timer_free(log->timer);
	free(log);
}
