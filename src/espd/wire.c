/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking, keeping and reading the sockets; what is sent is wire_send.c's. Joined datagrams are
 * handed on as they came: what each of them is, its reader finds out.
 */
#include "espd/wire.h"

#include "base/loop.h"
#include "espd/ipv4.h"
#include "espd/wire_error.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>

#define DATAGRAM_MAX 65536
#define CONTROL_SIZE 64

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

static int set_option(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) < 0 ? -errno : 0;
}

int wire_prepare(const struct espd_socket *config, int fd)
{
	if (config->kind < ESPD_SOCKET_IKE || config->kind > ESPD_SOCKET_ESP ||
		!config->local_address || !is_bound(config, fd))
		return -EINVAL;
	if (set_option(fd, SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO) < 0 ||
		set_option(fd, SOL_IP, IP_RECVERR, 1) < 0 ||
		set_option(fd, SOL_IP, IP_RECVTOS, 1) < 0)
		return -EINVAL;
	return 0;
}

void wire_join(struct wire *wire, bool on)
{
	socklen_t size = sizeof(int);
	int value;

	if (wire->config.kind != ESPD_SOCKET_IKE_NATT)
		return;
	/* Without it datagrams come one by one. */
	(void)set_option(wire->fd, SOL_UDP, UDP_GRO, on);
	wire->can_segment = on && getsockopt(wire->fd, SOL_UDP, UDP_SEGMENT, &value, &size) == 0;
}

static void read_controls(struct msghdr *message, struct datagram *datagram)
{
	int size;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level == SOL_IP && c->cmsg_type == IP_TOS) {
			datagram->tos = *(uint8_t *)CMSG_DATA(c);
		} else if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) {
			memcpy(&size, CMSG_DATA(c), sizeof(size));
			datagram->segment_size = size > 0 ? (size_t)size : 0;
		}
	}
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
		(void)wire_drain_errors(wire->fd, 0);
	for (int i = 0; i < got; i++) {
		struct msghdr *message = &buffers->messages[i].msg_hdr;

		ret[i] = (struct datagram){ .bytes = buffers->bytes[i],
			.size = buffers->messages[i].msg_len,
			.source = buffers->sources[i].sin_addr.s_addr,
			.source_port = ntohs(buffers->sources[i].sin_port),
			.truncated = (message->msg_flags & MSG_TRUNC) != 0 };
		read_controls(message, &ret[i]);
		if (wire->config.kind == ESPD_SOCKET_ESP)
			strip_ip_header(&ret[i]);
	}
	return got < 0 ? 0 : (size_t)got;
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
