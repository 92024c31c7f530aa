/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Socket I/O. With IP_MTU_DISCOVER=DO the kernel refuses what the path cannot take; the size comes
 * from the error queue, because an unconnected socket has no IP_MTU. Errors that ICMP left on the
 * socket belong to some earlier packet of any peer: they are drained and the send is tried again.
 */
#include "espd/wire.h"

#include "base/loop.h"
#include "espd/ipv4.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define DATAGRAM_MAX 65536
#define CONTROL_SIZE 64
#define UDP_HEADER 8
#define SEND_TRIES 4
#define ERRORS_MAX 64

struct wire_buffers {
	struct mmsghdr messages[WIRE_BURST];
	struct iovec parts[WIRE_BURST];
	struct sockaddr_in sources[WIRE_BURST];
	union {
		uint8_t bytes[CONTROL_SIZE];
		struct cmsghdr align;
	} controls[WIRE_BURST];
	uint8_t bytes[WIRE_BURST][DATAGRAM_MAX];
};

struct wire_buffers *wire_buffers_new(void)
{
	struct wire_buffers *buffers = xcalloc(1, sizeof(*buffers));

	for (int i = 0; i < WIRE_BURST; i++) {
		struct msghdr *message = &buffers->messages[i].msg_hdr;

		buffers->parts[i] = (struct iovec){ buffers->bytes[i], DATAGRAM_MAX };
		message->msg_iov = &buffers->parts[i];
		message->msg_iovlen = 1;
		message->msg_name = &buffers->sources[i];
		message->msg_control = buffers->controls[i].bytes;
	}
	return buffers;
}

void wire_buffers_free(struct wire_buffers *buffers)
{
	free(buffers);
}

static bool is_bound(const struct espd_socket *config, int fd)
{
	int type = config->kind == ESPD_SOCKET_ESP ? SOCK_RAW : SOCK_DGRAM;
	int protocol = config->kind == ESPD_SOCKET_ESP ? IPPROTO_ESP : IPPROTO_UDP;
	int port = config->kind == ESPD_SOCKET_IKE ? IKE_PORT : NATT_PORT;
	struct sockaddr_in address = { 0 };
	socklen_t size = sizeof(address), int_size = sizeof(int);
	int got_type, got_protocol;

	if (getsockname(fd, (struct sockaddr *)&address, &size) < 0 ||
		getsockopt(fd, SOL_SOCKET, SO_TYPE, &got_type, &int_size) < 0 ||
		getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &got_protocol, &int_size) < 0)
		return false;
	return address.sin_family == AF_INET && got_type == type && got_protocol == protocol &&
	       address.sin_addr.s_addr == config->local_address &&
	       (type == SOCK_RAW || ntohs(address.sin_port) == port);
}

static int set_option(int fd, int option, int value)
{
	return setsockopt(fd, SOL_IP, option, &value, sizeof(value)) < 0 ? -errno : 0;
}

int wire_prepare(const struct espd_socket *config, int fd)
{
	if (config->kind < ESPD_SOCKET_IKE || config->kind > ESPD_SOCKET_ESP ||
		!config->local_address || !is_bound(config, fd))
		return -EINVAL;
	if (set_option(fd, IP_MTU_DISCOVER, IP_PMTUDISC_DO) < 0 ||
		set_option(fd, IP_RECVERR, 1) < 0 || set_option(fd, IP_RECVTOS, 1) < 0)
		return -EINVAL;
	return 0;
}

/* Empties the error queue; the last MTU that was told for this destination, or 0. */
static uint32_t drain_errors(int fd, uint32_t destination)
{
	uint32_t mtu = 0;

	for (int i = 0; i < ERRORS_MAX; i++) {
		union {
			uint8_t bytes[256];
			struct cmsghdr align;
		} control;
		struct sockaddr_in to = { 0 };
		struct msghdr message = { .msg_name = &to,
			.msg_namelen = sizeof(to),
			.msg_control = control.bytes,
			.msg_controllen = sizeof(control.bytes) };

		if (recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			break;
		for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
			struct sock_extended_err error;

			if (c->cmsg_level != SOL_IP || c->cmsg_type != IP_RECVERR)
				continue;
			memcpy(&error, CMSG_DATA(c), sizeof(error));
			if (error.ee_errno == EMSGSIZE && to.sin_addr.s_addr == destination)
				mtu = error.ee_info;
		}
	}
	return mtu;
}

static uint8_t find_tos(struct msghdr *message)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c))
		if (c->cmsg_level == SOL_IP && c->cmsg_type == IP_TOS)
			return *(uint8_t *)CMSG_DATA(c);
	return 0;
}

static void strip_ip_header(struct datagram *datagram)
{
	struct ipv4 ipv4;

	if (ipv4_parse(datagram->bytes, datagram->size, &ipv4) < 0) {
		datagram->truncated = true;
		return;
	}
	datagram->tos = ipv4.tos;
	datagram->bytes += ipv4.header_size;
	datagram->size = (size_t)ipv4.size - ipv4.header_size;
}

size_t wire_receive(const struct wire *wire, struct wire_buffers *buffers,
	struct datagram ret[static WIRE_BURST])
{
	int got;

	for (int i = 0; i < WIRE_BURST; i++) {
		buffers->messages[i].msg_hdr.msg_namelen = sizeof(buffers->sources[i]);
		buffers->messages[i].msg_hdr.msg_controllen = CONTROL_SIZE;
	}
	got = recvmmsg(wire->fd, buffers->messages, WIRE_BURST, MSG_DONTWAIT, NULL);
	if (got < 0)
		(void)drain_errors(wire->fd, 0);
	for (int i = 0; i < got; i++) {
		struct msghdr *message = &buffers->messages[i].msg_hdr;

		ret[i] = (struct datagram){ .bytes = buffers->bytes[i],
			.size = buffers->messages[i].msg_len,
			.source = buffers->sources[i].sin_addr.s_addr,
			.source_port = ntohs(buffers->sources[i].sin_port),
			.tos = find_tos(message),
			.truncated = (message->msg_flags & MSG_TRUNC) != 0 };
		if (wire->config.kind == ESPD_SOCKET_ESP)
			strip_ip_header(&ret[i]);
	}
	return got < 0 ? 0 : (size_t)got;
}

static int send_once(const struct wire *wire, uint32_t destination, uint16_t port, uint8_t tos,
	const uint8_t *bytes, size_t size)
{
	union {
		uint8_t bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = destination,
		.sin_port = wire->config.kind == ESPD_SOCKET_ESP ? 0 : htons(port),
	};
	struct iovec part = { (void *)(uintptr_t)bytes, size };
	struct msghdr message = {
		.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &part, .msg_iovlen = 1
	};

	if (tos) {
		int value = tos;
		struct cmsghdr *c;

		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		c = CMSG_FIRSTHDR(&message);
		c->cmsg_level = SOL_IP;
		c->cmsg_type = IP_TOS;
		c->cmsg_len = CMSG_LEN(sizeof(value));
		memcpy(CMSG_DATA(c), &value, sizeof(value));
	}
	return sendmsg(wire->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int wire_send(const struct wire *wire, uint32_t destination, uint16_t port, uint8_t tos,
	const uint8_t *bytes, size_t size, uint32_t *ret_mtu)
{
	size_t outer = IPV4_HEADER_MIN + (wire->config.kind == ESPD_SOCKET_ESP ? 0 : UDP_HEADER);
	int err = -EIO;

	for (int try = 0; try < SEND_TRIES; try++) {
		uint32_t mtu;

		err = send_once(wire, destination, port, tos, bytes, size);
		if (!err || err == -EAGAIN || err == -ENOBUFS)
			return err;
		mtu = drain_errors(wire->fd, destination);
		if (err == -EMSGSIZE && mtu && size + outer > mtu) {
			*ret_mtu = mtu;
			return err;
		}
	}
	return err == -EMSGSIZE ? -EIO : err;
}

int wire_send_fragmentable(const struct wire *wire, uint32_t destination, uint16_t port,
	const uint8_t *bytes, size_t size)
{
	uint32_t mtu;
	int err = wire_send(wire, destination, port, 0, bytes, size, &mtu);

	if (err != -EMSGSIZE)
		return err;
	if (set_option(wire->fd, IP_MTU_DISCOVER, IP_PMTUDISC_DONT) < 0)
		return -EIO;
	err = wire_send(wire, destination, port, 0, bytes, size, &mtu);
	if (set_option(wire->fd, IP_MTU_DISCOVER, IP_PMTUDISC_DO) < 0)
		return -EIO;
	return err;
}

static int compare(const struct wire *wire, uint32_t kind, uint32_t local_address)
{
	if (wire->config.local_address != local_address)
		return wire->config.local_address < local_address ? -1 : 1;
	if (wire->config.kind != kind)
		return wire->config.kind < kind ? -1 : 1;
	return 0;
}

/* The index of the first socket that is not before this one. */
static size_t find(const struct wires *wires, uint32_t kind, uint32_t local_address)
{
	size_t low = 0, high = wires->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(wires->items[middle], kind, local_address) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct wire *wires_get(const struct wires *wires, uint32_t kind, uint32_t local_address)
{
	size_t index = find(wires, kind, local_address);

	if (index == wires->len || compare(wires->items[index], kind, local_address))
		return NULL;
	return wires->items[index];
}

int wires_add(struct wires *wires, const struct espd_socket *config, int fd, struct wire **ret)
{
	size_t index = find(wires, config->kind, config->local_address);
	struct wire *wire;

	if (wires_get(wires, config->kind, config->local_address))
		return -EEXIST;
	if (wires->len == WIRES_MAX)
		return -ENOSPC;
	wire = xcalloc(1, sizeof(*wire));
	*wire = (struct wire){ .config = *config, .fd = fd };
	wires->items = xreallocarray(wires->items, wires->len + 1, sizeof(*wires->items));
	memmove(wires->items + index + 1, wires->items + index,
		(wires->len - index) * sizeof(*wires->items));
	wires->items[index] = wire;
	wires->len++;
	*ret = wire;
	return 0;
}

static void wire_free(struct wire *wire)
{
	loop_io_free(wire->io);
	close(wire->fd);
	free(wire);
}

int wires_remove(struct wires *wires, uint32_t kind, uint32_t local_address)
{
	size_t index = find(wires, kind, local_address);
	struct wire *wire = wires_get(wires, kind, local_address);

	if (!wire)
		return -ENOENT;
	wires->len--;
	memmove(wires->items + index, wires->items + index + 1,
		(wires->len - index) * sizeof(*wires->items));
	wire_free(wire);
	return 0;
}

void wires_done(struct wires *wires)
{
	for (size_t i = 0; i < wires->len; i++)
		wire_free(wires->items[i]);
	free(wires->items);
	*wires = (struct wires){ 0 };
}
