/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The BGP route table of a gateway: what the agent reports that its peers advertise. Nobody makes
 * these routes through the API.
 */
#pragma once

#include "api/actions/listing.h"

/* The routes of all connections of the gateway as a list of this shape. */
MUST_CHECK int learned_routes_answer(const struct api *api, const struct request *request,
	const struct vpn_gateway *gateway, const struct listing *listing, json_t *answer);
