/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading rtnetlink's multicast groups.
 */
#include "drivers/net/monitor.h"

#include "base/loop.h"
#include "drivers/net/rt.h"

#include <errno.h>
#include <linux/rtnetlink.h>

struct monitor {
	struct mnl_socket *socket;
	struct loop_io *io;
	uint32_t own_port;
	struct monitor_calls calls;
};

int monitor_open(struct monitor **ret)
{
	static const int groups[] = { RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV4_ROUTE,
		RTNLGRP_IPV4_RULE };
	CLEANUP(monitor_closep) struct monitor *monitor = xcalloc(1, sizeof(*monitor));

	monitor->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!monitor->socket || mnl_socket_bind(monitor->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		int group = groups[i];

		if (mnl_socket_setsockopt(
			    monitor->socket, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
			return -errno;
	}
	*ret = TAKE_PTR(monitor);
	return 0;
}

void monitor_close(struct monitor *monitor)
{
	if (!monitor)
		return;
	loop_io_free(monitor->io);
	if (monitor->socket)
		mnl_socket_close(monitor->socket);
	free(monitor);
}

static void tell_removed(struct monitor *monitor, const char *link)
{
	if (monitor->calls.removed)
		monitor->calls.removed(monitor->calls.arg, link);
}

static void tell_link(struct monitor *monitor, const struct nlmsghdr *message)
{
	struct rt_link link;

	rt_read_link(message, &link);
	if (message->nlmsg_type == RTM_DELLINK) {
		tell_removed(monitor, link.name);
		return;
	}
	if (!link.is_up && monitor->calls.is_down)
		monitor->calls.is_down(monitor->calls.arg, link.name);
	if (monitor->calls.is_there)
		monitor->calls.is_there(monitor->calls.arg, link.name);
}

/* Routes and rules of others come and go as a routing daemon likes: they are no business of ours.
 */
static bool is_ours(const struct nlmsghdr *message)
{
	struct rt_route route;
	struct rt_rule rule;

	switch (message->nlmsg_type) {
	case RTM_DELROUTE:
		return rt_read_route(message, &route);
	case RTM_DELRULE:
		return rt_read_rule(message, &rule);
	default:
		return true;
	}
}

static int read_notice(const struct nlmsghdr *message, void *arg)
{
	struct monitor *monitor = arg;

	switch (message->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		tell_link(monitor, message);
		break;
	case RTM_DELADDR:
	case RTM_DELROUTE:
	case RTM_DELRULE:
		if (message->nlmsg_pid != monitor->own_port && is_ours(message))
			tell_removed(monitor, NULL);
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

static void ready(void *arg, int events)
{
	struct monitor *monitor = arg;
	char buffer[16384];

	(void)events;
	for (;;) {
		ssize_t size = mnl_socket_recvfrom(monitor->socket, buffer, sizeof(buffer));

		if (size < 0 && errno == ENOBUFS) { /* notices were lost: look yourself */
			tell_removed(monitor, NULL);
			continue;
		}
		if (size <= 0)
			return;
		(void)mnl_cb_run(buffer, (size_t)size, 0, 0, read_notice, monitor);
	}
}

void monitor_start(struct monitor *monitor, struct loop *loop, uint32_t own_port,
	const struct monitor_calls *calls)
{
	monitor->own_port = own_port;
	monitor->calls = *calls;
	monitor->io =
		loop_io_new(loop, mnl_socket_get_fd(monitor->socket), LOOP_READ, ready, monitor);
}
