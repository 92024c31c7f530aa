/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links over rtnetlink.
 */
#include "drivers/net/rt.h"
#include "drivers/net/rt_list.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

static void copy_text(char *ret, size_t size, const struct nlattr *attribute)
{
	strncpy(ret, mnl_attr_get_str(attribute), size - 1);
	ret[size - 1] = '\0';
}

void rt_read_link(const struct nlmsghdr *message, struct rt_link *ret)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	struct nlattr *attribute;

	*ret = (struct rt_link){ .index = info->ifi_index, .is_up = info->ifi_flags & IFF_UP };
	NETLINK_FOR_EACH (attribute, message, sizeof(*info)) {
		switch (mnl_attr_get_type(attribute)) {
		case IFLA_IFNAME:
			copy_text(ret->name, sizeof(ret->name), attribute);
			break;
		case IFLA_IFALIAS:
			copy_text(ret->alias, sizeof(ret->alias), attribute);
			break;
		case IFLA_MTU:
			ret->mtu = mnl_attr_get_u32(attribute);
			break;
		case IFLA_GROUP:
			ret->group = mnl_attr_get_u32(attribute);
			break;
		default:
			break;
		}
	}
}

static int add_link(const struct nlmsghdr *message, void *arg)
{
	rt_read_link(message, rt_list_add(arg));
	return MNL_CB_OK;
}

static struct nlmsghdr *link_message(
	char buffer[static NETLINK_REQUEST_SIZE], uint16_t type, int index, struct ifinfomsg **ret)
{
	struct nlmsghdr *message = netlink_message(buffer, type, 0);

	*ret = mnl_nlmsg_put_extra_header(message, sizeof(**ret));
	(*ret)->ifi_family = AF_UNSPEC;
	(*ret)->ifi_index = index;
	return message;
}

int rt_links(struct netlink *netlink, struct rt_link **ret, size_t *ret_len)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct ifinfomsg *info;
	struct nlmsghdr *message = link_message(buffer, RTM_GETLINK, 0, &info);
	struct rt_list list = { .item_size = sizeof(**ret) };
	int err;

	mnl_attr_put_u32(message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	err = netlink_dump(netlink, message, add_link, &list, &list.len);

	return rt_list_take(&list, err, ret, ret_len);
}

static int read_one(const struct nlmsghdr *message, void *arg)
{
	rt_read_link(message, arg);
	return MNL_CB_OK;
}

int rt_link_find(struct netlink *netlink, const char *name, struct rt_link *ret)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct ifinfomsg *info;
	struct nlmsghdr *message = link_message(buffer, RTM_GETLINK, 0, &info);
	struct rt_link link = { 0 };
	int err;

	mnl_attr_put_strz(message, IFLA_IFNAME, name);
	err = netlink_get(netlink, message, read_one, &link);
	if (!err)
		*ret = link;
	return err;
}

static void put_flags(struct ifinfomsg *info, bool up)
{
	info->ifi_change = IFF_UP;
	info->ifi_flags = up ? IFF_UP : 0;
}

int rt_link_set(struct netlink *netlink, int index, bool up, uint32_t mtu, const char *alias)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct ifinfomsg *info;
	struct nlmsghdr *message = link_message(buffer, RTM_NEWLINK, index, &info);

	put_flags(info, up);
	if (mtu)
		mnl_attr_put_u32(message, IFLA_MTU, mtu);
	if (alias)
		mnl_attr_put_strz(message, IFLA_IFALIAS, alias);
	return netlink_request(netlink, message);
}

int rt_link_limit(struct netlink *netlink, int index, uint32_t size)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct ifinfomsg *info;
	struct nlmsghdr *message = link_message(buffer, RTM_NEWLINK, index, &info);

	mnl_attr_put_u32(message, IFLA_GSO_MAX_SIZE, size);
	return netlink_request(netlink, message);
}

int rt_link_delete(struct netlink *netlink, int index)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct ifinfomsg *info;
	struct nlmsghdr *message = link_message(buffer, RTM_DELLINK, index, &info);

	return netlink_request(netlink, message);
}

static void put_mark(struct nlmsghdr *message, uint32_t group, const char *alias)
{
	mnl_attr_put_u32(message, IFLA_GROUP, group);
	mnl_attr_put_strz(message, IFLA_IFALIAS, alias);
}

int rt_link_move(struct netlink *netlink, int index, int namespace_fd, const struct rt_link *state)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct ifinfomsg *info;
	struct nlmsghdr *message = link_message(buffer, RTM_NEWLINK, index, &info);

	put_flags(info, state->is_up);
	mnl_attr_put_u32(message, IFLA_NET_NS_FD, (uint32_t)namespace_fd);
	put_mark(message, state->group, state->alias);
	return netlink_request(netlink, message);
}

int rt_link_mark(struct netlink *netlink, int index, uint32_t group, const char *alias)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct ifinfomsg *info;
	struct nlmsghdr *message = link_message(buffer, RTM_NEWLINK, index, &info);

	put_mark(message, group, alias);
	return netlink_request(netlink, message);
}
