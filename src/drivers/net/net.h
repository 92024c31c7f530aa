/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network driver: each VPC's namespace with its LAN link, tunnel devices, rules and routes. It
 * makes the TUN devices and keeps a descriptor of each; vpngw-espd gets a duplicate from the esp
 * driver, and after a restart of the agent the descriptors come back from there.
 */
#pragma once

#include "reconcile/driver.h"

struct loop;
struct net;

struct net_parts {
	struct loop *loop;
	const struct world *world;
	/* Marks a resource dirty; id NULL: everything. */
	void (*mark)(void *arg, enum kind kind, const char *id);
	void *mark_arg;
	/* May be NULL: never known. Has the data plane what it takes to carry a connection's
	 * packets: 1, 0, or -EAGAIN while that is not known. */
	int (*carries)(void *arg, uint32_t number);
	void *carries_arg;
	/* May be NULL. A route or a rule was changed. */
	void (*routed)(void *arg);
	void *routed_arg;
};

extern const struct driver net_driver; /* its ctx is a struct net */

MUST_CHECK int net_new(const struct net_parts *parts, struct net **ret);
void net_free(struct net *net); /* leaves the world as it is; NULL is fine */

/* What carries() says of this connection has changed. */
void net_carrying_changed(struct net *net, uint32_t number);

/* How many TCP segments came into a VPC with a wrong key (RFC 2385), or without the one they should
 * have had. -ENOENT: there is no such VPC here. */
MUST_CHECK int net_key_failures(struct net *net, const char *vpc_id, uint64_t *ret);

/* The TUN descriptor of a connection's device, borrowed; -1: there is none (yet). */
int net_tunnel_fd(const struct net *net, uint32_t number);
/* Runs call in the namespace of a connection's device, with its name; the result of call, or
 * -ENODEV when there is no such device. */
MUST_CHECK int net_tunnel_run(struct net *net, const struct vpn_connection *connection,
	int (*call)(void *arg, const char *interface), void *arg);
/* Grows each time the device of this number is made; 0 = it never was by this process. */
uint64_t net_tunnel_generation(const struct net *net, uint32_t number);
/* Takes fd, which came back from vpngw-espd, unless one is held already. */
void net_tunnel_adopt_take(struct net *net, uint32_t number, int fd);
/* What vpngw-espd held has come back: a device without a descriptor is dead from now on. Until then
 * it is left alone. */
void net_tunnels_all_adopted(struct net *net);
