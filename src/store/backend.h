/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands behind store.h: the calls a backend answers, and the parts of a store that all
 * backends share (the watches). Only the files of this room include it, and the tests that want
 * fewer tombstones.
 */
#pragma once

#include "base/loop.h"
#include "store/log.h"

#include <sys/queue.h>

/* Deletions a watcher can still learn of; one that is further behind gets STORE_RESYNC. */
#define STORE_TOMBSTONES 4096
#define STORE_BATCH 128 /* events of one watch per turn of the loop */

/* How far a watch has seen: all of `revision`, or with `inside` its keys up to and with `key`. */
struct store_position {
	uint64_t revision;
	bool inside;
	char key[STORE_KEY_MAX + 1];
};

struct store_changes {
	struct store_entries entries; /* by revision, then key; value NULL = deleted */
	bool more;                    /* the batch is full: ask again from the last one */
	bool lost;                    /* the position is too old (or from another store) */
};

struct store_backend {
	void (*close)(struct store *store);
	int (*get)(struct store *store, const char *key, struct store_entry *ret);
	int (*list)(struct store *store, const char *prefix, const char *after, size_t max,
		struct store_entries *ret);
	int (*count)(struct store *store, const char *prefix, uint64_t *ret);
	/* The operations are valid. ret_* are never NULL; *ret_seen: a watched key has changed. */
	int (*commit)(struct store *store, const struct store_op *ops, size_t len,
		uint64_t *ret_revision, size_t *ret_failed, bool *ret_seen);
	int (*revision)(struct store *store, uint64_t *ret);
	int (*changes)(struct store *store, const char *prefix,
		const struct store_position *position, struct store_changes *ret);
	int (*log_append)(struct store *store, const struct store_log_entry *entries, size_t len);
	int (*log_read)(struct store *store, const struct store_log_query *query,
		struct store_log_entries *ret);
	/* The rest is NULL where no other process can commit. */
	int (*relax)(struct store *store);
	bool (*moved)(struct store *store); /* has another process committed since last asked? */
	void (*listen)(struct store *store, bool on); /* the first watch came, the last one went */
	void (*ring)(struct store *store);            /* tell the other processes */
};

/* How much of the logs is kept; by "is it about events". */
struct store_log_limits {
	uint64_t entries[2], bytes[2];
	uint64_t total_bytes;
};

struct store {
	const struct store_backend *backend;
	struct loop *loop;
	uint32_t tombstones; /* how many deletions are kept */
	struct store_log_limits log_limits;
	LIST_HEAD(store_watches, store_watch) watches;
	struct loop_timer *timer; /* runs while there is a watch */
	bool stale;               /* some watch may have something to hear */
	bool delivering;          /* freed watches are only marked meanwhile */
};

void store_init(struct store *store, const struct store_backend *backend, struct loop *loop);
/* Keys of meta/ and counter/ raise no watch and leave no tombstone. */
bool store_is_watched(const char *key);
/* Past this entry of a batch that goes on. */
void store_position_after(struct store_position *position, const struct store_entry *entry);
/* Appends a copy; value NULL = deleted. */
void store_entries_add(struct store_entries *entries, const char *key, const char *value,
	size_t value_size, uint64_t revision);
/* Something may have changed: the watches look soon, never inside this call. */
void store_wake(struct store *store);
/* What an entry counts against the limits. */
uint64_t store_log_size(const struct store_log_entry *entry);
/* Of the largest log, when all together are too large by this much: the bytes it may keep. */
uint64_t store_log_share(uint64_t largest, uint64_t excess);
