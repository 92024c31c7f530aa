/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policy rules over rtnetlink.
 */
#include "drivers/net/rt.h"
#include "drivers/net/rt_list.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

static const uint8_t actions[] = { [RT_LOOKUP] = FR_ACT_TO_TBL,
	[RT_GOTO] = FR_ACT_GOTO,
	[RT_NOP] = FR_ACT_NOP,
	[RT_UNREACHABLE] = FR_ACT_UNREACHABLE };

/* False: an action we never use. */
static bool read_action(uint8_t action, enum rt_action *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		if (actions[i] != action)
			continue;
		*ret = (enum rt_action)i;
		return true;
	}
	return false;
}

bool rt_read_rule(const struct nlmsghdr *message, struct rt_rule *ret)
{
	const struct fib_rule_hdr *info = mnl_nlmsg_get_payload(message);
	struct nlattr *attribute;
	uint8_t protocol = 0;

	*ret = (struct rt_rule){ .table = info->table,
		.source = { .len = info->src_len },
		.destination = { .len = info->dst_len } };
	if (!read_action(info->action, &ret->action))
		return false;
	NETLINK_FOR_EACH (attribute, message, sizeof(*info)) {
		switch (mnl_attr_get_type(attribute)) {
		case FRA_TABLE:
			ret->table = mnl_attr_get_u32(attribute);
			break;
		case FRA_PRIORITY:
			ret->preference = mnl_attr_get_u32(attribute);
			break;
		case FRA_GOTO:
			ret->target = mnl_attr_get_u32(attribute);
			break;
		case FRA_SRC:
			ret->source.addr.v4 = mnl_attr_get_u32(attribute);
			break;
		case FRA_DST:
			ret->destination.addr.v4 = mnl_attr_get_u32(attribute);
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

static void put_prefix(
	struct nlmsghdr *message, uint16_t type, struct prefix prefix, uint8_t *ret_len)
{
	*ret_len = prefix.len;
	if (prefix.len)
		mnl_attr_put_u32(message, type, prefix.addr.v4);
}

static int change_rule(
	struct netlink *netlink, uint16_t type, uint16_t flags, const struct rt_rule *rule)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *message = netlink_message(buffer, type, flags);
	struct fib_rule_hdr *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));

	info->family = AF_INET;
	info->table = RT_TABLE_UNSPEC;
	info->action = actions[rule->action];
	if (rule->action == RT_LOOKUP)
		mnl_attr_put_u32(message, FRA_TABLE, rule->table);
	if (rule->action == RT_GOTO)
		mnl_attr_put_u32(message, FRA_GOTO, rule->target);
	put_prefix(message, FRA_SRC, rule->source, &info->src_len);
	put_prefix(message, FRA_DST, rule->destination, &info->dst_len);
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
