/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy routes that a connection's protected data flows bring with them (AutoConfigRoute).
 */
#pragma once

#include "api/action.h"

/*
 * Makes the connection's automatic routes what its selectors ask for: one per pair of a local and a
 * remote block, none in destination mode or without AutoConfigRoute. A pair that stays keeps its
 * route as it is, hand-made ones too. A new one is not published; its weight is 100, or 0 where
 * another connection has a route for the pair. The caller holds the gateway's guard.
 */
MUST_CHECK int automatic_routes_follow(const struct api *api, const struct request *request,
	const struct vpn_connection *connection, struct change *change, struct fault *fault);
/* Removes them with the connection; refuses while a hand-made route of either table points to it.
 * The caller removes the connection's guard. */
MUST_CHECK int automatic_routes_remove(const struct api *api,
	const struct vpn_connection *connection, struct change *change, struct fault *fault);
