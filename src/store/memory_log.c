/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One list, walked for everything. Knows no documents.
 */
#include "store/memory_log.h"

#include <string.h>

struct share {
	const char *key;
	bool is_event;
	uint64_t entries, bytes;
};

static bool is_event(const struct store_log_entry *entry)
{
	return *entry->type != '\0';
}

void memory_log_done(struct memory_log *log)
{
	store_log_entries_clear(&log->entries);
}

void memory_log_add(struct memory_log *log, const struct store_log_entry *entry)
{
	struct store_log_entries *entries = &log->entries;

	store_log_entries_add(entries, entry);
	for (size_t i = entries->len - 1; i && entries->items[i - 1].time_ms > entry->time_ms;
		i--) {
		struct store_log_entry newer = entries->items[i - 1];

		entries->items[i - 1] = entries->items[i];
		entries->items[i] = newer;
	}
}

static void remove_if(struct memory_log *log,
	bool (*goes)(const struct store_log_entry *entry, void *arg), void *arg)
{
	struct store_log_entries kept = { 0 };

	for (size_t i = 0; i < log->entries.len; i++)
		if (!goes(&log->entries.items[i], arg))
			store_log_entries_add(&kept, &log->entries.items[i]);
	store_log_entries_clear(&log->entries);
	log->entries = kept;
}

static bool has_key(const struct store_log_entry *entry, void *arg)
{
	return strcmp(entry->key, arg) == 0;
}

void memory_log_drop(struct memory_log *log, const char *key)
{
	AUTO_FREE char *copy = xstrdup(key);

	remove_if(log, has_key, copy);
}

static struct share measure(const struct memory_log *log, const char *key, bool events)
{
	struct share share = { .key = key, .is_event = events };

	for (size_t i = 0; i < log->entries.len; i++) {
		const struct store_log_entry *entry = &log->entries.items[i];

		if (is_event(entry) != events || strcmp(entry->key, key) != 0)
			continue;
		share.entries++;
		share.bytes += store_log_size(entry);
	}
	return share;
}

struct cut {
	const char *key;
	struct share left;
	uint64_t max_entries, max_bytes;
};

static bool is_too_much(const struct store_log_entry *entry, void *arg)
{
	struct cut *cut = arg;

	if (is_event(entry) != cut->left.is_event || strcmp(entry->key, cut->key) != 0 ||
		(cut->left.entries <= cut->max_entries && cut->left.bytes <= cut->max_bytes))
		return false;
	cut->left.entries--;
	cut->left.bytes -= store_log_size(entry);
	return true;
}

static void cut_down(
	struct memory_log *log, const struct share *share, uint64_t max_entries, uint64_t max_bytes)
{
	AUTO_FREE char *key = xstrdup(share->key);
	struct cut cut = { key, *share, max_entries, max_bytes };

	if (share->entries > max_entries || share->bytes > max_bytes)
		remove_if(log, is_too_much, &cut);
}

static struct share largest(const struct memory_log *log)
{
	struct share found = { 0 };

	for (size_t i = 0; i < log->entries.len; i++) {
		const struct store_log_entry *entry = &log->entries.items[i];
		struct share share = measure(log, entry->key, is_event(entry));

		if (share.bytes > found.bytes)
			found = share;
	}
	return found;
}

static uint64_t total(const struct memory_log *log)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < log->entries.len; i++)
		bytes += store_log_size(&log->entries.items[i]);
	return bytes;
}

void memory_log_trim(struct memory_log *log, const struct store_log_limits *limits,
	const struct store_log_entry *entry)
{
	bool events = is_event(entry);
	struct share share = measure(log, entry->key, events);

	cut_down(log, &share, limits->entries[events], limits->bytes[events]);
}

void memory_log_trim_all(struct memory_log *log, const struct store_log_limits *limits)
{
	uint64_t bytes;

	while ((bytes = total(log)) > limits->total_bytes) {
		struct share share = largest(log);

		cut_down(log, &share, UINT64_MAX,
			store_log_share(share.bytes, bytes - limits->total_bytes));
	}
}

static bool is_match(const struct store_log_entry *entry, const struct store_log_query *query)
{
	return entry->time_ms >= query->from_ms && entry->time_ms <= query->to_ms &&
	       (!query->is_events || is_event(entry)) && strcmp(entry->key, query->key) == 0;
}

void memory_log_find(const struct memory_log *log, const struct store_log_query *query,
	struct store_log_entries *ret)
{
	size_t len = log->entries.len;

	for (size_t i = 0; i < len; i++) {
		const struct store_log_entry *entry =
			&log->entries.items[query->is_newest_first ? len - 1 - i : i];

		if (!is_match(entry, query))
			continue;
		if (ret->total >= query->offset && ret->len < query->max)
			store_log_entries_add(ret, entry);
		ret->total++;
	}
}
