/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the store's desired/ space into the world: read everything once, then follow the watch.
 * Changes wait while the world is held (during a pass), so that a pass works on one snapshot.
 */
#pragma once

#include "reconcile/clock.h"
#include "reconcile/world.h"
#include "store/store.h"

struct feed;

struct feed_calls {
	/* Everything has been read; may come again after a loss of events. */
	void (*complete)(void *arg);
	/* This resource, or something it depends on, changed or is gone. */
	void (*changed)(void *arg, enum kind kind, const char *id);
	/* A change waits to be taken with feed_apply(). */
	void (*pending)(void *arg);
	void *arg;
};

struct feed *feed_new(struct store *store, struct world *world, const struct clock *clock,
	const struct feed_calls *calls);
void feed_free(struct feed *feed);
/* Reads now, and again later when the store cannot answer. */
void feed_start(struct feed *feed);
/* Brings the world up to date; called when no pass runs. Calls back as needed. */
void feed_apply(struct feed *feed);
/* Why this resource's document was not understood; "" when it was or is not known. */
const char *feed_fault(const struct feed *feed, enum kind kind, const char *id);
/* Calls back for the route entries into this connection: its link may be a new one. */
void feed_tell_routes(struct feed *feed, const char *connection_id);
