/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The front of the logs: lists of entries, and what callers pass is checked before a backend sees
 * it. Knows no storage.
 */
#include "store/log.h"

#include "store/backend.h"

#include <errno.h>
#include <string.h>

static const char *put(char **at, const char *text)
{
	size_t size = strlen(text) + 1;
	char *start = memcpy(*at, text, size);

	*at += size;
	return start;
}

/* All strings of an entry lie in one block, of which the key is the start. */
static struct store_log_entry copy(const struct store_log_entry *entry)
{
	size_t size = strlen(entry->key) + strlen(entry->level) + strlen(entry->source) +
		      strlen(entry->type) + strlen(entry->text) + strlen(entry->data) + 6;
	char *at = xmalloc(size);
	struct store_log_entry made = { .time_ms = entry->time_ms };

	made.key = put(&at, entry->key);
	made.level = put(&at, entry->level);
	made.source = put(&at, entry->source);
	made.type = put(&at, entry->type);
	made.text = put(&at, entry->text);
	made.data = put(&at, entry->data);
	return made;
}

void store_log_entries_add(struct store_log_entries *entries, const struct store_log_entry *entry)
{
	if (entries->len == entries->room) {
		entries->room = entries->room ? entries->room * 2 : 8;
		entries->items =
			xreallocarray(entries->items, entries->room, sizeof(*entries->items));
	}
	entries->items[entries->len++] = copy(entry);
}

static void release(struct store_log_entries *entries, size_t len)
{
	for (size_t i = 0; i < len; i++)
		free((char *)(uintptr_t)entries->items[i].key);
}

void store_log_entries_remove(struct store_log_entries *entries, size_t len)
{
	release(entries, len);
	entries->len -= len;
	memmove(entries->items, entries->items + len, entries->len * sizeof(*entries->items));
}

void store_log_entries_clear(struct store_log_entries *entries)
{
	release(entries, entries->len);
	free(entries->items);
	*entries = (struct store_log_entries){ 0 };
}

static bool fits(const char *text, size_t max)
{
	return strnlen(text, max + 1) <= max;
}

static bool is_valid(const struct store_log_entry *entry)
{
	return *entry->key && fits(entry->key, STORE_KEY_MAX) && entry->time_ms >= 0 &&
	       fits(entry->level, STORE_LOG_WORD_MAX) && fits(entry->source, STORE_LOG_WORD_MAX) &&
	       fits(entry->type, STORE_LOG_WORD_MAX) && fits(entry->text, STORE_LOG_TEXT_MAX) &&
	       fits(entry->data, STORE_LOG_DATA_MAX);
}

uint64_t store_log_size(const struct store_log_entry *entry)
{
	return STORE_LOG_ENTRY_SIZE + strlen(entry->key) + strlen(entry->level) +
	       strlen(entry->source) + strlen(entry->type) + strlen(entry->text) +
	       strlen(entry->data);
}

/* At least half of it stays: several large logs share the loss. */
uint64_t store_log_share(uint64_t largest, uint64_t excess)
{
	return excess < largest / 2 ? largest - excess : largest / 2;
}

int store_log_append(struct store *store, const struct store_log_entry *entries, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_valid(&entries[i]))
			return -EINVAL;
	return len ? store->backend->log_append(store, entries, len) : 0;
}

int store_log_read(
	struct store *store, const struct store_log_query *query, struct store_log_entries *ret)
{
	struct store_log_entries read = { 0 };
	int err;

	if (!fits(query->key, STORE_KEY_MAX))
		return -EINVAL;
	err = store->backend->log_read(store, query, &read);
	if (err < 0)
		store_log_entries_clear(&read);
	else
		*ret = read;
	return err;
}
