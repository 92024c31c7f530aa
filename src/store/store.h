/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store contract: a revisioned key-value space with compare-and-swap and watch, so that SQLite,
 * memory and etcd can stand behind it. What commit() acknowledged survives kill -9 at any point.
 * Every commit that changes something gets the next revision; a key carries the revision of its
 * last change.
 *
 * Keys are "<space>/<kind>/<id>":
 *   desired/...  what users asked for; written by the API
 *   status/...   what the agent observed
 *   meta/...     tokens, counters of numbers; raises no watch
 *   counter/...  data-plane counters; raises no watch
 *
 * One thread uses a store. Calls are short and local.
 */
#pragma once

#include "base/alloc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORE_KEY_MAX 256            /* bytes */
#define STORE_VALUE_MAX (256 * 1024) /* bytes */
#define STORE_ANY UINT64_MAX         /* no condition on the revision */

struct store;
struct store_watch;
struct loop;

struct store_entry {
	char *key;
	char *value; /* NUL-terminated JSON text */
	size_t value_size;
	uint64_t revision; /* of the last change */
};

struct store_entries {
	struct store_entry *items; /* sorted by key, byte order */
	size_t len;
	uint64_t revision; /* of the store when they were read */
};

void store_entries_clear(struct store_entries *entries);

struct store_op {
	const char *key;
	const char *value; /* NULL: delete, or with is_check only the condition */
	size_t value_size;
	uint64_t expected; /* the key's revision now: 0 = must not exist, STORE_ANY = whatever */
	bool is_check;     /* only the condition, no change */
};

enum store_event_type {
	STORE_CHANGED, /* key was put or deleted: entry.value NULL = deleted */
	STORE_RESYNC,  /* changes were lost (too old): read everything again; entry is empty */
};

struct store_event {
	enum store_event_type type;
	struct store_entry entry;
};

/*
 * -EAGAIN from any call: locked or disk full, nothing changed, try again later.
 * loop: may be NULL for a store that is never watched. Free the watches before their store.
 */
MUST_CHECK int store_open_memory(struct loop *loop, struct store **ret);
/* dir: holds store.db (created when missing, mode 0660; its group is the folder's, which therefore
 * has the setgid bit and belongs to store_gid) and the doorbells. -EPROTO: a newer schema. */
MUST_CHECK int store_open_sqlite(struct loop *loop, const char *dir, struct store **ret);
/*
 * From now on what this process commits survives the end of any process, but the last of it not
 * that of the machine (a power failure); a commit then costs microseconds and keeps nobody waiting.
 * For who only writes what can be observed again. Where nothing outlives the process it changes
 * nothing.
 */
MUST_CHECK int store_relax(struct store *store);
void store_free(struct store *store);
DEFINE_CLEANUP(struct store, store_free)

/* One key. -ENOENT. The entry is the caller's (store_entry_clear). */
MUST_CHECK int store_get(struct store *store, const char *key, struct store_entry *ret);
void store_entry_clear(struct store_entry *entry);
/* Keys that start with prefix and sort after `after` (NULL = from the start), at most max (0 =
 * all). */
MUST_CHECK int store_list(struct store *store, const char *prefix, const char *after, size_t max,
	struct store_entries *ret);
/* How many keys start with prefix. */
MUST_CHECK int store_count(struct store *store, const char *prefix, uint64_t *ret);
/*
 * All operations or none, in one revision (*ret_revision, may be NULL). -ESTALE: a condition does
 * not hold (*ret_failed = index of the first one, may be NULL). -EINVAL: key or value too long, or
 * one key is changed twice. Conditions look at the time before the commit.
 */
MUST_CHECK int store_commit(struct store *store, const struct store_op *ops, size_t len,
	uint64_t *ret_revision, size_t *ret_failed);
/* The present revision. */
MUST_CHECK int store_revision(struct store *store, uint64_t *ret);
/*
 * What has changed under prefix after revision `from`, now and without a watch: keys with their
 * newest value (NULL = deleted) by revision, up to ret->revision; a key that is changed meanwhile
 * may stand there twice. Keys of meta/ and counter/ are left out. Costs next to nothing when there
 * is nothing. -EOVERFLOW: the store knows nothing of `from` any more; list everything again.
 */
MUST_CHECK int store_changes(
	struct store *store, const char *prefix, uint64_t from, struct store_entries *ret);

/*
 * Calls back on the loop for every change of a key under prefix after revision `from`, in revision
 * order, also those made by other processes, each key with its newest value (intermediate values
 * may be skipped). Never calls back inside store_watch() or store_commit(). Keys of meta/ and
 * counter/ are never told. A `from` the store knows nothing of any more gives STORE_RESYNC.
 */
struct store_watch *store_watch(struct store *store, const char *prefix, uint64_t from,
	void (*changed)(void *arg, const struct store_event *event), void *arg);
void store_watch_free(struct store_watch *watch); /* NULL is fine; safe inside its own callback */
