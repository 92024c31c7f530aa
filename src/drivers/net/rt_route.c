/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routes over rtnetlink.
 */
#include "drivers/net/rt.h"
#include "drivers/net/rt_list.h"

#include <errno.h>
#include <linux/rtnetlink.h>

bool rt_read_route(const struct nlmsghdr *message, struct rt_route *ret)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(message);
	struct nlattr *attribute;

	if (info->rtm_protocol != RT_PROTOCOL || info->rtm_flags & RTM_F_CLONED)
		return false;
	*ret = (struct rt_route){ .table = info->rtm_table,
		.destination = { .len = info->rtm_dst_len },
		.is_throw = info->rtm_type == RTN_THROW };
	NETLINK_FOR_EACH (attribute, message, sizeof(*info)) {
		switch (mnl_attr_get_type(attribute)) {
		case RTA_TABLE:
			ret->table = mnl_attr_get_u32(attribute);
			break;
		case RTA_DST:
			ret->destination.addr.v4 = mnl_attr_get_u32(attribute);
			break;
		case RTA_OIF:
			ret->index = (int)mnl_attr_get_u32(attribute);
			break;
		case RTA_PRIORITY:
			ret->priority = mnl_attr_get_u32(attribute);
			break;
		default:
			break;
		}
	}
	return true;
}

static int add_route(const struct nlmsghdr *message, void *arg)
{
	struct rt_route route;

	if (rt_read_route(message, &route))
		*(struct rt_route *)rt_list_add(arg) = route;
	return MNL_CB_OK;
}

/* For a kernel that filters; one that does not (before 4.20) answers with everything. */
static void put_filter(struct nlmsghdr *message, struct rtmsg *info, uint32_t table, int index)
{
	info->rtm_protocol = RT_PROTOCOL;
	info->rtm_type = index ? RTN_UNICAST : RTN_UNSPEC;
	mnl_attr_put_u32(message, RTA_TABLE, table);
	if (index)
		mnl_attr_put_u32(message, RTA_OIF, (uint32_t)index);
}

static size_t filter(struct rt_route *routes, size_t len, uint32_t table, int index)
{
	size_t kept = 0;

	for (size_t i = 0; i < len; i++)
		if (routes[i].table == table && routes[i].index == index)
			routes[kept++] = routes[i];
	return kept;
}

int rt_routes(
	struct netlink *netlink, uint32_t table, int index, struct rt_route **ret, size_t *ret_len)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *message = netlink_message(buffer, RTM_GETROUTE, 0);
	struct rtmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	struct rt_list list = { .item_size = sizeof(**ret) };
	int err;

	info->rtm_family = AF_INET;
	if (table)
		put_filter(message, info, table, index);
	err = netlink_dump(netlink, message, add_route, &list, &list.len);
	if (table && err == -ENOENT) /* nothing was ever put into this table */
		err = 0;
	if (table)
		list.len = filter((struct rt_route *)(void *)list.items, list.len, table, index);
	return rt_list_take(&list, err, ret, ret_len);
}

static uint8_t type_of(const struct rt_route *route)
{
	if (route->index)
		return RTN_UNICAST;
	return route->is_throw ? RTN_THROW : RTN_UNREACHABLE;
}

static int change_route(
	struct netlink *netlink, uint16_t type, uint16_t flags, const struct rt_route *route)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *message = netlink_message(buffer, type, flags);
	struct rtmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));

	info->rtm_family = AF_INET;
	info->rtm_dst_len = route->destination.len;
	info->rtm_table = RT_TABLE_UNSPEC;
	info->rtm_protocol = RT_PROTOCOL;
	info->rtm_scope = route->index ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	info->rtm_type = type_of(route);
	mnl_attr_put_u32(message, RTA_TABLE, route->table);
	mnl_attr_put_u32(message, RTA_DST, route->destination.addr.v4);
	if (route->index)
		mnl_attr_put_u32(message, RTA_OIF, (uint32_t)route->index);
	mnl_attr_put_u32(message, RTA_PRIORITY, route->priority);
	return netlink_request(netlink, message);
}

int rt_route_add(struct netlink *netlink, const struct rt_route *route)
{
	return change_route(netlink, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND, route);
}

int rt_route_delete(struct netlink *netlink, const struct rt_route *route)
{
	return change_route(netlink, RTM_DELROUTE, 0, route);
}
