/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a vpn_connection comes to be a member of one of charon's connections, and leaves it: lines of
 * a script whose order makes a crash between any two of them harmless.
 */
#pragma once

#include "drivers/ike/ike_private.h"
#include "drivers/ike/script.h"

/* The connection of this name with all its SAs. */
void member_unload(struct script *script, const struct ike_seen *seen, const char *name);
void member_unload_keys(struct script *script, const struct ike_seen *seen);
/* Out of every group it is seen in. but: the one that is not left; NULL: all. */
void member_leave_all(
	struct ike *ike, struct script *script, const struct ike_seen *seen, const char *but);
/* Into the connection it belongs in. seen NULL: it is new. */
void member_enter(struct ike *ike, struct script *script, const struct ike_group *group,
	const struct ike_settings *settings, const struct ike_seen *seen);
