/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections of one gateway to one customer gateway. Those with the same identities are told apart
 * by their selectors only, so that they share phase 1: an edit of one is an edit of all, and they
 * are children of one IKE connection.
 */
#pragma once

#include "api/action.h"

struct sibling {
	struct vpn_connection *connection; /* with its secrets; after an edit as it will be */
	bool is_member; /* shares phase 1 with the connection before and after its change */
};

struct siblings {
	struct sibling *items; /* by creation time */
	size_t len;
};

/*
 * The others of its gateway and customer gateway. before: the connection as it is stored, whose
 * members follow it; NULL for a new one. The caller holds the guards of both ends.
 */
MUST_CHECK int siblings_find(const struct api *api, const struct vpn_connection *before,
	const struct vpn_connection *connection, struct siblings *ret);
/* Gives the members the connection's phase 1 and says which these are ("AlsoModified"); nothing
 * when it has not changed. */
MUST_CHECK int siblings_follow(const struct api *api, const struct vpn_connection *before,
	const struct vpn_connection *connection, struct siblings *siblings, struct change *change,
	json_t *answer, struct fault *fault);
/*
 * Whether all that is changed can stand beside the others. In destination mode one connection per
 * pair of identities, which covers all selectors. In protected-data-flows mode several: with equal
 * phase 1 and selectors that do not overlap. IKEv1 connections in main mode to one peer start with
 * the same pre-shared key.
 */
MUST_CHECK int siblings_check(const struct vpn_connection *before,
	const struct vpn_connection *connection, const struct siblings *siblings,
	struct fault *fault);
void siblings_clear(struct siblings *siblings);
#define AUTO_SIBLINGS CLEANUP(siblings_clear)
