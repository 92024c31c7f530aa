/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which charon connection a vpn_connection is a child of. In destination mode it is its own, named
 * by its id. Protected data flows of one gateway with the same peer, identities and phase 1 are
 * children of one: its name, "vcg-" and 17 hexadecimal digits, follows from what they share and
 * from nothing else, so that no member's coming or going changes it, and an edit of phase 1 moves
 * every member to another name. Pure.
 */
#pragma once

#include "drivers/ike/settings.h"
#include "reconcile/world.h"

#define IKE_ID_SIZE 21 /* "vco-" or "vcg-" and 17 characters */
#define IKE_NAME_SIZE (IKE_ID_SIZE + 1)

struct ike_group {
	char name[IKE_NAME_SIZE];
	struct ike_settings *members; /* sorted by id; borrow from the world */
	size_t len;
};

void ike_settings_of(const struct world *world, const struct vpn_connection *connection,
	struct ike_settings *ret);
bool ike_settings_are_complete(const struct ike_settings *settings); /* both gateways are known */

/* Is this the id of a connection? Others are never touched. */
bool ike_is_our_id(const char *name, size_t size);
/* Is this the name of a group? */
bool ike_is_group_name(const char *name, size_t size);
/* Of complete settings. The key keeps a reader of charon's log from testing guesses of the PSK. */
void ike_group_name(const struct ike_settings *settings, const struct secret *key,
	char ret[static IKE_NAME_SIZE]);
/* This connection's group with all its members in the world; itself at least. */
void ike_group_of(const struct world *world, const struct ike_settings *settings,
	const struct secret *key, struct ike_group *ret);
/* Adds a member when it is one: of the name, complete and in the world. */
void ike_group_add(struct ike_group *group, const struct world *world, const char *id,
	const struct secret *key);
void ike_group_clear(struct ike_group *group);
