/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links, addresses, routes and rules of one namespace as values, read and changed over rtnetlink
 * (rtnetlink(7)). Our own routes and rules carry RT_PROTOCOL; our own links an alias, the LAN link
 * RT_GROUP. Knows no resource.
 */
#pragma once

#include "base/addr.h"
#include "drivers/net/netlink.h"

#include <net/if.h>

#define RT_PROTOCOL                                                                                \
	86            /* in route and rule objects: made by vpngw (see /etc/iproute2/rt_protos)    \
		       */
#define RT_GROUP 8686 /* the group of a LAN link while a VPC has it */
#define RT_ALIAS_SIZE 64

struct rt_link {
	int index;
	char name[IFNAMSIZ];
	char alias[RT_ALIAS_SIZE]; /* ours: the connection's id; "" = none */
	uint32_t mtu, group;
	bool is_up;
};

struct rt_address {
	int index;            /* of the link */
	struct prefix prefix; /* the address itself with the length of its network */
};

struct rt_route {
	uint32_t table, priority;
	struct prefix destination;
	int index; /* of the link */
};

struct rt_rule {
	uint32_t preference, table;
	char in_interface[IFNAMSIZ]; /* "" = any */
	bool without_default;        /* suppress_prefixlength 0 */
};

/* Each dump appends to an own array: *ret is freed by the caller. */
MUST_CHECK int rt_links(struct netlink *netlink, struct rt_link **ret, size_t *ret_len);
MUST_CHECK int rt_addresses(struct netlink *netlink, struct rt_address **ret, size_t *ret_len);
/* Only those that carry RT_PROTOCOL. */
MUST_CHECK int rt_routes(struct netlink *netlink, struct rt_route **ret, size_t *ret_len);
MUST_CHECK int rt_rules(struct netlink *netlink, struct rt_rule **ret, size_t *ret_len);

/* -ENODEV: no link of that name. */
MUST_CHECK int rt_link_find(struct netlink *netlink, const char *name, struct rt_link *ret);
/* mtu 0, alias NULL: unchanged. */
MUST_CHECK int rt_link_set(
	struct netlink *netlink, int index, bool up, uint32_t mtu, const char *alias);
MUST_CHECK int rt_link_delete(struct netlink *netlink, int index);
/* Moves the link into another namespace and sets its group there: both or neither. */
MUST_CHECK int rt_link_move(struct netlink *netlink, int index, int namespace_fd, uint32_t group);
MUST_CHECK int rt_address_add(struct netlink *netlink, const struct rt_address *address);
MUST_CHECK int rt_address_delete(struct netlink *netlink, const struct rt_address *address);
MUST_CHECK int rt_route_add(struct netlink *netlink, const struct rt_route *route);
MUST_CHECK int rt_route_delete(struct netlink *netlink, const struct rt_route *route);
MUST_CHECK int rt_rule_add(struct netlink *netlink, const struct rt_rule *rule);
MUST_CHECK int rt_rule_delete(struct netlink *netlink, const struct rt_rule *rule);
