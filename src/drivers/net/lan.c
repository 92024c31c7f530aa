/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The LAN link's way in and out. Moving a link takes its addresses away, so they are noted in its
 * alias on the way in, and put back on the way out before the alias is.
 */
#include "drivers/net/lan.h"

#include "drivers/net/lan_state.h"

#include <errno.h>

static int note_addresses(struct netlink *netlink, int index, struct lan_state *ret)
{
	AUTO_FREE struct rt_address *addresses = NULL;
	size_t len;
	int err = rt_addresses(netlink, &addresses, &len);

	for (size_t i = 0; !err && i < len; i++) {
		if (addresses[i].index != index || !addresses[i].is_permanent)
			continue;
		if (ret->addresses_len == LAN_ADDRESSES_MAX)
			return -ENOSPC;
		ret->addresses[ret->addresses_len++] = addresses[i].prefix;
	}
	return err;
}

/* Another of our VPCs may have given it back a moment ago: then its note is still the one. */
static int note_state(
	struct netlink *netlink, const struct rt_link *link, char ret[static RT_ALIAS_SIZE])
{
	struct lan_state state = { .is_up = link->is_up, .group = link->group };
	int err;

	if (lan_state_parse(link->alias, &state) == 0) {
		memcpy(ret, link->alias, RT_ALIAS_SIZE);
		return 0;
	}
	memcpy(state.alias, link->alias, RT_ALIAS_SIZE);
	err = note_addresses(netlink, link->index, &state);
	return err < 0 ? err : lan_state_format(&state, ret);
}

static int take(struct net *net, struct domain *domain, const char *interface, struct fault *fault)
{
	struct rt_link link, inside = { .group = RT_GROUP, .is_up = true };
	int err = rt_link_find(net->domains.own, interface, &link);

	if (err == -ENODEV)
		return fault_set(fault, REASON_APPLY_FAILED, "Interface", interface,
			"the link is not on this machine",
			"create it, or attach another one; it is taken as soon as it is there");
	if (!err)
		err = note_state(net->domains.own, &link, inside.alias);
	if (err == -ENOSPC)
		return fault_set(fault, REASON_APPLY_FAILED, "Interface", interface,
			"the link has more addresses than can be given back to it later",
			"leave it at most 10 addresses and a short alias");
	return err < 0 ? err : rt_link_move(net->domains.own, link.index, domain->fd, &inside);
}

/* Somebody else moved it here: without our mark it would never be seen. */
static int adopt(struct domain *domain, const struct rt_link *link)
{
	struct lan_state state = { .is_up = link->is_up, .group = link->group };
	char note[RT_ALIAS_SIZE];
	int err;

	memcpy(state.alias, link->alias, RT_ALIAS_SIZE);
	err = lan_state_format(&state, note);
	return rt_link_mark(domain->netlink, link->index, RT_GROUP, err < 0 ? link->alias : note);
}

static int finish_return(struct netlink *own, const struct rt_link *link)
{
	struct lan_state state;
	int err = lan_state_parse(link->alias, &state);

	if (err < 0)
		return 0; /* nobody noted anything */
	for (size_t i = 0; i < state.addresses_len; i++) {
		err = rt_address_add(own,
			&(struct rt_address){ .index = link->index, .prefix = state.addresses[i] });
		if (err < 0 && err != -EEXIST)
			return err;
	}
	err = rt_link_set(own, link->index, state.is_up, 0, NULL);
	return err < 0 ? err : rt_link_mark(own, link->index, state.group, state.alias);
}

static int give_back(
	struct net *net, struct domain *domain, const char *interface, struct fault *fault)
{
	struct rt_link link;
	struct lan_state state;
	int err = rt_link_find(domain->netlink, interface, &link);

	if (err == -ENODEV)
		return 0;
	if (!err && lan_state_parse(link.alias, &state) < 0)
		link.group = 0; /* nothing was noted: not as it was, but not ours either */
	if (!err)
		err = rt_link_move(domain->netlink, link.index, net->domains.own_fd, &link);
	if (err == -EEXIST)
		return fault_set(fault, REASON_APPLY_FAILED, "Interface", interface,
			"another link of this name is on the machine",
			"rename that one; then this one is given back");
	if (!err)
		err = rt_link_find(net->domains.own, interface, &link);
	return err < 0 ? err : finish_return(net->domains.own, &link);
}

/* Addresses of ours other than the wanted one go. */
static int set_address(struct domain *domain, int index, struct prefix wanted)
{
	AUTO_FREE struct rt_address *addresses = NULL;
	size_t len;
	int err = rt_addresses(domain->netlink, &addresses, &len);

	for (size_t i = 0; !err && i < len; i++)
		if (addresses[i].index == index && addresses[i].is_own &&
			!prefix_equal(addresses[i].prefix, wanted))
			err = rt_address_delete(domain->netlink, &addresses[i]);
	if (err < 0)
		return err;
	err = rt_address_add(domain->netlink,
		&(struct rt_address){ .index = index, .prefix = wanted, .is_own = true });
	return err == -EEXIST ? 0 : err;
}

int lan_apply(struct net *net, struct domain *domain, const struct part *want,
	const struct part *seen, struct fault *fault)
{
	struct rt_link link;
	int err = 0;

	if (seen && (!want || strcmp(want->interface, seen->interface) != 0))
		err = give_back(net, domain, seen->interface, fault);
	if (err < 0 || !want)
		return err;
	err = rt_link_find(domain->netlink, want->interface, &link);
	if (err == -ENODEV) {
		err = take(net, domain, want->interface, fault);
		if (!err)
			err = rt_link_find(domain->netlink, want->interface, &link);
	}
	if (!err && link.group != RT_GROUP)
		err = adopt(domain, &link);
	if (!err && !link.is_up)
		err = rt_link_set(domain->netlink, link.index, true, 0, NULL);
	return err < 0 ? err : set_address(domain, link.index, want->address);
}

int lan_finish_returns(struct net *net)
{
	AUTO_FREE struct rt_link *links = NULL;
	size_t len;
	int err = rt_links(net->domains.own, &links, &len);

	for (size_t i = 0; !err && i < len; i++)
		if (links[i].group == RT_GROUP)
			err = finish_return(net->domains.own, &links[i]);
	return err;
}
