/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The front of the store: checks what callers pass and hands it to the backend, so that every
 * backend refuses the same things. Knows no storage.
 */
#include "store/backend.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

void store_entry_clear(struct store_entry *entry)
{
	free(entry->key);
	free(entry->value);
	*entry = (struct store_entry){ 0 };
}

void store_entries_clear(struct store_entries *entries)
{
	for (size_t i = 0; i < entries->len; i++)
		store_entry_clear(&entries->items[i]);
	free(entries->items);
	*entries = (struct store_entries){ 0 };
}

void store_entries_add(struct store_entries *entries, const char *key, const char *value,
	size_t value_size, uint64_t revision)
{
	struct store_entry *entry;

	/* grows by doubling: the length is a power of two when it is full */
	if (!(entries->len & (entries->len - 1)))
		entries->items = xreallocarray(entries->items, entries->len ? entries->len * 2 : 1,
			sizeof(*entries->items));
	entry = &entries->items[entries->len++];
	*entry = (struct store_entry){ .key = xstrdup(key), .revision = revision };
	if (!value)
		return;
	entry->value = xmalloc(value_size + 1);
	memcpy(entry->value, value, value_size);
	entry->value[value_size] = '\0';
	entry->value_size = value_size;
}

void store_position_after(struct store_position *position, const struct store_entry *entry)
{
	position->revision = entry->revision;
	position->inside = true;
	memcpy(position->key, entry->key, strlen(entry->key) + 1);
}

bool store_is_watched(const char *key)
{
	return strncmp(key, "meta/", 5) && strncmp(key, "counter/", 8);
}

void store_init(struct store *store, const struct store_backend *backend, struct loop *loop)
{
	*store = (struct store){ .backend = backend,
		.loop = loop,
		.tombstones = STORE_TOMBSTONES,
		.log_limits = { .entries = { STORE_LOG_LINES, STORE_LOG_EVENTS },
			.bytes = { STORE_LOG_LINE_BYTES, STORE_LOG_EVENT_BYTES },
			.total_bytes = STORE_LOG_TOTAL_BYTES } };
	LIST_INIT(&store->watches);
}

int store_relax(struct store *store)
{
	return store->backend->relax ? store->backend->relax(store) : 0;
}

void store_free(struct store *store)
{
	if (!store)
		return;
	assert(LIST_EMPTY(&store->watches));
	store->backend->close(store);
}

int store_get(struct store *store, const char *key, struct store_entry *ret)
{
	return store->backend->get(store, key, ret);
}

int store_list(struct store *store, const char *prefix, const char *after, size_t max,
	struct store_entries *ret)
{
	if (strlen(prefix) > STORE_KEY_MAX)
		return -EINVAL;
	return store->backend->list(store, prefix, after, max, ret);
}

int store_count(struct store *store, const char *prefix, uint64_t *ret)
{
	if (strlen(prefix) > STORE_KEY_MAX)
		return -EINVAL;
	return store->backend->count(store, prefix, ret);
}

int store_revision(struct store *store, uint64_t *ret)
{
	return store->backend->revision(store, ret);
}

/* Moves a batch behind what is there. */
static void append(struct store_entries *entries, struct store_entries *batch)
{
	if (batch->len) {
		entries->items = xreallocarray(
			entries->items, entries->len + batch->len, sizeof(*entries->items));
		memcpy(&entries->items[entries->len], batch->items,
			batch->len * sizeof(*batch->items));
		entries->len += batch->len;
	}
	entries->revision = batch->revision;
	free(batch->items);
}

int store_changes(struct store *store, const char *prefix, uint64_t from, struct store_entries *ret)
{
	struct store_position position = { .revision = from };
	struct store_entries entries = { 0 };
	struct store_changes batch;

	do {
		int err = store->backend->changes(store, prefix, &position, &batch);

		if (err < 0 || batch.lost) {
			store_entries_clear(&entries);
			return err < 0 ? err : -EOVERFLOW;
		}
		append(&entries, &batch.entries);
		if (batch.more)
			store_position_after(&position, &entries.items[entries.len - 1]);
	} while (batch.more);
	*ret = entries;
	return 0;
}

static bool op_is_valid(const struct store_op *op)
{
	size_t size = strnlen(op->key, STORE_KEY_MAX + 1);

	if (!size || size > STORE_KEY_MAX)
		return false;
	if (op->is_check)
		return !op->value;
	return !op->value || op->value_size <= STORE_VALUE_MAX;
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* One commit has one result per key, so that no backend needs an order of operations. */
static bool changes_a_key_twice(const struct store_op *ops, size_t len)
{
	AUTO_FREE const char **keys = xcalloc(len ? len : 1, sizeof(*keys));
	size_t changes = 0;

	for (size_t i = 0; i < len; i++)
		if (!ops[i].is_check)
			keys[changes++] = ops[i].key;
	if (changes < 2)
		return false;
	qsort(keys, changes, sizeof(*keys), compare_keys);
	for (size_t i = 1; i < changes; i++)
		if (!strcmp(keys[i - 1], keys[i]))
			return true;
	return false;
}

int store_commit(struct store *store, const struct store_op *ops, size_t len,
	uint64_t *ret_revision, size_t *ret_failed)
{
	uint64_t revision = 0;
	size_t failed = 0;
	bool seen = false;
	int err;

	for (size_t i = 0; i < len; i++)
		if (!op_is_valid(&ops[i]))
			return -EINVAL;
	if (changes_a_key_twice(ops, len))
		return -EINVAL;
	err = store->backend->commit(store, ops, len, &revision, &failed, &seen);
	if (err == -ESTALE && ret_failed)
		*ret_failed = failed;
	if (err < 0)
		return err;
	if (ret_revision)
		*ret_revision = revision;
	if (seen) {
		store_wake(store);
		if (store->backend->ring)
			store->backend->ring(store);
	}
	return 0;
}
