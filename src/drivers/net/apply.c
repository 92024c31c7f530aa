/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making one part as it is wanted. Every step may be repeated: what is there already, or gone
 * already, is success.
 */
#include "drivers/net/net_private.h"

#include <errno.h>

static int gone_is_fine(int err)
{
	return err == -ENOENT || err == -ESRCH || err == -ENODEV || err == -EADDRNOTAVAIL ? 0 : err;
}

static int there_is_fine(int err)
{
	return err == -EEXIST ? 0 : err;
}

static int give_lan_back(struct net *net, struct domain *domain, const struct part *seen)
{
	struct rt_link link;
	int err = rt_link_find(domain->netlink, seen->interface, &link);

	if (err < 0)
		return gone_is_fine(err);
	return rt_link_move(domain->netlink, link.index, net->domains.own_fd, 0);
}

/* Addresses of the link other than the wanted one go; moving a link takes its addresses away
 * anyway. */
static int set_lan_address(struct domain *domain, int index, struct prefix wanted)
{
	AUTO_FREE struct rt_address *addresses = NULL;
	size_t len;
	int err = rt_addresses(domain->netlink, &addresses, &len);

	for (size_t i = 0; !err && i < len; i++)
		if (addresses[i].index == index && !prefix_equal(addresses[i].prefix, wanted))
			err = rt_address_delete(domain->netlink, &addresses[i]);
	if (err < 0)
		return err;
	return there_is_fine(rt_address_add(
		domain->netlink, &(struct rt_address){ .index = index, .prefix = wanted }));
}

static int apply_lan(struct net *net, struct domain *domain, const struct part *want,
	const struct part *seen, struct fault *fault)
{
	struct rt_link link;
	int err = 0;

	if (seen && (!want || strcmp(want->interface, seen->interface) != 0))
		err = give_lan_back(net, domain, seen);
	if (err < 0 || !want)
		return err;
	err = rt_link_find(domain->netlink, want->interface, &link);
	if (err == -ENODEV) {
		err = rt_link_find(net->domains.own, want->interface, &link);
		if (err == -ENODEV)
			return fault_set(fault, REASON_APPLY_FAILED, "Interface", want->interface,
				"the link is not on this machine",
				"create it, or attach another one; it is taken as soon as it is "
				"there");
		if (!err)
			err = rt_link_move(net->domains.own, link.index, domain->fd, RT_GROUP);
		if (!err)
			err = rt_link_find(domain->netlink, want->interface, &link);
	}
	/* One that somebody else moved here gets our mark too, or it would never be seen. */
	if (!err && link.group != RT_GROUP)
		err = rt_link_move(domain->netlink, link.index, domain->fd, RT_GROUP);
	if (!err)
		err = rt_link_set(domain->netlink, link.index, true, 0, NULL);
	return err < 0 ? err : set_lan_address(domain, link.index, want->address);
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
	}
	if (err < 0)
		return err;
	return rt_link_set(domain->netlink, link.index, true, want->mtu, want->alias);
}

static int apply_rule(struct domain *domain, const struct part *want, const struct part *seen)
{
	int err = seen ? gone_is_fine(rt_rule_delete(domain->netlink, &seen->rule)) : 0;

	return err < 0 || !want ? err : there_is_fine(rt_rule_add(domain->netlink, &want->rule));
}

static int apply_route(struct domain *domain, const struct part *want, const struct part *seen)
{
	struct rt_route route;
	struct rt_link link;
	char name[IFNAMSIZ];
	int err = seen ? gone_is_fine(rt_route_delete(domain->netlink, &seen->route)) : 0;

	if (err < 0 || !want)
		return err;
	snprintf(name, sizeof(name), "%s%u", PART_LINK_PREFIX, want->route_number);
	err = rt_link_find(domain->netlink, name, &link);
	if (err < 0)
		return err;
	route = want->route;
	route.index = link.index;
	return there_is_fine(rt_route_add(domain->netlink, &route));
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
		return apply_lan(net, domain, want, seen, fault);
	case PART_LINK:
		return apply_link(net, domain, want, seen);
	case PART_RULE:
		return apply_rule(domain, want, seen);
	case PART_ROUTE:
		return apply_route(domain, want, seen);
	case PART_DOMAIN:
		break;
	}
	return -EINVAL;
}
