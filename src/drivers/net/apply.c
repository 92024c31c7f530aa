/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making one part as it is wanted. Every step may be repeated: what is there already, or gone
 * already, is success.
 */
#include "drivers/net/lan.h"
#include "drivers/net/net_private.h"

#include <errno.h>

/* So large a packet still fits one UDP datagram after vpngw-espd split it and framed the pieces. */
#define SPLIT_MAX 60000

static int gone_is_fine(int err)
{
	return err == -ENOENT || err == -ESRCH || err == -ENODEV || err == -EADDRNOTAVAIL ? 0 : err;
}

static int there_is_fine(int err)
{
	return err == -EEXIST ? 0 : err;
}

static int remove_link(struct net *net, struct domain *domain, const struct part *seen)
{
	struct rt_link link;
	int err;

	tuns_close(&net->tuns, seen->number);
	err = rt_link_find(domain->netlink, seen->interface, &link);
	return gone_is_fine(err < 0 ? err : rt_link_delete(domain->netlink, link.index));
}

static int apply_link(
	struct net *net, struct domain *domain, const struct part *want, const struct part *seen)
{
	struct rt_link link;
	int err = 0;

	/* A device nobody can serve any more gets out of the way of a new one. */
	if (seen && (!want || tuns_is_lost(&net->tuns, seen->number)))
		err = remove_link(net, domain, seen);
	if (err < 0 || !want)
		return err;
	err = rt_link_find(domain->netlink, want->interface, &link);
	if (err == -ENODEV) {
		err = tuns_create(&net->tuns, domain->fd, want->number, want->interface);
		if (err < 0)
			return err;
		/* Who looked before it was there looks again. Not after a failure: that is tried
		 * again with a growing delay, which a mark would cut short. */
		net->parts.mark(net->parts.mark_arg, KIND_VPN_CONNECTION, want->alias);
		err = rt_link_find(domain->netlink, want->interface, &link);
		if (!err)
			(void)rt_link_limit(domain->netlink, link.index, SPLIT_MAX);
	}
	if (err < 0)
		return err;
	return rt_link_set(domain->netlink, link.index, true, want->mtu, want->alias);
}

/* The new one first: with the last address of a link the kernel takes all routes into it away, and
 * says nothing of that. Who takes the last one has them looked for. */
static int apply_address(
	struct net *net, struct domain *domain, const struct part *want, const struct part *seen)
{
	const struct part *part = want ? want : seen;
	struct rt_address address = { .is_own = true };
	struct rt_link link;
	int err = rt_link_find(domain->netlink, part->interface, &link);

	if (err < 0)
		return want ? err : gone_is_fine(err);
	address.index = link.index;
	if (want) {
		address.prefix = want->address;
		err = rt_address_add(domain->netlink, &address);
	}
	if (err < 0 || !seen || (want && prefix_equal(want->address, seen->address)))
		return err;
	address.prefix = seen->address;
	err = gone_is_fine(rt_address_delete(domain->netlink, &address));
	if (!want)
		net_carrying_changed(net, seen->number);
	return err;
}

static int add_rule(struct domain *domain, const struct part *want)
{
	return want ? there_is_fine(rt_rule_add(domain->netlink, &want->rule)) : 0;
}

/* A section goes after the tunnels that lead into it: without its entry their packets would go on
 * to the section of published routes, and so to other gateways. -EBUSY. */
static int check_unused(struct domain *domain, const struct rt_rule *entry)
{
	AUTO_FREE struct rt_rule *rules = NULL;
	size_t len = 0;
	int err = rt_rules(domain->netlink, &rules, &len);

	for (size_t i = 0; !err && i < len; i++)
		if (*rules[i].in_interface && rules[i].action == RT_GOTO &&
			rules[i].target == entry->preference)
			err = -EBUSY;
	return err;
}

/* The new one first, so that there is no moment without a rule; but the kernel takes two rules in
 * one place for the same. */
static int apply_rule(struct domain *domain, const struct part *want, const struct part *seen)
{
	bool has_moved = want && seen && want->rule.preference != seen->rule.preference;
	int err = has_moved ? add_rule(domain, want) : 0;

	if (!want && seen->rule.action == RT_NOP)
		err = check_unused(domain, &seen->rule);
	if (!err && seen)
		err = gone_is_fine(rt_rule_delete(domain->netlink, &seen->rule));
	return err < 0 || has_moved ? err : add_rule(domain, want);
}

static int route_link(struct domain *domain, uint32_t number, struct rt_link *ret)
{
	char name[IFNAMSIZ];

	*ret = (struct rt_link){ 0 };
	if (!number)
		return 0;
	snprintf(name, sizeof(name), "%s%u", PART_LINK_PREFIX, number);
	return rt_link_find(domain->netlink, name, ret);
}

/* The new one first, so that there is no moment without a route. */
static int apply_route(
	struct net *net, struct domain *domain, const struct part *want, const struct part *seen)
{
	struct rt_route route;
	struct rt_link link;
	int err;

	if (!want)
		return gone_is_fine(rt_route_delete(domain->netlink, &seen->route));
	err = route_link(domain, want->route_number, &link);
	if (err < 0)
		return err;
	route = want->route;
	route.index = link.index;
	route.priority = part_route_priority(
		want, net_carrying(net, want->route_number), seen ? seen->route.priority : 0);
	err = there_is_fine(rt_route_add(domain->netlink, &route));
	if (err < 0 || !seen || seen->route.priority == route.priority)
		return err;
	return gone_is_fine(rt_route_delete(domain->netlink, &seen->route));
}

int net_apply(
	struct net *net, const struct part *want, const struct part *seen, struct fault *fault)
{
	const struct part *part = want ? want : seen;
	struct domain *domain;
	int err;

	if (part->type == PART_DOMAIN)
		return want ? domains_create(&net->domains, part->vpc_id)
			    : domains_remove(&net->domains, part->vpc_id);
	err = domains_get(&net->domains, part->vpc_id, &domain);
	if (err < 0)
		return want ? err : gone_is_fine(err);
	switch (part->type) {
	case PART_LAN:
		return lan_apply(net, domain, want, seen, fault);
	case PART_LINK:
		return apply_link(net, domain, want, seen);
	case PART_ADDRESS:
		return apply_address(net, domain, want, seen);
	case PART_RULE:
		return apply_rule(domain, want, seen);
	case PART_ROUTE:
		return apply_route(net, domain, want, seen);
	case PART_DOMAIN:
		break;
	}
	return -EINVAL;
}
