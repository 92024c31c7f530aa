/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine: keeps the world as the store says it should be. It knows resources by kind and id and
 * drivers by their contract, nothing else.
 *
 * Level-triggered: whatever happens only marks a key dirty, and a pass over that key's scope finds
 * out what is to be done. Start, resync and loss of events look at everything. A failing key comes
 * back with capped exponential delays. Nothing is touched before the store was read completely.
 */
#pragma once

#include "reconcile/clock.h"
#include "reconcile/pass.h"
#include "store/store.h"

struct connection_log;
struct reconciler;

struct reconciler_settings {
	struct store *store;
	struct connection_log *log; /* may be NULL */
	struct world *world;        /* empty; filled by the engine */
	const struct clock *clock;
	const struct driver_use *drivers; /* in the order in which things are created */
	size_t drivers_len;
	uint32_t resync_ms; /* how often everything is looked at again; 0 = the default */
};

/* Everything in settings is borrowed and outlives the engine. */
struct reconciler *reconciler_new(const struct reconciler_settings *settings);
/* When no driver will call back any more. */
void reconciler_free(struct reconciler *reconciler); /* NULL is fine */
DEFINE_CLEANUP(struct reconciler, reconciler_free)
void reconciler_start(struct reconciler *reconciler);
/* Something about this resource may have changed. id NULL: about everything. May be called at any
 * time, also by drivers in their callbacks. */
void reconciler_mark(struct reconciler *reconciler, enum kind kind, const char *id);
/* The store was read, and no key is dirty or being worked on; some may wait for another try. */
bool reconciler_is_settled(const struct reconciler *reconciler);
/* Settled, and nothing waits for another try either: the world is as the store says. */
bool reconciler_is_converged(const struct reconciler *reconciler);
