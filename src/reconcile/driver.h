/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one contract of every driver: what the resources ask of a part of the world, what is there,
 * and how to make the second the first. Learning one driver is learning all; adding one never
 * touches the engine. The engine diffs `want` against `seen` by key and calls apply for each
 * difference.
 *
 *   store ──▶ world ──▶ want() ─┐
 *                               ├─▶ diff ──▶ apply() ──▶ done ──▶ report() ──▶ status
 *   reality ──▶ observe() ──────┘
 */
#pragma once

#include "reconcile/item.h"
#include "reconcile/world.h"
#include "resource/status.h"

#define DRIVER_SERVES(kind) (1U << (kind))

/*
 * Scopes: want and observe must answer for the same items, or the difference would be removed. For
 * one resource that is at least every item it owns; a driver whose items all belong to connections
 * answers a gateway's or VPC's scope with nothing, because the engine marks the connections below
 * it as well. The world does not change while a pass runs, so wanted items may borrow from it.
 */
struct driver {
	const char *name;
	/* The kinds of resources it has items of: a mask of DRIVER_SERVES(). About one resource of
	 * another kind it is not asked. */
	unsigned int kinds;
	/* Pure: what the resources ask of this part of the world. scope: one resource, or
	 * everything. */
	int (*want)(const struct world *world, const struct scope *scope, struct items *ret);
	/* Asks the world what is there; answers later, on the loop, never inside this call. */
	int (*observe)(void *ctx, const struct scope *scope,
		void (*done)(void *arg, int err, struct items *seen), void *arg);
	/* Both sides have this key: is nothing left to do? */
	bool (*same)(const struct item *want, const struct item *seen);
	/* seen NULL: create; want NULL: remove; both: change. Safe to repeat. Answers later, never
	   inside this call. An item may stay different after a success (a tunnel that waits for its
	   peer): the driver itself then marks the key when it is time to look again. */
	int (*apply)(void *ctx, const struct item *want, const struct item *seen,
		void (*done)(void *arg, int err, const struct fault *fault), void *arg);
	/* Adds what this driver observed of one resource to its status (conditions, negotiated
	   values). seen NULL: it could not observe. Drivers report in reverse order, so that the
	   first one, nearest to the packets, has the last word. May be NULL. */
	void (*report)(void *ctx, const struct world *world, const struct scope *scope,
		const struct items *seen, struct status *status);
};
