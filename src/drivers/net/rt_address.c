/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IPv4 addresses over rtnetlink. Ours carry RT_PROTOCOL where the kernel keeps it (since 5.18).
 */
#include "drivers/net/rt.h"
#include "drivers/net/rt_list.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

void rt_read_address(const struct nlmsghdr *message, struct rt_address *ret)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(message);
	struct nlattr *attribute;

	*ret = (struct rt_address){ .index = (int)info->ifa_index,
		.prefix = { .len = info->ifa_prefixlen },
		.is_permanent = info->ifa_flags & IFA_F_PERMANENT };
	NETLINK_FOR_EACH (attribute, message, sizeof(*info)) {
		if (mnl_attr_get_type(attribute) == IFA_LOCAL)
			ret->prefix.addr.v4 = mnl_attr_get_u32(attribute);
		else if (mnl_attr_get_type(attribute) == IFA_PROTO)
			ret->is_own = mnl_attr_get_u8(attribute) == RT_PROTOCOL;
	}
}

static int add_address(const struct nlmsghdr *message, void *arg)
{
	rt_read_address(message, rt_list_add(arg));
	return MNL_CB_OK;
}

int rt_addresses(struct netlink *netlink, struct rt_address **ret, size_t *ret_len)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *message = netlink_message(buffer, RTM_GETADDR, 0);
	struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	struct rt_list list = { .item_size = sizeof(**ret) };
	int err;

	info->ifa_family = AF_INET;
	err = netlink_dump(netlink, message, add_address, &list, &list.len);
	return rt_list_take(&list, err, ret, ret_len);
}

static int change_address(
	struct netlink *netlink, uint16_t type, uint16_t flags, const struct rt_address *address)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *message = netlink_message(buffer, type, flags);
	struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));

	info->ifa_family = AF_INET;
	info->ifa_prefixlen = address->prefix.len;
	info->ifa_index = (uint32_t)address->index;
	mnl_attr_put_u32(message, IFA_LOCAL, address->prefix.addr.v4);
	mnl_attr_put_u32(message, IFA_ADDRESS, address->prefix.addr.v4);
	if (address->is_own)
		mnl_attr_put_u8(message, IFA_PROTO, RT_PROTOCOL);
	return netlink_request(netlink, message);
}

int rt_address_add(struct netlink *netlink, const struct rt_address *address)
{
	return change_address(netlink, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, address);
}

int rt_address_delete(struct netlink *netlink, const struct rt_address *address)
{
	return change_address(netlink, RTM_DELADDR, 0, address);
}
