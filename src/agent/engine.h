/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reconciler with its drivers, wired for one machine: which driver comes first, and what one
 * tells another (a device's descriptor, a packet without an SA), which they must not know of each
 * other.
 */
#pragma once

#include "resource/config.h"
#include "resource/vault.h"
#include "store/store.h"

#include <stdbool.h>

struct engine;

struct engine_settings {
	struct loop *loop;
	const struct config *config;
	const struct vault *vault;
	const struct secret *fingerprint_key;
	struct store *store;
	bool is_removal; /* the store is empty so that everything goes: no counters, and no waiting
			    for daemons that are gone */
};

/* Begins to work as soon as the loop runs. Everything in settings is borrowed. */
MUST_CHECK int engine_new(const struct engine_settings *settings, struct engine **ret);
/* Leaves the world as it is. Only while engine_is_settled(). NULL is fine. */
void engine_free(struct engine *engine);
/* No pass runs. */
bool engine_is_settled(const struct engine *engine);
/* The world is what the store asks for. */
bool engine_is_converged(const struct engine *engine);
