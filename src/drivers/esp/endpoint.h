/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands behind an item of this driver: a socket of a gateway's address, or a connection's
 * tunnel.
 */
#pragma once

#include "espd/proto.h"
#include "reconcile/item.h"
#include "reconcile/world.h"

struct endpoint {
	bool is_tunnel;
	struct espd_socket socket; /* !is_tunnel */
	struct espd_tunnel tunnel; /* is_tunnel */
	bool is_stale; /* seen only: espd has the descriptor of a device that is no longer there */
};

/* Adds a copy with its key and owner. */
void endpoint_add(struct items *items, const struct endpoint *endpoint, const char *owner);
int endpoint_want(const struct world *world, const struct scope *scope, struct items *ret);
bool endpoint_same(const struct item *want, const struct item *seen);
