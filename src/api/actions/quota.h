/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many there may be of something: the section [quotas] of the configuration. A quota is checked
 * under the guard that every action takes which adds to what it counts (guard.h), named with each.
 */
#pragma once

#include "api/action.h"

enum quota {
	QUOTA_VPN_GATEWAYS,           /* of the account; under number_next(KIND_VPN_GATEWAY) */
	QUOTA_CUSTOMER_GATEWAYS,      /* of a region; under the guard of their addresses */
	QUOTA_VPN_CONNECTIONS,        /* of a VPN gateway; these three under the guard of its id */
	QUOTA_ROUTE_ENTRIES,          /* destination-based */
	QUOTA_PBR_ROUTE_ENTRIES,      /* policy-based, made by hand */
	QUOTA_AUTOMATIC_ROUTE_ENTRIES /* the same number, of routes a connection brings */
};

/*
 * scope: the region or the gateway's id; NULL for the account. more: how many come in addition, at
 * most 0 when none do, which always passes. 0, -EINVAL with the fault, or a store error.
 */
MUST_CHECK int quota_check(
	const struct api *api, enum quota quota, const char *scope, int more, struct fault *fault);
