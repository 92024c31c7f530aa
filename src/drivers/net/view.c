/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From links, rules and routes to parts. Owners are told from names, aliases and numbers.
 */
#include "drivers/net/view.h"

void view_see(struct view *view, const struct part *part, const char *id)
{
	const char *owner = owners_note(&view->net->owners, part, view->owner ? view->owner : id);

	part_add(view->items, part, owner);
}

const char *view_connection(const struct view *view, uint32_t number)
{
	const struct vpn_connection *connection =
		world_connection_by_number(view->net->parts.world, number);

	if (connection)
		return connection->meta.id;
	for (size_t i = 0; number && i < view->links_len; i++)
		if (part_link_number(view->links[i].name) == number)
			return view->links[i].alias;
	return "";
}

/* Rules and routes of one gateway stand together in a dump. */
static const struct vpn_gateway *gateway_of_table(struct view *view, uint32_t table)
{
	uint32_t number = part_gateway_number(table);
	const void *const *all;
	size_t len;

	if (view->gateway && view->gateway->number == number)
		return view->gateway;
	view->gateway = NULL;
	all = world_list(view->net->parts.world, KIND_VPN_GATEWAY, &len);
	for (size_t i = 0; i < len && !view->gateway; i++)
		if (((const struct vpn_gateway *)all[i])->number == number)
			view->gateway = all[i];
	return view->gateway;
}

void view_see_domain(struct view *view)
{
	struct part part = { .type = PART_DOMAIN,
		.vpc_id = view->domain->vpc_id,
		.is_ready = domain_is_ready(view->domain) };

	view_see(view, &part, view->domain->vpc_id);
}

int view_see_lan(struct view *view, const struct rt_link *link)
{
	struct part part = {
		.type = PART_LAN, .vpc_id = view->domain->vpc_id, .is_ready = link->is_up
	};
	AUTO_FREE struct rt_address *addresses = NULL;
	size_t len;
	int err = rt_addresses(view->domain->netlink, &addresses, &len);

	if (err < 0)
		return err;
	memcpy(part.interface, link->name, IFNAMSIZ);
	/* A kernel that keeps no marks shows none of ours: then any one is it. */
	for (size_t i = 0; i < len; i++)
		if (addresses[i].index == link->index && (addresses[i].is_own || !part.address.len))
			part.address = addresses[i].prefix;
	view_see(view, &part, view->domain->vpc_id);
	return 0;
}

void view_see_link(struct view *view, const struct rt_link *link)
{
	struct part part = { .type = PART_LINK,
		.vpc_id = view->domain->vpc_id,
		.number = part_link_number(link->name),
		.mtu = link->mtu };

	memcpy(part.interface, link->name, IFNAMSIZ);
	memcpy(part.alias, link->alias, RT_ALIAS_SIZE);
	part.is_ready = link->is_up && !tuns_is_lost(&view->net->tuns, part.number);
	view_see(view, &part, *link->alias ? link->alias : view_connection(view, part.number));
}

void view_see_rule(struct view *view, const struct rt_rule *rule)
{
	struct part part = { .type = PART_RULE, .vpc_id = view->domain->vpc_id, .rule = *rule };
	const struct vpn_gateway *gateway;
	const char *owner = view->domain->vpc_id;

	if (*rule->in_interface) {
		owner = view_connection(view, part_link_number(rule->in_interface));
	} else if (rule->preference == PART_PREFERENCE_PUBLISHED) {
		gateway = gateway_of_table(view, rule->table);
		owner = gateway ? gateway->meta.id : "";
	}
	view_see(view, &part, owner);
}

void view_see_route(struct view *view, const struct rt_route *route, uint32_t number)
{
	struct part part = { .type = PART_ROUTE,
		.vpc_id = view->domain->vpc_id,
		.route = *route,
		.route_number = number,
		.carrying = net_carrying(view->net, number) };
	const struct vpn_gateway *gateway = gateway_of_table(view, route->table);
	AUTO_FREE char *id = NULL;

	if (gateway && number)
		id = vpn_route_entry_id(
			gateway->meta.id, view_connection(view, number), route->destination);
	else if (gateway && !route->index)
		id = xstrdup(gateway->meta.id);
	view_see(view, &part, id ? id : "");
}
