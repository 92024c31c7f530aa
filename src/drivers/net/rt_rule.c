/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policy rules over rtnetlink.
 */
#include "drivers/net/rt.h"
#include "drivers/net/rt_list.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

bool rt_read_rule(const struct nlmsghdr *message, struct rt_rule *ret)
{
	const struct fib_rule_hdr *info = mnl_nlmsg_get_payload(message);
	struct nlattr *attribute;
	uint8_t protocol = 0;

	*ret = (struct rt_rule){ .table = info->table,
		.is_unreachable = info->action == FR_ACT_UNREACHABLE };
	NETLINK_FOR_EACH (attribute, message, sizeof(*info)) {
		switch (mnl_attr_get_type(attribute)) {
		case FRA_TABLE:
			ret->table = mnl_attr_get_u32(attribute);
			break;
		case FRA_PRIORITY:
			ret->preference = mnl_attr_get_u32(attribute);
			break;
		case FRA_IIFNAME:
			strncpy(ret->in_interface, mnl_attr_get_str(attribute), IFNAMSIZ - 1);
			break;
		case FRA_SUPPRESS_PREFIXLEN:
			ret->without_default = mnl_attr_get_u32(attribute) == 0;
			break;
		case FRA_PROTOCOL:
			protocol = mnl_attr_get_u8(attribute);
			break;
		default:
			break;
		}
	}
	return protocol == RT_PROTOCOL;
}

static int add_rule(const struct nlmsghdr *message, void *arg)
{
	struct rt_rule rule;

	if (rt_read_rule(message, &rule))
		*(struct rt_rule *)rt_list_add(arg) = rule;
	return MNL_CB_OK;
}

int rt_rules(struct netlink *netlink, struct rt_rule **ret, size_t *ret_len)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *message = netlink_message(buffer, RTM_GETRULE, 0);
	struct fib_rule_hdr *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	struct rt_list list = { .item_size = sizeof(**ret) };
	int err;

	info->family = AF_INET;
	err = netlink_dump(netlink, message, add_rule, &list, &list.len);
	return rt_list_take(&list, err, ret, ret_len);
}

static int change_rule(
	struct netlink *netlink, uint16_t type, uint16_t flags, const struct rt_rule *rule)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *message = netlink_message(buffer, type, flags);
	struct fib_rule_hdr *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));

	info->family = AF_INET;
	info->table = RT_TABLE_UNSPEC;
	info->action = rule->is_unreachable ? FR_ACT_UNREACHABLE : FR_ACT_TO_TBL;
	if (!rule->is_unreachable)
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
