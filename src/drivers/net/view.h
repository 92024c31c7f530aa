/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One namespace while it is looked at: turns what the kernel says into items with owners.
 */
#pragma once

#include "drivers/net/net_private.h"

struct view {
	struct net *net;
	struct domain *domain;
	struct items *items;
	const char *owner; /* of everything that is looked for; NULL: told from each part */
	struct rt_link *links;
	size_t links_len;                  /* sorted by index */
	const struct vpn_gateway *gateway; /* the last one that was looked up */
};

/* Adds the item. id: its owner, "" when it cannot be told now. */
void view_see(struct view *view, const struct part *part, const char *id);
void view_see_domain(struct view *view);
MUST_CHECK int view_see_lan(struct view *view, const struct rt_link *link);
void view_see_link(struct view *view, const struct rt_link *link);
/* An address of this link; only those of a tunnel count. */
void view_see_address(
	struct view *view, const struct rt_link *link, const struct rt_address *address);
void view_see_rule(struct view *view, const struct rt_rule *rule);
/* number: of the connection whose link it leads into; 0: none. */
void view_see_route(struct view *view, const struct rt_route *route, uint32_t number);
/* The connection's id by its number, "" when nobody knows. Borrowed. */
const char *view_connection(const struct view *view, uint32_t number);
