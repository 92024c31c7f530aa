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
	if (owner && *id && strcmp(owner->id, id) != 0) {
		free(owner->id);
		owner->id = xstrdup(id);
	}
	return owner ? owner->id : "";
}

/* Keeps the item when it belongs to the scope. id: its owner, "" when it cannot be told now. */
static void see(struct view *view, const struct part *part, const char *id)
{
	AUTO_FREE char *key = part_key(part);
	const char *owner = remember_owner(view->net, key, id);

	if (!view->scope->id || strcmp(view->scope->id, owner) == 0)
		part_add(view->items, part, owner);
}

static const char *connection_id(const struct view *view, uint32_t number)
{
	const struct vpn_connection *connection =
		world_connection_by_number(view->net->parts.world, number);

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
	/* A kernel that keeps no marks shows none of ours: then any one is it. */
	for (size_t i = 0; i < len; i++)
		if (addresses[i].index == link->index && (addresses[i].is_own || !part.address.len))
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
	const char *owner = "";
	const struct vpn_gateway *gateway =
		gateway_by_number(view->net, part_gateway_number(route->table));
	const struct rt_link *link = link_by_index(view, route->index);
	AUTO_FREE char *id = NULL;

	part.route_number = link ? part_link_number(link->name) : 0;
	part.carrying = net_carrying(view->net, part.route_number);
	if (gateway && part.route_number)
		owner = id = vpn_route_entry_id(gateway->meta.id,
			connection_id(view, part.route_number), route->destination);
	else if (gateway && !route->index)
		owner = gateway->meta.id;
	see(view, &part, owner);
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

/* Resources of this kind own parts of this type; see part.h. */
static bool concerns(const struct scope *scope, enum part_type type)
{
	if (!scope->id)
		return true;
	switch (type) {
	case PART_DOMAIN:
	case PART_LAN:
		return scope->kind == KIND_VPC;
	case PART_LINK:
		return scope->kind == KIND_VPN_CONNECTION;
	case PART_RULE:
		return scope->kind != KIND_VPN_ROUTE_ENTRY;
	case PART_ROUTE:
		return scope->kind == KIND_VPN_ROUTE_ENTRY || scope->kind == KIND_VPN_GATEWAY;
	}
	return true;
}

static int see_domain(struct view *view)
{
	struct part part = { .type = PART_DOMAIN, .vpc_id = view->domain->vpc_id };
	int err = rt_links(view->domain->netlink, &view->links, &view->links_len);

	if (concerns(view->scope, PART_DOMAIN)) {
		part.is_ready = domain_is_ready(view->domain);
		see(view, &part, view->domain->vpc_id);
	}
	if (!err && (concerns(view->scope, PART_LAN) || concerns(view->scope, PART_LINK)))
		err = see_links(view);
	if (!err && concerns(view->scope, PART_RULE))
		err = see_rules(view);
	if (!err && concerns(view->scope, PART_ROUTE))
		err = see_routes(view);
	free(view->links);
	return err;
}

/* The VPC a resource belongs to; NULL when it is gone and was never seen. */
static char *vpc_of(const struct net *net, const struct scope *scope)
{
	const void *one = world_get(net->parts.world, scope->kind, scope->id);
	const struct vpn_gateway *gateway = NULL;

	if (scope->kind == KIND_VPC)
		return xstrdup(scope->id);
	if (one && scope->kind == KIND_VPN_GATEWAY)
		gateway = one;
	if (one && scope->kind == KIND_VPN_CONNECTION)
		gateway = world_gateway_of(net->parts.world, one);
	if (one && scope->kind == KIND_VPN_ROUTE_ENTRY)
		gateway = world_get(net->parts.world, KIND_VPN_GATEWAY,
			((const struct vpn_route_entry *)one)->vpn_gateway_id);
	if (gateway)
		return xstrdup(gateway->vpc_id);
	for (const struct owner *owner = net->owners; owner; owner = owner->hh.next)
		if (strcmp(owner->id, scope->id) == 0)
			return xstrndup(owner->key, strcspn(owner->key, "/"));
	return NULL;
}

static int see_one(
	struct net *net, struct domain *domain, const struct scope *scope, struct items *ret)
{
	struct view view = { .net = net, .scope = scope, .domain = domain, .items = ret };

	return see_domain(&view);
}

static bool has_parts(enum kind kind)
{
	return kind == KIND_VPC || kind == KIND_VPN_GATEWAY || kind == KIND_VPN_CONNECTION ||
	       kind == KIND_VPN_ROUTE_ENTRY;
}

static int see_scope(struct net *net, const struct scope *scope, struct items *ret, bool *ret_known)
{
	AUTO_FREE char *vpc_id = vpc_of(net, scope);
	struct domain *domain;
	int err;

	*ret_known = vpc_id || !has_parts(scope->kind);
	if (!vpc_id || !has_parts(scope->kind))
		return 0;
	err = domains_get(&net->domains, vpc_id, &domain);
	if (err < 0)
		return err == -ENOENT ? 0 : err;
	return see_one(net, domain, scope, ret);
}

/* Owners whose items are all gone are forgotten when everything was looked at. */
static void forget_owners(struct net *net, const struct items *items)
{
	struct owner *owner, *next;

	HASH_ITER (hh, net->owners, owner, next) {
		if (items_find(items, owner->key))
			continue;
		HASH_DEL(net->owners, owner);
		free(owner->key);
		free(owner->id);
		free(owner);
	}
}

int net_seen(struct net *net, const struct scope *scope, struct items *ret)
{
	struct domain *domain, *next;
	bool is_known = false;
	int err = scope->id ? see_scope(net, scope, ret, &is_known) : 0;

	if (err < 0 || is_known) {
		items_sort(ret);
		return err;
	}
	err = domains_open_all(&net->domains);
	HASH_ITER (hh, net->domains.open, domain, next) {
		if (!err)
			err = see_one(net, domain, scope, ret);
	}
	items_sort(ret);
	if (!err && !scope->id)
		forget_owners(net, ret);
	return err;
}
