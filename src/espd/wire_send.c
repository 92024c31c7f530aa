/* SPDX-License-Identifier: Apache-2.0 */
/*
 * With IP_MTU_DISCOVER=DO the kernel refuses what the path cannot take; the size comes from the
 * error queue, because an unconnected socket has no IP_MTU. Errors that ICMP left on the socket
 * belong to some earlier packet of any peer: they are drained and the send is tried again.
 *
 * A burst becomes messages: packets of one size to one place are one (UDP_SEGMENT), its last packet
 * may be shorter. What the kernel does not take that way is sent packet by packet, which also tells
 * the path MTU. A network device or kernel that never takes it is asked again a minute later.
 */
#include "espd/wire.h"

#include "base/log.h"
#include "espd/ipv4.h"
#include "espd/wire_error.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>

#define UDP_HEADER 8
#define SEND_TRIES 4
#define SEGMENTS_MAX 64   /* UDP_MAX_SEGMENTS of every kernel */
#define MESSAGE_MAX 65507 /* bytes of UDP payload */
#define APART_MS 60000

#define CONTROL_SIZE (CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(uint16_t)))

/* One message: how it is addressed, and which packets it carries. */
struct parcel {
	struct sockaddr_in to;
	_Alignas(struct cmsghdr) uint8_t control[CONTROL_SIZE];
	size_t first, len;
};

struct wire_sender {
	struct mmsghdr messages[WIRE_SEND_BURST];
	struct parcel parcels[WIRE_SEND_BURST];
	struct iovec parts[WIRE_SEND_BURST];
};

struct wire_sender *wire_sender_new(void)
{
	return xcalloc(1, sizeof(struct wire_sender));
}

void wire_sender_free(struct wire_sender *sender)
{
	free(sender);
}

static void add_control(struct msghdr *message, int level, int type, const void *value, size_t size)
{
	uint8_t *end = (uint8_t *)message->msg_control + message->msg_controllen;
	struct cmsghdr *c = (void *)end;

	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(c), value, size);
	message->msg_controllen += CMSG_SPACE(size);
}

/* parts: of the parcel's packets. */
static void address_parcel(const struct wire *wire, struct parcel *parcel,
	const struct wire_packet *packet, struct iovec *parts, struct msghdr *ret)
{
	int tos = packet->tos;
	uint16_t size = (uint16_t)packet->size;

	parcel->to = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = packet->destination,
		.sin_port = wire->config.kind == ESPD_SOCKET_ESP ? 0 : htons(packet->port) };
	*ret = (struct msghdr){ .msg_name = &parcel->to,
		.msg_namelen = sizeof(parcel->to),
		.msg_iov = parts,
		.msg_iovlen = parcel->len,
		.msg_control = parcel->control };
	if (tos)
		add_control(ret, SOL_IP, IP_TOS, &tos, sizeof(tos));
	if (parcel->len > 1)
		add_control(ret, SOL_UDP, UDP_SEGMENT, &size, sizeof(size));
	if (!ret->msg_controllen)
		ret->msg_control = NULL;
}

static int send_once(const struct wire *wire, uint32_t destination, uint16_t port, uint8_t tos,
	const uint8_t *bytes, size_t size)
{
	struct wire_packet packet = {
		.size = size, .destination = destination, .port = port, .tos = tos
	};
	struct iovec part = { (void *)(uintptr_t)bytes, size };
	struct parcel parcel = { .len = 1 };
	struct msghdr message;

	address_parcel(wire, &parcel, &packet, &part, &message);
	return sendmsg(wire->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static size_t outer_size(const struct wire *wire)
{
	return IPV4_HEADER_MIN + (wire->config.kind == ESPD_SOCKET_ESP ? 0 : UDP_HEADER);
}

static int discover_mtu(int fd, int value)
{
	return setsockopt(fd, SOL_IP, IP_MTU_DISCOVER, &value, sizeof(value)) < 0 ? -errno : 0;
}

int wire_send(const struct wire *wire, uint32_t destination, uint16_t port, uint8_t tos,
	const uint8_t *bytes, size_t size, uint32_t *ret_mtu)
{
	size_t outer = outer_size(wire);
	int err = -EIO;

	for (int try = 0; try < SEND_TRIES; try++) {
		uint32_t mtu;

		err = send_once(wire, destination, port, tos, bytes, size);
		if (!err || err == -EAGAIN || err == -ENOBUFS)
			return err;
		mtu = wire_drain_errors(wire->fd, destination);
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
	if (discover_mtu(wire->fd, IP_PMTUDISC_DONT) < 0)
		return -EIO;
	err = wire_send(wire, destination, port, 0, bytes, size, &mtu);
	if (discover_mtu(wire->fd, IP_PMTUDISC_DO) < 0)
		return -EIO;
	return err;
}

static bool go_together(const struct wire_packet *first, const struct wire_packet *next)
{
	return next->destination == first->destination && next->port == first->port &&
	       next->tos == first->tos && next->size <= first->size;
}

/* How many of the packets make up one message. */
static size_t parcel_len(
	const struct wire *wire, const struct wire_packet *packets, size_t len, int64_t now_ms)
{
	size_t size = packets[0].size, n = 1;

	if (!wire->can_segment || now_ms < wire->apart_until_ms)
		return 1;
	while (n < len && n < SEGMENTS_MAX && go_together(&packets[0], &packets[n]) &&
		packets[n - 1].size == packets[0].size && size + packets[n].size <= MESSAGE_MAX)
		size += packets[n++].size;
	return n;
}

static size_t pack(const struct wire *wire, struct wire_sender *sender, struct wire_packet *packets,
	size_t len, int64_t now_ms)
{
	size_t messages = 0;

	for (size_t i = 0; i < len; i++) {
		sender->parts[i] =
			(struct iovec){ (void *)(uintptr_t)packets[i].bytes, packets[i].size };
		packets[i].result = 0;
	}
	for (size_t at = 0; at < len; at += sender->parcels[messages++].len) {
		struct parcel *parcel = &sender->parcels[messages];

		parcel->first = at;
		parcel->len = parcel_len(wire, packets + at, len - at, now_ms);
		address_parcel(wire, parcel, &packets[at], &sender->parts[at],
			&sender->messages[messages].msg_hdr);
	}
	return messages;
}

/* Packet by packet; what is known not to fit, or to go nowhere, is not tried. */
static void send_apart(const struct wire *wire, struct wire_packet *packets, size_t len)
{
	size_t outer = outer_size(wire);
	uint32_t mtu = 0;
	int err = 0;

	for (size_t i = 0; i < len; i++) {
		struct wire_packet *packet = &packets[i];

		packet->result = err;
		if (err)
			continue;
		if (mtu && packet->size + outer > mtu)
			packet->result = -EMSGSIZE;
		else
			packet->result = wire_send(wire, packet->destination, packet->port,
				packet->tos, packet->bytes, packet->size, &mtu);
		packet->mtu = mtu;
		if (packet->result < 0 && packet->result != -EMSGSIZE)
			err = packet->result;
	}
}

/* A message the kernel refused. EIO, EINVAL: it cannot segment there, if a single one passes. */
static void recover(struct wire *wire, const struct parcel *parcel, struct wire_packet *packets,
	int err, int64_t now_ms)
{
	if (err == -EAGAIN || err == -ENOBUFS) {
		for (size_t i = 0; i < parcel->len; i++)
			packets[i].result = err;
		return;
	}
	send_apart(wire, packets, parcel->len);
	if (parcel->len < 2 || (err != -EIO && err != -EINVAL) || packets[0].result < 0)
		return;
	if (!wire->apart_until_ms)
		log_notice("kernel or network card does not segment UDP, packets leave singly "
			   "error=\"%s\"",
			strerror(-err));
	wire->apart_until_ms = now_ms + APART_MS;
}

void wire_send_burst(struct wire *wire, struct wire_sender *sender, struct wire_packet *packets,
	size_t len, int64_t now_ms)
{
	size_t messages = pack(wire, sender, packets, len, now_ms), at = 0;

	while (at < messages) {
		const struct parcel *parcel = &sender->parcels[at];
		int got = sendmmsg(wire->fd, sender->messages + at, (unsigned int)(messages - at),
			MSG_DONTWAIT | MSG_NOSIGNAL);

		if (got > 0) {
			at += (size_t)got;
			continue;
		}
		recover(wire, parcel, packets + parcel->first, got < 0 ? -errno : -EIO, now_ms);
		at++;
	}
}
