/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links, addresses, routes and rules of one namespace as values, read and changed over rtnetlink
 * (rtnetlink(7)). Our own routes, rules and addresses carry RT_PROTOCOL; our own links an alias,
 * the LAN link RT_GROUP. Knows no resource.
 */
#pragma once

#include "base/addr.h"
#include "drivers/net/netlink.h"

#include <net/if.h>
#include <stdbool.h>

#define RT_PROTOCOL 86 /* made by vpngw (see /etc/iproute2/rt_protos) */
#define RT_GROUP 8686  /* the group of a LAN link while a VPC has it */
#define RT_ALIAS_SIZE 256
#define RT_PRIORITY_LAST UINT32_MAX

struct rt_link {
	int index;
	char name[IFNAMSIZ];
	char alias[RT_ALIAS_SIZE]; /* "" = none */
	uint32_t mtu, group;
	bool is_up;
};

struct rt_address {
	int index;            /* of the link */
	struct prefix prefix; /* the address itself with the length of its network */
	bool is_own;          /* carries RT_PROTOCOL */
	bool is_permanent;    /* seen only: not one that a lease gave */
};

struct rt_route {
	uint32_t table, priority;
	struct prefix destination;
	int index;     /* of the link; 0: unreachable */
	bool is_throw; /* instead of unreachable: the rules go on */
};

enum rt_action { RT_LOOKUP, RT_GOTO, RT_NOP, RT_UNREACHABLE };

struct rt_rule {
	uint32_t preference;
	enum rt_action action;
	uint32_t table;                    /* LOOKUP */
	uint32_t target;                   /* GOTO: a later preference */
	char in_interface[IFNAMSIZ];       /* "" = any */
	struct prefix source, destination; /* len 0 = any */
	bool without_default;              /* suppress_prefixlength 0 */
};

/* Each dump gives an own array: *ret is freed by the caller. */
MUST_CHECK int rt_links(struct netlink *netlink, struct rt_link **ret, size_t *ret_len);
MUST_CHECK int rt_addresses(struct netlink *netlink, struct rt_address **ret, size_t *ret_len);
/* Only those that carry RT_PROTOCOL. table 0: of all tables; index: of the link they lead into,
 * with a table 0 means those without a link. */
MUST_CHECK int rt_routes(
	struct netlink *netlink, uint32_t table, int index, struct rt_route **ret, size_t *ret_len);
MUST_CHECK int rt_rules(struct netlink *netlink, struct rt_rule **ret, size_t *ret_len);

/* -ENODEV: no link of that name. */
MUST_CHECK int rt_link_find(struct netlink *netlink, const char *name, struct rt_link *ret);
/* mtu 0, alias NULL: unchanged. */
MUST_CHECK int rt_link_set(
	struct netlink *netlink, int index, bool up, uint32_t mtu, const char *alias);
/* The largest packet that the kernel leaves to the link to split; without it things get slower, not
 * wrong. */
int rt_link_limit(struct netlink *netlink, int index, uint32_t size);
MUST_CHECK int rt_link_delete(struct netlink *netlink, int index);
/* Moves the link into another namespace and gives it there the group, alias and is_up of `state`,
 * all or nothing. Its addresses and routes are lost. */
MUST_CHECK int rt_link_move(
	struct netlink *netlink, int index, int namespace_fd, const struct rt_link *state);
MUST_CHECK int rt_link_mark(struct netlink *netlink, int index, uint32_t group, const char *alias);
MUST_CHECK int rt_address_add(struct netlink *netlink, const struct rt_address *address);
MUST_CHECK int rt_address_delete(struct netlink *netlink, const struct rt_address *address);
/* Beside routes of the same destination and priority through other links. */
MUST_CHECK int rt_route_add(struct netlink *netlink, const struct rt_route *route);
MUST_CHECK int rt_route_delete(struct netlink *netlink, const struct rt_route *route);
MUST_CHECK int rt_rule_add(struct netlink *netlink, const struct rt_rule *rule);
MUST_CHECK int rt_rule_delete(struct netlink *netlink, const struct rt_rule *rule);

/* What a link, address, route or rule message says; for routes and rules false when they are not
 * ours. For the dumps above and for whoever listens to notices. */
void rt_read_link(const struct nlmsghdr *message, struct rt_link *ret);
void rt_read_address(const struct nlmsghdr *message, struct rt_address *ret);
bool rt_read_route(const struct nlmsghdr *message, struct rt_route *ret);
bool rt_read_rule(const struct nlmsghdr *message, struct rt_rule *ret);
