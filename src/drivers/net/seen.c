/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is there: namespaces of ours, and in each the links, rules and routes that carry our marks.
 * Owners are told from names, aliases and numbers, and remembered, because a resource that is gone
 * can no longer be asked for its number.
 */
#include "drivers/net/net_private.h"

#include <errno.h>

/* One namespace while it is looked at. */
struct view {
	struct net *net;
	const struct scope *scope;
	struct domain *domain;
	struct items *items;
	struct rt_link *links;
	size_t links_len;
};

static const char *remember_owner(struct net *net, const char *key, const char *id)
{
	struct owner *owner;

	HASH_FIND_STR(net->owners, key, owner);
	if (!owner && *id) {
		owner = xcalloc(1, sizeof(*owner));
		owner->key = xstrdup(key);
		owner->id = xstrdup(id);
		HASH_ADD_KEYPTR(hh, net->owners, owner->key, strlen(owner->key), owner);
	}
	if (owner)
		owner->look = net->look;
	if (owner && *id && strcmp(owner->id, id) != 0) {
		free(owner->id);
		owner->id = xstrdup(id);
	}
	return owner ? owner->id : "";
}

void net_forget_owner(struct net *net, struct owner *owner)
{
	HASH_DEL(net->owners, owner);
	free(owner->key);
	free(owner->id);
	free(owner);
}

/* Every look goes over everything, whatever its scope: what was not there has no owner to remember.
 */
static void forget_owners(struct net *net)
{
	struct owner *owner, *next;

	HASH_ITER (hh, net->owners, owner, next)
		if (owner->look != net->look)
			net_forget_owner(net, owner);
}

/* Keeps the item when it belongs to the scope. id: its owner, "" when it cannot be told now. */
static void see(struct view *view, const struct part *part, const char *id)
{
	struct items one = { 0 };
	struct item *item;
	const char *owner;

	part_add(&one, part, id);
	item = &one.items[0];
	owner = remember_owner(view->net, item->key, id);
	if (!view->scope->id || strcmp(view->scope->id, owner) == 0) {
		free(item->owner);
		item->owner = xstrdup(owner);
		items_add_take(view->items, *item);
		one.len = 0;
	}
	items_clear(&one);
}

static const char *connection_id(const struct view *view, uint32_t number)
{
	const struct vpn_connection *connection =
		world_connection_by_number(view->net->parts.world, number);

	if (!number)
		return "";
	for (size_t i = 0; i < view->links_len; i++)
		if (part_link_number(view->links[i].name) == number && *view->links[i].alias)
			return view->links[i].alias;
	return connection ? connection->meta.id : "";
}

static const struct vpn_gateway *gateway_by_number(const struct net *net, uint32_t number)
{
	size_t len;
	const void *const *all = world_list(net->parts.world, KIND_VPN_GATEWAY, &len);

	for (size_t i = 0; i < len; i++) {
		const struct vpn_gateway *gateway = all[i];

		if (gateway->number == number)
			return gateway;
	}
	return NULL;
}

static const struct rt_link *link_by_index(const struct view *view, int index)
{
	for (size_t i = 0; i < view->links_len; i++)
		if (view->links[i].index == index)
			return &view->links[i];
	return NULL;
}

static int see_lan(struct view *view, const struct rt_link *link)
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
	for (size_t i = 0; i < len && !part.address.len; i++)
		if (addresses[i].index == link->index)
			part.address = addresses[i].prefix;
	see(view, &part, view->domain->vpc_id);
	return 0;
}

static int see_links(struct view *view)
{
	for (size_t i = 0; i < view->links_len; i++) {
		const struct rt_link *link = &view->links[i];
		struct part part = { .type = PART_LINK,
			.vpc_id = view->domain->vpc_id,
			.number = part_link_number(link->name),
			.mtu = link->mtu };
		int err = 0;

		if (link->group == RT_GROUP)
			err = see_lan(view, link);
		if (err < 0)
			return err;
		if (!part.number)
			continue;
		memcpy(part.interface, link->name, IFNAMSIZ);
		memcpy(part.alias, link->alias, RT_ALIAS_SIZE);
		part.is_ready = link->is_up && !tuns_is_lost(&view->net->tuns, part.number);
		see(view, &part, connection_id(view, part.number));
	}
	return 0;
}

static int see_rules(struct view *view)
{
	AUTO_FREE struct rt_rule *rules = NULL;
	size_t len;
	int err = rt_rules(view->domain->netlink, &rules, &len);

	if (err < 0)
		return err;
	for (size_t i = 0; i < len; i++) {
		struct part part = {
			.type = PART_RULE, .vpc_id = view->domain->vpc_id, .rule = rules[i]
		};
		const struct vpn_gateway *gateway =
			gateway_by_number(view->net, part_gateway_number(rules[i].table));
		const char *owner = view->domain->vpc_id;

		if (*rules[i].in_interface)
			owner = connection_id(view, part_link_number(rules[i].in_interface));
		else if (rules[i].preference == PART_PREFERENCE_PUBLISHED)
			owner = gateway ? gateway->meta.id : "";
		see(view, &part, owner);
	}
	return 0;
}

static void see_route(struct view *view, const struct rt_route *route)
{
	struct part part = { .type = PART_ROUTE, .vpc_id = view->domain->vpc_id, .route = *route };
	const struct vpn_gateway *gateway =
		gateway_by_number(view->net, part_gateway_number(route->table));
	const struct rt_link *link = link_by_index(view, route->index);
	AUTO_FREE char *id = NULL;

	part.route_number = link ? part_link_number(link->name) : 0;
	if (gateway && part.route_number)
		id = vpn_route_entry_id(gateway->meta.id, connection_id(view, part.route_number),
			route->destination);
	see(view, &part, id ? id : "");
}

static int see_routes(struct view *view)
{
	AUTO_FREE struct rt_route *routes = NULL;
	size_t len;
	int err = rt_routes(view->domain->netlink, &routes, &len);

	for (size_t i = 0; !err && i < len; i++)
		see_route(view, &routes[i]);
	return err;
}

static int see_domain(struct view *view)
{
	struct part part = { .type = PART_DOMAIN,
		.vpc_id = view->domain->vpc_id,
		.is_ready = domain_is_ready(view->domain) };
	int err = rt_links(view->domain->netlink, &view->links, &view->links_len);

	see(view, &part, view->domain->vpc_id);
	if (!err)
		err = see_links(view);
	if (!err)
		err = see_rules(view);
	if (!err)
		err = see_routes(view);
	free(view->links);
	return err;
}

int net_seen(struct net *net, const struct scope *scope, struct items *ret)
{
	struct domain *domain, *next;
	int err = domains_open_all(&net->domains);

	net->look++;
	HASH_ITER (hh, net->domains.open, domain, next) {
		struct view view = { .net = net, .scope = scope, .domain = domain, .items = ret };

		if (!err)
			err = see_domain(&view);
	}
	if (!err)
		forget_owners(net);
	items_sort(ret);
	return err;
}
