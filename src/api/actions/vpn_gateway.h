/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VPN gateway as answers show it.
 */
#pragma once

#include "api/action.h"

/* Legal values of GatewayType; only the first exists here. */
extern const char *const vpn_gateway_types[];

MUST_CHECK int vpn_gateway_describe(const struct api *api, const void *resource, json_t *answer);
/* The answer of a modification; is_changed: the agent has something to apply. */
MUST_CHECK int vpn_gateway_describe_modified(
	const struct api *api, const struct vpn_gateway *gateway, bool is_changed, json_t *answer);
