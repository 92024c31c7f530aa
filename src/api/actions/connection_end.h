/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two ends of a connection, its VPN gateway and its customer gateway, leave only when nothing
 * is tied to them any more.
 */
#pragma once

#include "api/action.h"

/*
 * Deletes the resource unless a connection ends at it; id_of says which end of a connection it is.
 * parameter: the one that named it.
 */
MUST_CHECK int end_delete(const struct api *api, struct change *change, enum kind kind,
	const struct resource *end, const char *(*id_of)(const struct vpn_connection *connection),
	const char *parameter, struct fault *fault);
