/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rtnetlink over libmnl, with own sequence numbers.
 */
#include "drivers/net/netlink.h"

#include <errno.h>
#include <linux/rtnetlink.h>

#define DUMP_TRIES 10

struct netlink {
	struct mnl_socket *socket;
	uint32_t sequence;
	char buffer[32768]; /* larger than MNL_SOCKET_BUFFER_SIZE can be */
};

int netlink_open(struct netlink **ret)
{
	CLEANUP(netlink_closep) struct netlink *netlink = xcalloc(1, sizeof(*netlink));

	netlink->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!netlink->socket || mnl_socket_bind(netlink->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	/* Dumps are filtered by the kernel; one that cannot answers with more. */
	(void)mnl_socket_setsockopt(
		netlink->socket, NETLINK_GET_STRICT_CHK, &(int){ 1 }, sizeof(int));
	*ret = TAKE_PTR(netlink);
	return 0;
}

void netlink_close(struct netlink *netlink)
{
	if (!netlink)
		return;
	if (netlink->socket)
		mnl_socket_close(netlink->socket);
	free(netlink);
}

struct nlmsghdr *netlink_message(
	char buffer[static NETLINK_REQUEST_SIZE], uint16_t type, uint16_t flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	return message;
}

/* The next datagram of the answer to `sequence`. What is left of an answer that was given up, as
 * after an interrupted dump, is passed over: it must not be taken for this one's. */
static ssize_t receive(struct netlink *netlink, uint32_t sequence)
{
	for (;;) {
		const struct nlmsghdr *first = (const void *)netlink->buffer;
		ssize_t size = mnl_socket_recvfrom(
			netlink->socket, netlink->buffer, sizeof(netlink->buffer));

		if (size < 0)
			return -errno;
		if (mnl_nlmsg_ok(first, (int)size) && first->nlmsg_seq == sequence)
			return size;
	}
}

static int run(struct netlink *netlink, struct nlmsghdr *message, mnl_cb_t each, void *arg)
{
	uint32_t port = mnl_socket_get_portid(netlink->socket);
	int more = MNL_CB_OK;

	message->nlmsg_seq = ++netlink->sequence;
	if (mnl_socket_sendto(netlink->socket, message, message->nlmsg_len) < 0)
		return -errno;
	while (more > MNL_CB_STOP) {
		ssize_t size = receive(netlink, message->nlmsg_seq);

		if (size < 0)
			return (int)size;
		errno = 0;
		more = mnl_cb_run(
			netlink->buffer, (size_t)size, message->nlmsg_seq, port, each, arg);
		if (more < 0)
			return errno ? -errno : -EPROTO;
	}
	return 0;
}

int netlink_request(struct netlink *netlink, struct nlmsghdr *message)
{
	return run(netlink, message, NULL, NULL);
}

int netlink_get(struct netlink *netlink, struct nlmsghdr *message, mnl_cb_t each, void *arg)
{
	return run(netlink, message, each, arg);
}

int netlink_dump(
	struct netlink *netlink, struct nlmsghdr *message, mnl_cb_t each, void *arg, size_t *len)
{
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	for (int i = 0; i < DUMP_TRIES; i++) {
		int err;

		*len = 0;
		err = run(netlink, message, each, arg);
		if (err != -EINTR) /* libmnl's word for NLM_F_DUMP_INTR */
			return err;
	}
	return -EAGAIN;
}

uint32_t netlink_port(const struct netlink *netlink)
{
	return mnl_socket_get_portid(netlink->socket);
}
