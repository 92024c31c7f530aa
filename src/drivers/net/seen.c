/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that is there: namespaces of ours, and in each the links, rules and routes that carry
 * our marks.
 */
#include "drivers/net/probe.h"
#include "drivers/net/view.h"

static int compare_links(const void *a, const void *b)
{
	int left = ((const struct rt_link *)a)->index, right = ((const struct rt_link *)b)->index;

	return (left > right) - (left < right);
}

static const struct rt_link *link_of_index(const struct view *view, int index)
{
	const struct rt_link key = { .index = index };

	return index && view->links_len
		       ? bsearch(&key, view->links, view->links_len, sizeof(key), compare_links)
		       : NULL;
}

static uint32_t number_of_index(const struct view *view, int index)
{
	const struct rt_link *link = link_of_index(view, index);

	return link ? part_link_number(link->name) : 0;
}

static int see_links(struct view *view)
{
	int err = rt_links(view->domain->netlink, &view->links, &view->links_len);

	if (err < 0)
		return err;
	if (view->links_len)
		qsort(view->links, view->links_len, sizeof(*view->links), compare_links);
	for (size_t i = 0; !err && i < view->links_len; i++) {
		const struct rt_link *link = &view->links[i];

		if (link->group == RT_GROUP)
			err = view_see_lan(view, link);
		if (part_link_number(link->name))
			view_see_link(view, link);
	}
	return err;
}

static int see_addresses(struct view *view)
{
	AUTO_FREE struct rt_address *addresses = NULL;
	size_t len = 0;
	int err = rt_addresses(view->domain->netlink, &addresses, &len);

	for (size_t i = 0; i < len; i++) {
		const struct rt_link *link = link_of_index(view, addresses[i].index);

		if (link)
			view_see_address(view, link, &addresses[i]);
	}
	return err;
}

static int see_rules(struct view *view)
{
	AUTO_FREE struct rt_rule *rules = NULL;
	size_t len = 0;
	int err = rt_rules(view->domain->netlink, &rules, &len);

	for (size_t i = 0; i < len; i++)
		view_see_rule(view, &rules[i]);
	return err;
}

static int see_routes(struct view *view)
{
	AUTO_FREE struct rt_route *routes = NULL;
	size_t len = 0;
	int err = rt_routes(view->domain->netlink, 0, 0, &routes, &len);

	for (size_t i = 0; i < len; i++)
		view_see_route(view, &routes[i], number_of_index(view, routes[i].index));
	return err;
}

static int see_all_of(struct net *net, struct domain *domain, struct items *ret)
{
	struct view view = { .net = net, .domain = domain, .items = ret };
	int err;

	view_see_domain(&view);
	err = see_links(&view);
	if (!err)
		err = see_addresses(&view);
	if (!err)
		err = see_rules(&view);
	if (!err)
		err = see_routes(&view);
	free(view.links);
	return err;
}

static int see_all(struct net *net, struct items *ret)
{
	struct domain *domain, *next;
	int err = domains_open_all(&net->domains);

	HASH_ITER (hh, net->domains.open, domain, next) {
		if (!err)
			err = see_all_of(net, domain, ret);
	}
	items_sort(ret);
	if (!err)
		owners_keep(&net->owners, ret);
	return err;
}

/* One rule or route at two places, left by an agent that died between the two steps of moving it:
 * all but one get keys that nobody wants. */
static void tell_apart(struct items *items)
{
	size_t first = 0;

	for (size_t i = 1; i < items->len; i++) {
		struct item *item = &items->items[i];
		char *key;

		if (strcmp(item->key, items->items[first].key) != 0) {
			first = i;
			continue;
		}
		key = xasprintf("%s/again/%zu", item->key, i - first);
		free(item->key);
		item->key = key;
	}
	items_sort(items);
}

int net_seen(struct net *net, const struct scope *scope, struct items *ret)
{
	int err = scope->id ? probe(net, scope, ret) : see_all(net, ret);

	items_sort(ret);
	tell_apart(ret);
	return err;
}
