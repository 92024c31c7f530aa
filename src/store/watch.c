/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watches over any backend. A watch is a position in the revisions; being woken means asking the
 * backend what lies after it, so that a wake-up too many costs a query and a lost one is made good
 * by the next. Own commits and the doorbell wake at once; where other processes can commit, the
 * timer also asks the backend every POLL_MS.
 */
#include "store/backend.h"

#include <assert.h>
#include <string.h>

#define POLL_MS 100

struct store_watch {
	LIST_ENTRY(store_watch) link;
	struct store *store;
	char *prefix;
	struct store_position position;
	void (*changed)(void *arg, const struct store_event *event);
	void *arg;
	bool dead; /* freed inside a callback */
};

void store_wake(struct store *store)
{
	if (LIST_EMPTY(&store->watches))
		return;
	store->stale = true;
	loop_timer_set(store->timer, 0);
}

static void advance_past(struct store_watch *watch, uint64_t revision)
{
	watch->position.revision = revision;
	watch->position.inside = false;
}

/* The entries stay valid even when a callback frees the watch or commits. */
static void tell(struct store_watch *watch, const struct store_changes *changes)
{
	if (changes->lost) {
		advance_past(watch, changes->entries.revision);
		watch->changed(watch->arg, &(struct store_event){ .type = STORE_RESYNC });
		return;
	}
	for (size_t i = 0; i < changes->entries.len && !watch->dead; i++) {
		store_position_after(&watch->position, &changes->entries.items[i]);
		watch->changed(watch->arg, &(struct store_event){ .type = STORE_CHANGED,
						   .entry = changes->entries.items[i] });
	}
	if (!watch->dead && !changes->more)
		advance_past(watch, changes->entries.revision);
}

static int deliver(struct store *store, struct store_watch *watch)
{
	struct store_changes changes = { 0 };
	int err = store->backend->changes(store, watch->prefix, &watch->position, &changes);

	if (err < 0) {
		store->stale = true;
		return err;
	}
	tell(watch, &changes);
	if (changes.more)
		store->stale = true;
	store_entries_clear(&changes.entries);
	return 0;
}

static void watch_destroy(struct store_watch *watch)
{
	LIST_REMOVE(watch, link);
	free(watch->prefix);
	free(watch);
}

static void stop_when_alone(struct store *store)
{
	if (!LIST_EMPTY(&store->watches))
		return;
	if (store->backend->listen)
		store->backend->listen(store, false);
	loop_timer_free(store->timer);
	store->timer = NULL;
}

static void sweep(struct store *store)
{
	struct store_watch *watch = LIST_FIRST(&store->watches), *next;

	for (; watch; watch = next) {
		next = LIST_NEXT(watch, link);
		if (watch->dead)
			watch_destroy(watch);
	}
	stop_when_alone(store);
}

/* Returns whether a watch could not be served. */
static bool deliver_all(struct store *store)
{
	struct store_watch *watch;
	bool failed = false;

	store->stale = false;
	store->delivering = true;
	/* watches added meanwhile stand before the first one: they wake for themselves */
	LIST_FOREACH (watch, &store->watches, link)
		if (!watch->dead && deliver(store, watch) < 0)
			failed = true;
	store->delivering = false;
	sweep(store);
	return failed;
}

static void tick(void *arg)
{
	struct store *store = arg;
	bool failed = false;

	if (store->backend->moved && store->backend->moved(store))
		store->stale = true;
	if (store->stale)
		failed = deliver_all(store);
	if (!store->timer)
		return;
	/* a full batch goes on after what else is ready; what failed waits for the next poll */
	if (store->stale && !failed)
		loop_timer_set(store->timer, 0);
	else if (store->stale || store->backend->moved)
		loop_timer_set(store->timer, POLL_MS);
}

struct store_watch *store_watch(struct store *store, const char *prefix, uint64_t from,
	void (*changed)(void *arg, const struct store_event *event), void *arg)
{
	struct store_watch *watch = xcalloc(1, sizeof(*watch));

	assert(store->loop);
	watch->store = store;
	watch->prefix = xstrdup(prefix);
	watch->position.revision = from;
	watch->changed = changed;
	watch->arg = arg;
	if (!store->timer) {
		store->timer = loop_timer_new(store->loop, tick, store);
		if (store->backend->listen)
			store->backend->listen(store, true);
	}
	LIST_INSERT_HEAD(&store->watches, watch, link);
	store_wake(store);
	return watch;
}

void store_watch_free(struct store_watch *watch)
{
	struct store *store;

	if (!watch)
		return;
	store = watch->store;
	if (store->delivering) {
		watch->dead = true;
		return;
	}
	watch_destroy(watch);
	stop_when_alone(store);
}
