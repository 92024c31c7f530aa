/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What keeps decisions true until they are committed. The store's conditions cover single keys; a
 * decision about a set ("no connection uses this gateway", "no other gateway has this address")
 * needs a key that every action changes which could change the set. That key is the guard. Take it
 * before reading the set: a commit that meanwhile took it too makes the dispatcher run the handler
 * again.
 */
#pragma once

#include "api/action.h"

/* Before adding to the set, or before deciding on it and changing something. */
MUST_CHECK int guard_take(const struct api *api, struct change *change, const char *name);
/* Before deleting what the set hangs on: removes the guard as well. */
MUST_CHECK int guard_remove(const struct api *api, struct change *change, const char *name);

/* The next number of a kind, counted upwards for ever. Serialises creations of that kind. */
MUST_CHECK int number_next(
	const struct api *api, struct change *change, enum kind kind, uint32_t *ret);
/* The same, past those that are taken, of which there are few. */
MUST_CHECK int number_next_free(const struct api *api, struct change *change, enum kind kind,
	bool (*is_taken)(const void *arg, uint32_t number), const void *arg, uint32_t *ret);
