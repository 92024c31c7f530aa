/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands behind an item of this driver: one part of a VPC's network on this machine.
 *
 *   vpc           domain  its namespace, forwarding on, IPv6 off
 *                 lan     the operator's link, moved in, with the gateway's address
 *                 rules   connected networks first, without the default route; the frame of the
 *                         section of published routes
 *   vpn_gateway   rules   the frame of its section; its BGP routes among the published ones
 *   vpn_connection link   the TUN device vco<number>, whose descriptor vpngw-espd reads
 *                  address  LocalBgpIp on it, where BGP is on
 *                 rule    what comes out of the tunnel goes to its gateway's section
 *                 routes  one table that leads into it while it carries, one that does in any case
 *   vpn_route_entry route one in the table of its gateway, one in the published table
 *   vpn_pbr_route_entry   two rules in the section of its gateway, two in the published one
 *
 * Of equal destinations the one with the lowest priority number carries the traffic: connections
 * that are up before those that are down, then the higher weight first. section.h draws the whole.
 */
#pragma once

#include "drivers/net/rt.h"
#include "drivers/net/section.h"
#include "reconcile/bgp_place.h"
#include "reconcile/item.h"

#define PART_LINK_PREFIX TUNNEL_LINK_PREFIX

enum part_type { PART_DOMAIN, PART_LAN, PART_LINK, PART_ADDRESS, PART_RULE, PART_ROUTE };

/* Whether packets of a connection would get through. */
enum carrying { CARRYING_UNKNOWN, CARRYING_NO, CARRYING_YES };

struct part {
	enum part_type type;
	char *vpc_id;
	char interface[IFNAMSIZ];  /* LAN, LINK */
	struct prefix address;     /* LAN, ADDRESS: with the network's length; len 0 = none seen */
	uint32_t number, mtu;      /* LINK, ADDRESS; LINK */
	char alias[RT_ALIAS_SIZE]; /* LINK: the connection's id */
	struct rt_rule rule;       /* RULE */
	struct rt_route route;     /* ROUTE; .index and .priority: seen only */
	uint32_t route_number;     /* ROUTE: of its next hop's connection; 0: none */
	uint32_t weight;           /* ROUTE: wanted only */
	enum carrying carrying;    /* ROUTE: seen only, of its next hop */
	bool is_ready;             /* seen only: settings and flags are as they should be */
};

/* Where it is in the world, an own string: all that cannot be changed in place. */
char *part_key(const struct part *part);
/* Adds a copy with the key that follows from it. owner may be "". */
void part_add(struct items *items, const struct part *part, const char *owner);
/* The priority of a wanted route; while it is unknown whether its next hop carries, any priority
 * that it may have got before is kept. 0: there is none to keep. */
uint32_t part_route_priority(const struct part *want, enum carrying carrying, uint32_t present);
/* Would both have the same key? */
bool part_is_same_rule(const struct rt_rule *a, const struct rt_rule *b);
/* "vco<number>". */
void part_link_name(uint32_t number, char ret[static IFNAMSIZ]);
/* The number in "vco<number>"; 0 when the name is none of ours. */
uint32_t part_link_number(const char *name);
