/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routes that follow what carries, at once. The engine looks at one key after the other, and one
 * may wait for a peer that is dead: traffic must not. What is done here is what a pass would do, in
 * its order, and safe beside a pass that is running: that one asks again who carries.
 */
#include "drivers/net/net_private.h"

#include <errno.h>

struct steering {
	struct net *net;
	struct domain *domain;
	uint32_t number; /* of the connection */
	int index;       /* of its link */
	enum carrying carrying;
};

static int ignore(int err, int fine)
{
	return err == -fine ? 0 : err;
}

static void move(const struct steering *steering, const struct part *want)
{
	struct netlink *netlink = steering->domain->netlink;
	struct rt_route route = want->route;
	enum carrying before = steering->carrying == CARRYING_YES ? CARRYING_NO : CARRYING_YES;
	uint32_t old = part_route_priority(want, before, 0);
	int err;

	route.index = steering->index;
	route.priority = part_route_priority(want, steering->carrying, 0);
	if (route.priority == old)
		return;
	err = ignore(rt_route_add(netlink, &route), EEXIST);
	if (err < 0)
		return; /* the pass that is due says so */
	route.priority = old;
	(void)!rt_route_delete(netlink, &route);
}

static void move_all(const struct steering *steering, enum kind kind, const char *id)
{
	struct scope scope = { .kind = kind, .id = id };
	struct items items = { 0 };

	if (net_want(steering->net->parts.world, &scope, &items) == 0)
		for (size_t i = 0; i < items.len; i++) {
			const struct part *part = items.items[i].data;

			if (part->type == PART_ROUTE && part->route_number == steering->number)
				move(steering, part);
		}
	items_clear(&items);
}

void net_steer(struct net *net, const struct vpn_connection *connection)
{
	const struct vpn_gateway *gateway = world_gateway_of(net->parts.world, connection);
	struct steering steering = { .net = net,
		.number = connection->number,
		.carrying = net_carrying(net, connection->number) };
	char name[IFNAMSIZ];
	struct rt_link link;
	const void *const *all;
	size_t len;

	if (!gateway || steering.carrying == CARRYING_UNKNOWN ||
		domains_get(&net->domains, gateway->vpc_id, &steering.domain) < 0)
		return;
	part_link_name(connection->number, name);
	if (rt_link_find(steering.domain->netlink, name, &link) < 0)
		return;
	steering.index = link.index;
	move_all(&steering, KIND_VPN_CONNECTION, connection->meta.id);
	all = world_list(net->parts.world, KIND_VPN_ROUTE_ENTRY, &len);
	for (size_t i = 0; i < len; i++) {
		const struct vpn_route_entry *entry = all[i];

		if (strcmp(entry->next_hop, connection->meta.id) == 0)
			move_all(&steering, KIND_VPN_ROUTE_ENTRY, entry->meta.id);
	}
}
