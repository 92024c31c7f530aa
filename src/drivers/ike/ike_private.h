/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the IKE driver share and nobody else sees.
 */
#pragma once

#include "drivers/ike/ike.h"
#include "drivers/ike/keyring.h"
#include "drivers/ike/tunnel.h"

struct ike {
	struct ike_parts parts;
	struct tunnels tunnels;
	struct keyring keyring;
	bool peers_started, is_charon_there;
	struct mono charon_changed; /* when it went, or came again; 0 = never */
	/* The operation that waits for charon, of which there is at most one; to be released with
	   the driver. */
	void *flight;
	void (*flight_free)(void *flight);
};

/* A wanted item's data; borrows from the world. */
struct ike_want {
	struct ike_settings settings;
};

int ike_want(const struct world *world, const struct scope *scope, struct items *ret);
int ike_observe(void *ctx, const struct scope *scope,
	void (*done)(void *arg, int err, struct items *seen), void *arg);
bool ike_same(const struct item *want, const struct item *seen);
int ike_apply(void *ctx, const struct item *want, const struct item *seen,
	void (*done)(void *arg, int err, const struct fault *fault), void *arg);
void ike_report(void *ctx, const struct world *world, const struct scope *scope,
	const struct items *seen, struct status *status);

/* Is this connection asked to come up now? */
bool ike_is_called_for(const struct vpn_connection *connection, bool is_demanded);
