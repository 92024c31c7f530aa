/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which connection carries the traffic of equal routes, and when that becomes another one. Equal
 * are routes of a gateway, and published ones of a VPC, with the same destination (and source and
 * priority). Of those whose connection carries the one with the higher weight has the traffic; when
 * none carries, it stays with the last one that did: the packets go no other way.
 *
 * The same rule as the network driver's tables and priorities, which ask the kernel for it; here it
 * is only watched. Pure.
 */
#pragma once

#include "reconcile/world.h"

#include <stdbool.h>

#define ROUTE_SWITCH_TEXT 160

/* The routes that went from one connection to another at once. */
struct route_switch {
	char *from, *to; /* ids; own strings */
	uint32_t routes;
	char destinations[ROUTE_SWITCH_TEXT]; /* the first ones, for people */
};

void route_switch_clear(struct route_switch *one);

struct route_groups;

struct route_groups *route_groups_new(void);
void route_groups_free(struct route_groups *groups); /* NULL is fine */
/*
 * Looks at all routes of the world. Calls for each pair of connections between which routes went
 * since the last look; what is seen for the first time goes nowhere. carries: does it carry now?
 */
void route_groups_look(struct route_groups *groups, const struct world *world,
	bool (*carries)(void *arg, const struct vpn_connection *connection),
	void (*switched)(void *arg, const struct route_switch *one), void *arg);
