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
static const char *gateway_of_number(struct view *view, uint32_t number)
{
	const void *const *all;
	size_t len;

	if (view->gateway && view->gateway->number == number)
		return view->gateway->meta.id;
	view->gateway = NULL;
	all = world_list(view->net->parts.world, KIND_VPN_GATEWAY, &len);
	for (size_t i = 0; i < len && !view->gateway; i++)
		if (((const struct vpn_gateway *)all[i])->number == number)
			view->gateway = all[i];
	return view->gateway ? view->gateway->meta.id : "";
}

/* The gateway of this VPC whose section it is. */
static const char *gateway_of_section(struct view *view, uint32_t section)
{
	size_t len;
	const void *const *all = world_list(view->net->parts.world, KIND_VPN_GATEWAY, &len);

	for (size_t i = 0; i < len; i++) {
		const struct vpn_gateway *gateway = all[i];

		if (section_of_gateway(gateway->number) == section &&
			strcmp(gateway->vpc_id, view->domain->vpc_id) == 0)
			return gateway->meta.id;
	}
	return "";
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

/* Ours carry our mark where the kernel keeps it; a kernel that keeps none shows none, and there it
 * is the address that is wanted. */
static bool is_own_address(
	const struct view *view, uint32_t number, const struct rt_address *address)
{
	const struct vpn_connection *connection =
		world_connection_by_number(view->net->parts.world, number);

	return address->is_own ||
	       (connection && connection->bgp_config.enable_bgp &&
		       addr_equal(connection->bgp_config.local_bgp_ip, address->prefix.addr));
}

void view_see_address(
	struct view *view, const struct rt_link *link, const struct rt_address *address)
{
	struct part part = { .type = PART_ADDRESS,
		.vpc_id = view->domain->vpc_id,
		.number = part_link_number(link->name),
		.address = address->prefix };

	if (!part.number || !is_own_address(view, part.number, address))
		return;
	memcpy(part.interface, link->name, IFNAMSIZ);
	view_see(view, &part, view_connection(view, part.number));
}

/* An own string. */
static char *owner_of_policy(struct view *view, const struct rt_rule *rule)
{
	const struct vpn_connection *connection = world_connection_by_number(
		view->net->parts.world, table_connection_number(rule->table));

	return connection ? vpn_pbr_route_entry_id(connection->vpn_gateway_id, connection->meta.id,
				    rule->source, rule->destination)
			  : xstrdup("");
}

static char *owner_of_rule(struct view *view, const struct rt_rule *rule)
{
	uint32_t section = section_of(rule->preference);

	if (*rule->in_interface)
		return xstrdup(view_connection(view, part_link_number(rule->in_interface)));
	if (section_is_policy(rule->preference))
		return owner_of_policy(view, rule);
	if (section > SECTION_PUBLISHED)
		return xstrdup(gateway_of_section(view, section));
	if (table_gateway_number(rule->table))
		return xstrdup(gateway_of_number(view, table_gateway_number(rule->table)));
	return xstrdup(view->domain->vpc_id);
}

void view_see_rule(struct view *view, const struct rt_rule *rule)
{
	struct part part = { .type = PART_RULE, .vpc_id = view->domain->vpc_id, .rule = *rule };
	AUTO_FREE char *owner = view->owner ? NULL : owner_of_rule(view, rule);

	view_see(view, &part, owner);
}

/* number: of the connection whose link it leads into. */
static char *owner_of_route(struct view *view, const struct rt_route *route, uint32_t number)
{
	const struct vpn_connection *connection =
		world_connection_by_number(view->net->parts.world, number);
	uint32_t of_table = table_connection_number(route->table);
	const char *gateway = connection ? connection->vpn_gateway_id : "";

	if (of_table)
		return xstrdup(view_connection(view, of_table));
	if (!number)
		return xstrdup("");
	if (!*gateway)
		gateway = gateway_of_number(view, table_gateway_number(route->table));
	return *gateway ? vpn_route_entry_id(
				  gateway, view_connection(view, number), route->destination)
			: xstrdup("");
}

void view_see_route(struct view *view, const struct rt_route *route, uint32_t number)
{
	struct part part = { .type = PART_ROUTE,
		.vpc_id = view->domain->vpc_id,
		.route = *route,
		.route_number = number,
		.carrying = net_carrying(view->net, number) };
	AUTO_FREE char *owner = view->owner ? NULL : owner_of_route(view, route, number);

	view_see(view, &part, owner);
}
