/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The desired documents and statuses as they are in the store, decoded once and indexed, so that no
 * request reads them all. snapshot_sync() takes over what any process has committed until then;
 * between two of them the snapshot stands still, and everything borrowed from it stays. Holds no
 * secret that is not sealed.
 */
#pragma once

#include "resource/resource.h"
#include "resource/status.h"
#include "store/store.h"

struct snapshot;

struct snapshot_item {
	enum kind kind;
	const void *resource; /* without its secrets; NULL: the document cannot be read */
	const char *document; /* as it is stored */
	const json_t *sealed; /* its secrets, or NULL */
};

/* By creation time, then id. Borrowed until the next snapshot_sync(). */
struct snapshot_list {
	struct snapshot_item *const *items;
	size_t len;
};

/* Empty until it is synchronised. The store is borrowed. */
struct snapshot *snapshot_new(struct store *store);
void snapshot_free(struct snapshot *snapshot); /* NULL is fine */
/* Catches up with the store; one query when nothing has changed. The store's -errno: the snapshot
 * is what it was. */
MUST_CHECK int snapshot_sync(struct snapshot *snapshot);
/* The store's revision the snapshot has caught up with. */
uint64_t snapshot_revision(const struct snapshot *snapshot);

/* NULL: there is none. Borrowed like lists. */
const struct snapshot_item *snapshot_get(struct snapshot *snapshot, enum kind kind, const char *id);
/* The resource with its secrets; the caller's. -EBADMSG: cannot be read. */
MUST_CHECK int snapshot_open(
	const struct snapshot_item *item, const struct vault *vault, void **ret);
/* What the agent reported; NULL: nothing. Borrowed like lists. -EBADMSG. */
MUST_CHECK int snapshot_status(
	struct snapshot *snapshot, enum kind kind, const char *id, const struct status **ret);

/*
 * A value that a reader made of an item: it is kept with it until the item changes, or anything
 * that was looked up with snapshot_get() or snapshot_status() between the two calls; nothing else
 * may be looked at meanwhile. One an item, borrowed like lists. NULL: there is none.
 */
void *snapshot_kept(const struct snapshot *snapshot, const struct snapshot_item *item);
void snapshot_keep_begin(struct snapshot *snapshot);
/* Takes the value over; NULL: it came to nothing. size: its bytes. */
void snapshot_keep_end(struct snapshot *snapshot, const struct snapshot_item *item, void *value,
	size_t size, void (*release)(void *value));

/* Those of a kind that are in a region. */
struct snapshot_list snapshot_of_region(
	const struct snapshot *snapshot, enum kind kind, const char *region_id);
/*
 * All of a kind, or few enough of them: each with an id that starts with `below` and with `mention`
 * as a text in its document is there (NULL: no such condition); others may be too.
 */
struct snapshot_list snapshot_near(
	const struct snapshot *snapshot, enum kind kind, const char *below, const char *mention);
/* Does it meet those conditions? */
bool snapshot_meets(const struct snapshot_item *item, const char *below, const char *mention);
/* The unreadable ones of a kind, in no order; they are in no other list. */
struct snapshot_list snapshot_unreadable(const struct snapshot *snapshot, enum kind kind);
