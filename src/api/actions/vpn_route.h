/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking up what a route request refers to. 0, or -EINVAL with the fault, or a store error.
 */
#pragma once

#include "api/action.h"

/* The connection in NextHop; it must be one of this gateway. */
MUST_CHECK int vpn_route_find_next_hop(const struct api *api, const struct request *request,
	const struct vpn_gateway *gateway, struct vpn_connection **ret, struct fault *fault);
/* Refuses when the route's tuple is taken. */
MUST_CHECK int vpn_route_check_new(
	const struct api *api, const struct vpn_route_entry *route, struct fault *fault);
/* The route of VpnGatewayId, NextHop and RouteDest. */
MUST_CHECK int vpn_route_find(const struct api *api, const struct request *request,
	struct vpn_route_entry **ret, struct fault *fault);
/* The Weight parameter must be the route's: the cloud counts it into the identity. */
MUST_CHECK int vpn_route_check_weight(
	const struct request *request, const struct vpn_route_entry *route, struct fault *fault);
