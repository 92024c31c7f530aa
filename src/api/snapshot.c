/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Follows the store's changes. Every desired document and status is an entry, by its key; a desired
 * one is decoded when it comes and stands in the index, a status is decoded when it is asked for.
 */
#include "api/snapshot.h"

#include "api/kept.h"
#include "api/snapshot_index.h"
#include "api/textmap.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define KEPT_MAX (64 * 1024 * 1024) /* bytes of values; beyond, all are made anew */

struct entry {
	struct store_entry stored; /* first: what of the store it is */
	bool is_same;              /* while everything is read again: it has not changed */
	/* of a status, once asked for */
	struct status *status;
	/* of a desired document of a kind we know */
	bool is_desired;
	struct snapshot_item item;
	void *resource;
	json_t *sealed;
	struct places places;
	struct kept kept;
	uint64_t kept_good_at; /* the snapshot's revision when it was found good */
};

struct snapshot {
	struct store *store;
	struct textmap *entries; /* by key */
	struct snapshot_index *index;
	bool is_loaded;
	uint64_t revision;
	struct trace trace;
	bool is_tracing;
	size_t kept_size; /* of all values */
};

struct snapshot *snapshot_new(struct store *store)
{
	struct snapshot *snapshot = xcalloc(1, sizeof(*snapshot));

	snapshot->store = store;
	snapshot->entries = textmap_new();
	snapshot->index = snapshot_index_new();
	return snapshot;
}

static void entry_free(struct entry *entry)
{
	kept_clear(&entry->kept);
	if (entry->status)
		status_clear(entry->status);
	free(entry->status);
	resource_free(entry->item.kind, entry->resource);
	json_decref(entry->sealed);
	free(entry->places.items);
	store_entry_clear(&entry->stored);
	free(entry);
}

void snapshot_free(struct snapshot *snapshot)
{
	struct entry *entry;
	const struct textmap_entry *at = NULL;

	if (!snapshot)
		return;
	while ((entry = textmap_next(snapshot->entries, &at)))
		entry_free(entry);
	textmap_free(snapshot->entries);
	trace_clear(&snapshot->trace);
	snapshot_index_free(snapshot->index);
	free(snapshot);
}

/* "desired/<kind>/<id>" */
static bool parse_key(const char *key, enum kind *ret)
{
	static const char space[] = "desired/";
	const struct kind_info *info;
	AUTO_FREE char *name = NULL;

	if (strncmp(key, space, strlen(space)) != 0)
		return false;
	key += strlen(space);
	name = xstrndup(key, strcspn(key, "/"));
	info = kind_find(name);
	if (!info)
		return false;
	*ret = info->kind;
	return true;
}

/* A document we wrote that cannot be read is our own fault; whoever asks for it is told. */
static void decode(struct entry *entry, const json_t *document)
{
	struct resource *resource = resource_new(entry->item.kind);
	struct fault fault = {};

	if (!document || resource_decode(entry->item.kind, document, NULL, resource, &fault) < 0) {
		resource_free(entry->item.kind, resource);
		return;
	}
	resource->revision = entry->stored.revision;
	entry->resource = resource;
	entry->sealed = resource_sealed(entry->item.kind, document);
}

static void entry_new_take(struct snapshot *snapshot, struct store_entry *stored)
{
	struct entry *entry = xcalloc(1, sizeof(*entry));

	entry->stored = *stored;
	*stored = (struct store_entry){};
	entry->is_desired = parse_key(entry->stored.key, &entry->item.kind);
	if (entry->is_desired) {
		json_auto_t *document =
			json_loads(entry->stored.value, JSON_REJECT_DUPLICATES, NULL);

		decode(entry, document);
		entry->item.resource = entry->resource;
		entry->item.document = entry->stored.value;
		entry->item.sealed = entry->sealed;
		snapshot_index_add(snapshot->index, &entry->item, document, &entry->places);
	}
	textmap_add(snapshot->entries, entry->stored.key, entry);
}

static void drop(struct snapshot *snapshot, const char *key)
{
	struct entry *entry = textmap_remove(snapshot->entries, key);

	if (!entry)
		return;
	if (entry->is_desired)
		snapshot_index_remove(snapshot->index, &entry->item, &entry->places);
	snapshot->kept_size -= entry->kept.size;
	entry_free(entry);
}

/* Takes over one entry of the store; value NULL: it is gone. */
static void take_over(struct snapshot *snapshot, struct store_entry *stored)
{
	drop(snapshot, stored->key);
	if (stored->value)
		entry_new_take(snapshot, stored);
}

static int follow(struct snapshot *snapshot)
{
	struct store_entries changes;
	int err = store_changes(snapshot->store, "", snapshot->revision, &changes);

	if (err < 0)
		return err;
	for (size_t i = 0; i < changes.len; i++)
		take_over(snapshot, &changes.items[i]);
	snapshot->revision = changes.revision;
	store_entries_clear(&changes);
	return 0;
}

/* Marks what is in the list as it was. */
static void keep(struct snapshot *snapshot, const struct store_entries *list)
{
	for (size_t i = 0; i < list->len; i++) {
		struct entry *entry = textmap_get(snapshot->entries, list->items[i].key);

		if (entry && entry->stored.revision == list->items[i].revision)
			entry->is_same = true;
	}
}

static void drop_others(struct snapshot *snapshot)
{
	AUTO_FREE struct entry **others =
		xcalloc(textmap_len(snapshot->entries) + 1, sizeof(struct entry *));
	const struct textmap_entry *at = NULL;
	size_t len = 0;
	struct entry *entry;

	while ((entry = textmap_next(snapshot->entries, &at))) {
		if (!entry->is_same)
			others[len++] = entry;
		entry->is_same = false;
	}
	for (size_t i = 0; i < len; i++)
		drop(snapshot, others[i]->stored.key);
}

static void add_missing(struct snapshot *snapshot, struct store_entries *list)
{
	for (size_t i = 0; i < list->len; i++)
		if (!textmap_get(snapshot->entries, list->items[i].key))
			entry_new_take(snapshot, &list->items[i]);
}

static void drop_kept(struct snapshot *snapshot)
{
	const struct textmap_entry *at = NULL;
	struct entry *entry;

	while ((entry = textmap_next(snapshot->entries, &at)))
		kept_clear(&entry->kept);
	snapshot->kept_size = 0;
}

static void replace(
	struct snapshot *snapshot, struct store_entries *desired, struct store_entries *status)
{
	/* revisions may be those of another store now */
	drop_kept(snapshot);
	keep(snapshot, desired);
	keep(snapshot, status);
	drop_others(snapshot);
	snapshot_index_begin_many(snapshot->index);
	add_missing(snapshot, desired);
	add_missing(snapshot, status);
	snapshot_index_end_many(snapshot->index);
}

/*
 * Everything again, at the start and when changes were lost. The two lists are of two moments; what
 * changed between them is told by the changes after the first.
 */
static int read_all(struct snapshot *snapshot)
{
	struct store_entries desired = {}, status = {};
	int err = store_list(snapshot->store, "desired/", NULL, 0, &desired);

	if (!err)
		err = store_list(snapshot->store, STATUS_KEYS, NULL, 0, &status);
	if (!err) {
		replace(snapshot, &desired, &status);
		snapshot->revision = desired.revision;
		snapshot->is_loaded = true;
	}
	store_entries_clear(&desired);
	store_entries_clear(&status);
	return err;
}

int snapshot_sync(struct snapshot *snapshot)
{
	int err = snapshot->is_loaded ? follow(snapshot) : -EOVERFLOW;

	if (snapshot->kept_size > KEPT_MAX)
		drop_kept(snapshot);

	if (err != -EOVERFLOW)
		return err;
	snapshot->is_loaded = false;
	err = read_all(snapshot);
	if (!err)
		err = follow(snapshot);
	/* so much was deleted while it was being read: the next one tries again */
	return err == -EOVERFLOW ? -EAGAIN : err;
}

uint64_t snapshot_revision(const struct snapshot *snapshot)
{
	return snapshot->revision;
}

static struct entry *find(
	struct snapshot *snapshot, const char *space, enum kind kind, const char *id)
{
	AUTO_FREE char *key = xasprintf("%s/%s/%s", space, kind_info(kind)->name, id);
	struct entry *entry = textmap_get(snapshot->entries, key);

	if (snapshot->is_tracing)
		trace_add(&snapshot->trace, key, entry ? entry->stored.revision : 0);
	return entry;
}

const struct snapshot_item *snapshot_get(struct snapshot *snapshot, enum kind kind, const char *id)
{
	const struct entry *entry = find(snapshot, "desired", kind, id);

	return entry ? &entry->item : NULL;
}

int snapshot_open(const struct snapshot_item *item, const struct vault *vault, void **ret)
{
	struct fault fault = {};
	void *resource;

	if (!item->resource)
		return -EBADMSG;
	resource = resource_dup(item->kind, item->resource);
	if (item->sealed &&
		resource_unseal(item->kind, item->sealed, vault, resource, &fault) < 0) {
		resource_free(item->kind, resource);
		return -EBADMSG;
	}
	*ret = resource;
	return 0;
}

int snapshot_status(
	struct snapshot *snapshot, enum kind kind, const char *id, const struct status **ret)
{
	struct entry *entry = find(snapshot, "status", kind, id);
	json_auto_t *document = NULL;
	struct status *status;

	*ret = NULL;
	if (!entry)
		return 0;
	if (!entry->status) {
		document = json_loads(entry->stored.value, JSON_REJECT_DUPLICATES, NULL);
		status = xcalloc(1, sizeof(*status));
		if (!document || status_decode(document, status) < 0) {
			free(status);
			return -EBADMSG;
		}
		entry->status = status;
	}
	*ret = entry->status;
	return 0;
}

static struct entry *entry_of(const struct snapshot_item *item)
{
	return (struct entry *)((uintptr_t)item - offsetof(struct entry, item));
}

static uint64_t revision_now(const void *arg, const char *key)
{
	const struct snapshot *snapshot = arg;
	const struct entry *entry = textmap_get(snapshot->entries, key);

	return entry ? entry->stored.revision : 0;
}

void *snapshot_kept(const struct snapshot *snapshot, const struct snapshot_item *item)
{
	struct entry *entry = entry_of(item);

	if (entry->kept_good_at != snapshot->revision) {
		if (!kept_is_good(&entry->kept, revision_now, snapshot))
			return NULL;
		entry->kept_good_at = snapshot->revision;
	}
	return entry->kept.value;
}

void snapshot_keep_begin(struct snapshot *snapshot)
{
	snapshot->is_tracing = true;
}

void snapshot_keep_end(struct snapshot *snapshot, const struct snapshot_item *item, void *value,
	size_t size, void (*release)(void *value))
{
	struct entry *entry = entry_of(item);
	struct kept *kept = &entry->kept;

	snapshot->is_tracing = false;
	entry->kept_good_at = snapshot->revision;
	snapshot->kept_size -= kept->size;
	kept_set_take(kept, &snapshot->trace, value, size, release);
	snapshot->kept_size += kept->size;
}

struct snapshot_list snapshot_of_region(
	const struct snapshot *snapshot, enum kind kind, const char *region_id)
{
	return snapshot_index_list(snapshot->index, kind, BY_REGION, region_id);
}

struct snapshot_list snapshot_near(
	const struct snapshot *snapshot, enum kind kind, const char *below, const char *mention)
{
	struct snapshot_list best = snapshot_index_list(snapshot->index, kind, BY_KIND, "");

	assert(!snapshot->is_tracing);
	if (below && snapshot_index_knows(BY_BELOW, below))
		best = snapshot_index_list(snapshot->index, kind, BY_BELOW, below);
	if (mention && snapshot_index_knows(BY_MENTION, mention)) {
		struct snapshot_list list =
			snapshot_index_list(snapshot->index, kind, BY_MENTION, mention);

		if (list.len < best.len)
			best = list;
	}
	return best;
}

bool snapshot_meets(const struct snapshot_item *item, const char *below, const char *mention)
{
	AUTO_FREE char *quoted = mention ? xasprintf("\"%s\"", mention) : NULL;
	const char *id = item->resource ? ((const struct resource *)item->resource)->id : "";

	if (below && item->resource && strncmp(id, below, strlen(below)) != 0)
		return false;
	return !quoted || strstr(item->document, quoted);
}

struct snapshot_list snapshot_unreadable(const struct snapshot *snapshot, enum kind kind)
{
	return snapshot_index_list(snapshot->index, kind, BY_DEFECT, "");
}
