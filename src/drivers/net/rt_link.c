/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links and addresses over rtnetlink.
 */
#include "drivers/net/rt.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

struct links {
	struct rt_link *items;
	size_t len;
};

struct addresses {
	struct rt_address *items;
	size_t len;
};

static void copy_text(char *ret, size_t size, const struct nlattr *attribute)
{
	strncpy(ret, mnl_attr_get_str(attribute), size - 1);
	ret[size - 1] = '\0';
}

static void read_link(const struct nlmsghdr *message, struct rt_link *ret)
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
	struct links *links = arg;

	links->items = xreallocarray(links->items, links->len + 1, sizeof(*links->items));
	read_link(message, &links->items[links->len++]);
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
	struct links links = { 0 };
	int err = netlink_dump(netlink, message, add_link, &links, &links.len);

	if (err < 0) {
		free(links.items);
		return err;
	}
	*ret = links.items;
	*ret_len = links.len;
	return 0;
}

int rt_link_find(struct netlink *netlink, const char *name, struct rt_link *ret)
{
	AUTO_FREE struct rt_link *links = NULL;
	size_t len;
	int err = rt_links(netlink, &links, &len);

	if (err < 0)
		return err;
	for (size_t i = 0; i < len; i++)
		if (strcmp(links[i].name, name) == 0) {
			*ret = links[i];
			return 0;
		}
	return -ENODEV;
}

int rt_link_set(struct netlink *netlink, int index, bool up, uint32_t mtu, const char *alias)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct ifinfomsg *info;
	struct nlmsghdr *message = link_message(buffer, RTM_NEWLINK, index, &info);

	info->ifi_change = IFF_UP;
	info->ifi_flags = up ? IFF_UP : 0;
	if (mtu)
		mnl_attr_put_u32(message, IFLA_MTU, mtu);
	if (alias)
		mnl_attr_put_strz(message, IFLA_IFALIAS, alias);
	return netlink_request(netlink, message);
}

int rt_link_delete(struct netlink *netlink, int index)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct ifinfomsg *info;
	struct nlmsghdr *message = link_message(buffer, RTM_DELLINK, index, &info);

	return netlink_request(netlink, message);
}

int rt_link_move(struct netlink *netlink, int index, int namespace_fd, uint32_t group)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct ifinfomsg *info;
	struct nlmsghdr *message = link_message(buffer, RTM_NEWLINK, index, &info);

	mnl_attr_put_u32(message, IFLA_NET_NS_FD, (uint32_t)namespace_fd);
	mnl_attr_put_u32(message, IFLA_GROUP, group);
	return netlink_request(netlink, message);
}

static int add_address(const struct nlmsghdr *message, void *arg)
{
	struct addresses *addresses = arg;
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(message);
	struct rt_address address = { .index = (int)info->ifa_index,
		.prefix = { .len = info->ifa_prefixlen } };
	struct nlattr *attribute;

	NETLINK_FOR_EACH (attribute, message, sizeof(*info))
		if (mnl_attr_get_type(attribute) == IFA_LOCAL)
			address.prefix.addr.v4 = mnl_attr_get_u32(attribute);
	addresses->items =
		xreallocarray(addresses->items, addresses->len + 1, sizeof(*addresses->items));
	addresses->items[addresses->len++] = address;
	return MNL_CB_OK;
}

int rt_addresses(struct netlink *netlink, struct rt_address **ret, size_t *ret_len)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *message = netlink_message(buffer, RTM_GETADDR, 0);
	struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	struct addresses addresses = { 0 };
	int err;

	info->ifa_family = AF_INET;
	err = netlink_dump(netlink, message, add_address, &addresses, &addresses.len);
	if (err < 0) {
		free(addresses.items);
		return err;
	}
	*ret = addresses.items;
	*ret_len = addresses.len;
	return 0;
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
