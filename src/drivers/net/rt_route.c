/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routes and rules over rtnetlink.
 */
#include "drivers/net/rt.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <string.h>

struct routes {
	struct rt_route *items;
	size_t len;
};

struct rules {
	struct rt_rule *items;
	size_t len;
};

static int add_route(const struct nlmsghdr *message, void *arg)
{
	struct routes *routes = arg;
	const struct rtmsg *info = mnl_nlmsg_get_payload(message);
	struct rt_route route = { .table = info->rtm_table,
		.destination = { .len = info->rtm_dst_len } };
	struct nlattr *attribute;

	if (info->rtm_protocol != RT_PROTOCOL || info->rtm_flags & RTM_F_CLONED)
		return MNL_CB_OK;
	NETLINK_FOR_EACH (attribute, message, sizeof(*info)) {
		switch (mnl_attr_get_type(attribute)) {
		case RTA_TABLE:
			route.table = mnl_attr_get_u32(attribute);
			break;
		case RTA_DST:
			route.destination.addr.v4 = mnl_attr_get_u32(attribute);
			break;
		case RTA_OIF:
			route.index = (int)mnl_attr_get_u32(attribute);
			break;
		case RTA_PRIORITY:
			route.priority = mnl_attr_get_u32(attribute);
			break;
		default:
			break;
		}
	}
	routes->items = xreallocarray(routes->items, routes->len + 1, sizeof(*routes->items));
	routes->items[routes->len++] = route;
	return MNL_CB_OK;
}

int rt_routes(struct netlink *netlink, struct rt_route **ret, size_t *ret_len)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *message = netlink_message(buffer, RTM_GETROUTE, 0);
	struct rtmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	struct routes routes = { 0 };
	int err;

	info->rtm_family = AF_INET;
	err = netlink_dump(netlink, message, add_route, &routes, &routes.len);
	if (err < 0) {
		free(routes.items);
		return err;
	}
	*ret = routes.items;
	*ret_len = routes.len;
	return 0;
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
	info->rtm_scope = RT_SCOPE_LINK;
	info->rtm_type = RTN_UNICAST;
	mnl_attr_put_u32(message, RTA_TABLE, route->table);
	mnl_attr_put_u32(message, RTA_DST, route->destination.addr.v4);
	mnl_attr_put_u32(message, RTA_OIF, (uint32_t)route->index);
	mnl_attr_put_u32(message, RTA_PRIORITY, route->priority);
	return netlink_request(netlink, message);
}

int rt_route_add(struct netlink *netlink, const struct rt_route *route)
{
	/* Appended: NLM_F_EXCL would refuse one of the same destination and priority that leads
	 * elsewhere (two connections while their weights are exchanged). The first one carries. */
	return change_route(netlink, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND, route);
}

int rt_route_delete(struct netlink *netlink, const struct rt_route *route)
{
	return change_route(netlink, RTM_DELROUTE, 0, route);
}

static int add_rule(const struct nlmsghdr *message, void *arg)
{
	struct rules *rules = arg;
	const struct fib_rule_hdr *info = mnl_nlmsg_get_payload(message);
	struct rt_rule rule = { .table = info->table };
	struct nlattr *attribute;
	uint8_t protocol = 0;

	NETLINK_FOR_EACH (attribute, message, sizeof(*info)) {
		switch (mnl_attr_get_type(attribute)) {
		case FRA_TABLE:
			rule.table = mnl_attr_get_u32(attribute);
			break;
		case FRA_PRIORITY:
			rule.preference = mnl_attr_get_u32(attribute);
			break;
		case FRA_IIFNAME:
			strncpy(rule.in_interface, mnl_attr_get_str(attribute), IFNAMSIZ - 1);
			break;
		case FRA_SUPPRESS_PREFIXLEN:
			rule.without_default = mnl_attr_get_u32(attribute) == 0;
			break;
		case FRA_PROTOCOL:
			protocol = mnl_attr_get_u8(attribute);
			break;
		default:
			break;
		}
	}
	if (protocol != RT_PROTOCOL)
		return MNL_CB_OK;
	rules->items = xreallocarray(rules->items, rules->len + 1, sizeof(*rules->items));
	rules->items[rules->len++] = rule;
	return MNL_CB_OK;
}

int rt_rules(struct netlink *netlink, struct rt_rule **ret, size_t *ret_len)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *message = netlink_message(buffer, RTM_GETRULE, 0);
	struct fib_rule_hdr *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	struct rules rules = { 0 };
	int err;

	info->family = AF_INET;
	err = netlink_dump(netlink, message, add_rule, &rules, &rules.len);
	if (err < 0) {
		free(rules.items);
		return err;
	}
	*ret = rules.items;
	*ret_len = rules.len;
	return 0;
}

static int change_rule(
	struct netlink *netlink, uint16_t type, uint16_t flags, const struct rt_rule *rule)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *message = netlink_message(buffer, type, flags);
	struct fib_rule_hdr *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));

	info->family = AF_INET;
	info->table = RT_TABLE_UNSPEC;
	info->action = FR_ACT_TO_TBL;
	mnl_attr_put_u32(message, FRA_TABLE, rule->table);
	mnl_attr_put_u32(message, FRA_PRIORITY, rule->preference);
	mnl_attr_put_u8(message, FRA_PROTOCOL, RT_PROTOCOL);
	if (*rule->in_interface)
		mnl_attr_put_strz(message, FRA_IIFNAME, rule->in_interface);
	if (rule->without_default)
		mnl_attr_put_u32(message, FRA_SUPPRESS_PREFIXLEN, 0);
	return netlink_request(netlink, message);
}

int rt_rule_add(struct netlink *netlink, const struct rt_rule *rule)
{
	return change_rule(netlink, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, rule);
}

int rt_rule_delete(struct netlink *netlink, const struct rt_rule *rule)
{
	return change_rule(netlink, RTM_DELRULE, 0, rule);
}
