/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store in memory: for tests and simulations. One sorted array holds the entries and the
 * tombstones (value NULL). Nothing survives, nobody else can commit.
 */
#include "store/backend.h"
#include "store/memory_log.h"

#include <errno.h>
#include <string.h>

struct memory {
	struct store store;
	struct store_entry *items; /* sorted by key */
	size_t len, room;
	uint64_t revision;
	uint64_t trimmed; /* tombstones up to this revision are gone */
	struct memory_log log;
};

static struct memory *memory_of(struct store *store)
{
	return (struct memory *)store; /* store is the first member */
}

static void memory_close(struct store *store)
{
	struct memory *memory = memory_of(store);

	for (size_t i = 0; i < memory->len; i++)
		store_entry_clear(&memory->items[i]);
	free(memory->items);
	memory_log_done(&memory->log);
	free(memory);
}

/* The first item with a key not below `key`. */
static size_t lower_bound(const struct memory *memory, const char *key)
{
	size_t low = 0, high = memory->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(memory->items[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct store_entry *find(const struct memory *memory, const char *key)
{
	size_t at = lower_bound(memory, key);

	return at < memory->len && !strcmp(memory->items[at].key, key) ? &memory->items[at] : NULL;
}

static bool has_prefix(const struct store_entry *entry, const char *prefix)
{
	return !strncmp(entry->key, prefix, strlen(prefix));
}

static int memory_get(struct store *store, const char *key, struct store_entry *ret)
{
	const struct store_entry *entry = find(memory_of(store), key);

	if (!entry || !entry->value)
		return -ENOENT;
	*ret = *entry;
	ret->key = xstrdup(entry->key);
	ret->value = xmemdup(entry->value, entry->value_size + 1);
	return 0;
}

static int memory_list(struct store *store, const char *prefix, const char *after, size_t max,
	struct store_entries *ret)
{
	const struct memory *memory = memory_of(store);
	size_t at = lower_bound(memory, after && strcmp(after, prefix) > 0 ? after : prefix);

	*ret = (struct store_entries){ .revision = memory->revision };
	for (; at < memory->len && (!max || ret->len < max); at++) {
		const struct store_entry *entry = &memory->items[at];

		if (!has_prefix(entry, prefix))
			break;
		if (entry->value && (!after || strcmp(entry->key, after) > 0))
			store_entries_add(
				ret, entry->key, entry->value, entry->value_size, entry->revision);
	}
	return 0;
}

static int memory_count(struct store *store, const char *prefix, uint64_t *ret)
{
	const struct memory *memory = memory_of(store);
	uint64_t count = 0;

	for (size_t at = lower_bound(memory, prefix);
		at < memory->len && has_prefix(&memory->items[at], prefix); at++)
		count += memory->items[at].value != NULL;
	*ret = count;
	return 0;
}

static int memory_revision(struct store *store, uint64_t *ret)
{
	*ret = memory_of(store)->revision;
	return 0;
}

static int check_conditions(
	const struct memory *memory, const struct store_op *ops, size_t len, size_t *ret_failed)
{
	for (size_t i = 0; i < len; i++) {
		const struct store_entry *entry = find(memory, ops[i].key);
		uint64_t now = entry && entry->value ? entry->revision : 0;

		if (ops[i].expected == STORE_ANY || ops[i].expected == now)
			continue;
		*ret_failed = i;
		return -ESTALE;
	}
	return 0;
}

static void remove_at(struct memory *memory, size_t at)
{
	store_entry_clear(&memory->items[at]);
	memory->len--;
	memmove(&memory->items[at], &memory->items[at + 1],
		(memory->len - at) * sizeof(*memory->items));
}

static struct store_entry *insert(struct memory *memory, const char *key)
{
	size_t at = lower_bound(memory, key);

	if (memory->len == memory->room) {
		memory->room = memory->room ? memory->room * 2 : 64;
		memory->items = xreallocarray(memory->items, memory->room, sizeof(*memory->items));
	}
	memmove(&memory->items[at + 1], &memory->items[at],
		(memory->len - at) * sizeof(*memory->items));
	memory->len++;
	memory->items[at] = (struct store_entry){ .key = xstrdup(key) };
	return &memory->items[at];
}

/* Returns whether anything changed. */
static bool apply(struct memory *memory, const struct store_op *op, uint64_t revision)
{
	struct store_entry *entry = find(memory, op->key);

	if (op->is_check || (!op->value && (!entry || !entry->value)))
		return false;
	if (!op->value)
		memory_log_drop(&memory->log, op->key);
	if (!op->value && !store_is_watched(op->key)) {
		remove_at(memory, lower_bound(memory, op->key));
		return true;
	}
	if (!entry)
		entry = insert(memory, op->key);
	free(entry->value);
	entry->value = NULL;
	entry->value_size = 0;
	entry->revision = revision;
	if (op->value) {
		entry->value = xmalloc(op->value_size + 1);
		memcpy(entry->value, op->value, op->value_size);
		entry->value[op->value_size] = '\0';
		entry->value_size = op->value_size;
	}
	return true;
}

static size_t oldest_tombstone(const struct memory *memory, size_t *ret_len)
{
	size_t oldest = memory->len, len = 0;

	for (size_t i = 0; i < memory->len; i++) {
		if (memory->items[i].value)
			continue;
		len++;
		if (oldest == memory->len ||
			memory->items[i].revision < memory->items[oldest].revision)
			oldest = i;
	}
	*ret_len = len;
	return oldest;
}

static void trim(struct memory *memory)
{
	for (;;) {
		size_t len, oldest = oldest_tombstone(memory, &len);

		if (len <= memory->store.tombstones)
			return;
		memory->trimmed = memory->items[oldest].revision;
		remove_at(memory, oldest);
	}
}

static int memory_commit(struct store *store, const struct store_op *ops, size_t len,
	uint64_t *ret_revision, size_t *ret_failed, bool *ret_seen)
{
	struct memory *memory = memory_of(store);
	bool changed = false, deleted = false;
	int err = check_conditions(memory, ops, len, ret_failed);

	if (err < 0)
		return err;
	for (size_t i = 0; i < len; i++) {
		if (!apply(memory, &ops[i], memory->revision + 1))
			continue;
		changed = true;
		*ret_seen |= store_is_watched(ops[i].key);
		deleted |= !ops[i].value;
	}
	if (changed)
		memory->revision++;
	if (deleted)
		trim(memory);
	*ret_revision = memory->revision;
	return 0;
}

static int by_revision(const void *a, const void *b)
{
	const struct store_entry *x = *(const struct store_entry *const *)a;
	const struct store_entry *y = *(const struct store_entry *const *)b;

	if (x->revision != y->revision)
		return x->revision < y->revision ? -1 : 1;
	return strcmp(x->key, y->key);
}

static bool is_after(const struct store_entry *entry, const struct store_position *position)
{
	if (entry->revision != position->revision)
		return entry->revision > position->revision;
	return position->inside && strcmp(entry->key, position->key) > 0;
}

static int memory_changes(struct store *store, const char *prefix,
	const struct store_position *position, struct store_changes *ret)
{
	const struct memory *memory = memory_of(store);
	AUTO_FREE const struct store_entry **found = xcalloc(memory->len + 1, sizeof(*found));
	size_t len = 0;

	*ret = (struct store_changes){ .entries.revision = memory->revision };
	ret->lost = position->revision > memory->revision ||
		    position->revision + !position->inside <= memory->trimmed;
	if (ret->lost)
		return 0;
	for (size_t at = lower_bound(memory, prefix);
		at < memory->len && has_prefix(&memory->items[at], prefix); at++)
		if (store_is_watched(memory->items[at].key) &&
			is_after(&memory->items[at], position))
			found[len++] = &memory->items[at];
	qsort(found, len, sizeof(*found), by_revision);
	ret->more = len > STORE_BATCH;
	for (size_t i = 0; i < len && i < STORE_BATCH; i++)
		store_entries_add(&ret->entries, found[i]->key, found[i]->value,
			found[i]->value_size, found[i]->revision);
	return 0;
}

static int memory_log_append(struct store *store, const struct store_log_entry *entries, size_t len)
{
	struct memory *memory = memory_of(store);

	for (size_t i = 0; i < len; i++) {
		const struct store_entry *entry = find(memory, entries[i].key);

		if (entry && entry->value)
			memory_log_add(&memory->log, &entries[i]);
	}
	for (size_t i = 0; i < len; i++)
		memory_log_trim(&memory->log, &store->log_limits, &entries[i]);
	memory_log_trim_all(&memory->log, &store->log_limits);
	return 0;
}

static int memory_log_read(
	struct store *store, const struct store_log_query *query, struct store_log_entries *ret)
{
	memory_log_find(&memory_of(store)->log, query, ret);
	return 0;
}

static const struct store_backend memory_backend = {
	.close = memory_close,
	.get = memory_get,
	.list = memory_list,
	.count = memory_count,
	.commit = memory_commit,
	.revision = memory_revision,
	.changes = memory_changes,
	.log_append = memory_log_append,
	.log_read = memory_log_read,
};

int store_open_memory(struct loop *loop, struct store **ret)
{
	struct memory *memory = xcalloc(1, sizeof(*memory));

	store_init(&memory->store, &memory_backend, loop);
	*ret = &memory->store;
	return 0;
}
