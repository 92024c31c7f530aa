/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routes over rtnetlink.
 */
#include "drivers/net/rt.h"
#include "drivers/net/rt_list.h"

#include <linux/rtnetlink.h>

bool rt_read_route(const struct nlmsghdr *message, struct rt_route *ret)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(message);
	struct nlattr *attribute;

	if (info->rtm_protocol != RT_PROTOCOL || info->rtm_flags & RTM_F_CLONED)
		return false;
	*ret = (struct rt_route){ .table = info->rtm_table,
		.destination = { .len = info->rtm_dst_len } };
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

int rt_routes(struct netlink *netlink, struct rt_route **ret, size_t *ret_len)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *message = netlink_message(buffer, RTM_GETROUTE, 0);
	struct rtmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	struct rt_list list = { .item_size = sizeof(**ret) };
	int err;

	info->rtm_family = AF_INET;
	err = netlink_dump(netlink, message, add_route, rt_list_empty, &list);
	return rt_list_take(&list, err, ret, ret_len);
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
	info->rtm_type = route->index ? RTN_UNICAST : RTN_UNREACHABLE;
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
