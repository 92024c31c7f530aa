/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One question to the kernel for each part that may be there; rules can only be asked for all at
 * once.
 */
#include "drivers/net/probe.h"

#include "drivers/net/view.h"

#include <errno.h>
#include <stdio.h>

struct probe {
	struct net *net;
	const char *id;
	struct items *items;
	struct rt_rule *rules; /* of one namespace, read when the first one is looked for */
	size_t rules_len;
	const struct domain *rules_of;
};

static int look_for_link(struct view *view, const struct part *part)
{
	struct rt_link link;
	int err = rt_link_find(view->domain->netlink, part->interface, &link);

	if (err < 0)
		return err == -ENODEV ? 0 : err;
	if (part->type == PART_LINK)
		view_see_link(view, &link);
	else if (link.group == RT_GROUP)
		return view_see_lan(view, &link);
	return 0;
}

static int look_for_address(struct view *view, const struct part *part)
{
	AUTO_FREE struct rt_address *addresses = NULL;
	struct rt_link link;
	size_t len = 0;
	int err = rt_link_find(view->domain->netlink, part->interface, &link);

	if (err < 0)
		return err == -ENODEV ? 0 : err;
	err = rt_addresses(view->domain->netlink, &addresses, &len);
	for (size_t i = 0; i < len; i++)
		if (addresses[i].index == link.index)
			view_see_address(view, &link, &addresses[i]);
	return err;
}

static int read_rules(struct probe *probe, const struct domain *domain)
{
	if (probe->rules_of == domain)
		return 0;
	free(TAKE_PTR(probe->rules));
	probe->rules_len = 0;
	probe->rules_of = domain;
	return rt_rules(domain->netlink, &probe->rules, &probe->rules_len);
}

static int look_for_rule(struct probe *probe, struct view *view, const struct part *part)
{
	int err = read_rules(probe, view->domain);

	for (size_t i = 0; !err && i < probe->rules_len; i++) {
		const struct rt_rule *rule = &probe->rules[i];

		if (part_is_same_rule(rule, &part->rule))
			view_see_rule(view, rule);
	}
	return err;
}

/* Without its link a route is not there either. */
static int look_for_route(struct view *view, const struct part *part)
{
	AUTO_FREE struct rt_route *routes = NULL;
	struct rt_link link = { 0 };
	char name[IFNAMSIZ];
	size_t len = 0;
	int err = 0;

	snprintf(name, sizeof(name), "%s%u", PART_LINK_PREFIX, part->route_number);
	if (part->route_number)
		err = rt_link_find(view->domain->netlink, name, &link);
	if (!err)
		err = rt_routes(
			view->domain->netlink, part->route.table, link.index, &routes, &len);
	if (err < 0)
		return err == -ENODEV ? 0 : err;
	for (size_t i = 0; i < len; i++)
		if (prefix_equal(routes[i].destination, part->route.destination))
			view_see_route(view, &routes[i], part->route_number);
	return 0;
}

static bool is_seen(const struct probe *probe, const struct part *part)
{
	AUTO_FREE char *key = part_key(part);

	for (size_t i = 0; i < probe->items->len; i++)
		if (strcmp(probe->items->items[i].key, key) == 0)
			return true;
	return false;
}

static int look_for(struct probe *probe, const struct part *part)
{
	struct view view = { .net = probe->net, .items = probe->items, .owner = probe->id };
	int err = domains_get(&probe->net->domains, part->vpc_id, &view.domain);

	if (err < 0)
		return err == -ENOENT ? 0 : err;
	if (is_seen(probe, part))
		return 0;
	switch (part->type) {
	case PART_DOMAIN:
		view_see_domain(&view);
		return 0;
	case PART_LAN:
	case PART_LINK:
		return look_for_link(&view, part);
	case PART_ADDRESS:
		return look_for_address(&view, part);
	case PART_RULE:
		return look_for_rule(probe, &view, part);
	case PART_ROUTE:
		return look_for_route(&view, part);
	}
	return -EINVAL;
}

int probe(struct net *net, const struct scope *scope, struct items *ret)
{
	struct probe probe = { .net = net, .id = scope->id, .items = ret };
	struct items candidates = { 0 };
	int err;

	owners_list(&net->owners, scope->id, &candidates);
	err = net_want(net->parts.world, scope, &candidates);
	for (size_t i = 0; !err && i < candidates.len; i++)
		err = look_for(&probe, candidates.items[i].data);
	free(probe.rules);
	items_clear(&candidates);
	return err;
}
