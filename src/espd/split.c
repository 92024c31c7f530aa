/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As the kernel does it in software: the identification counts up, TCP's sequence number goes on,
 * FIN and PSH are the last segment's (RFC 9293), CWR the first one's where the sender said so.
 */
#include "espd/split.h"

#include "base/checksum.h"
#include "espd/header.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

static size_t transport_size(const struct device_packet *packet, const struct ipv4 *ipv4)
{
	size_t left = (size_t)ipv4->size - ipv4->header_size, size;

	if (packet->kind == DEVICE_UDP)
		return ipv4->protocol == IPPROTO_UDP && left >= UDP_HEADER ? UDP_HEADER : 0;
	if (packet->kind != DEVICE_TCP || ipv4->protocol != IPPROTO_TCP || left < TCP_HEADER)
		return 0;
	size = (size_t)(packet->bytes[ipv4->header_size + TCP_OFFSET_AT] >> 4) * 4;
	return size >= TCP_HEADER && size <= left ? size : 0;
}

int split_init(struct split *split, const struct device_packet *packet, const struct ipv4 *ipv4)
{
	size_t transport = transport_size(packet, ipv4);
	size_t header_size = ipv4->header_size + transport;

	if (!transport || ipv4->fragment & (IPV4_MORE_FRAGMENTS | IPV4_OFFSET) ||
		!packet->segment_size || ipv4->size <= header_size)
		return -EINVAL;
	*split = (struct split){ .packet = packet,
		.ipv4 = *ipv4,
		.header_size = header_size,
		.payload = ipv4->size - header_size };
	split->len = (split->payload + packet->segment_size - 1) / packet->segment_size;
	return 0;
}

static size_t payload_size(const struct split *split, size_t index)
{
	size_t left = split->payload - index * split->packet->segment_size;

	return left < split->packet->segment_size ? left : split->packet->segment_size;
}

size_t split_size(const struct split *split, size_t index)
{
	return split->header_size + payload_size(split, index);
}

static void seal_transport(const struct split *split, uint8_t *packet, size_t size, size_t at)
{
	uint8_t *transport = packet + split->ipv4.header_size;
	size_t transport_size = size - split->ipv4.header_size;
	uint64_t sum = ipv4_sum_pseudo(packet, split->ipv4.protocol, transport_size);
	uint16_t checksum;

	memset(transport + at, 0, sizeof(checksum));
	checksum = (uint16_t)~internet_fold(internet_sum(sum, transport, transport_size));
	if (!checksum && split->packet->kind == DEVICE_UDP)
		checksum = UINT16_MAX; /* the same number; 0 would mean "none", RFC 768 */
	memcpy(transport + at, &checksum, sizeof(checksum));
}

static void seal_tcp(const struct split *split, size_t index, uint8_t *packet, size_t size)
{
	uint8_t *tcp = packet + split->ipv4.header_size;
	uint32_t sequence;

	memcpy(&sequence, tcp + TCP_SEQUENCE_AT, sizeof(sequence));
	sequence = htonl(ntohl(sequence) + (uint32_t)(index * split->packet->segment_size));
	memcpy(tcp + TCP_SEQUENCE_AT, &sequence, sizeof(sequence));
	if (index + 1 < split->len)
		tcp[TCP_FLAGS_AT] &= (uint8_t) ~(FIN | PSH);
	if (index > 0 && split->packet->is_cwr_first)
		tcp[TCP_FLAGS_AT] &= (uint8_t)~CWR;
	seal_transport(split, packet, size, TCP_CHECKSUM_AT);
}

static void seal_udp(const struct split *split, uint8_t *packet, size_t size)
{
	header_put_u16(
		packet + split->ipv4.header_size + UDP_SIZE_AT, size - split->ipv4.header_size);
	seal_transport(split, packet, size, UDP_CHECKSUM_AT);
}

void split_write(const struct split *split, size_t index, uint8_t *ret)
{
	const uint8_t *from = split->packet->bytes;
	size_t payload = payload_size(split, index), size = split->header_size + payload;

	memcpy(ret, from, split->header_size);
	memcpy(ret + split->header_size,
		from + split->header_size + index * split->packet->segment_size, payload);
	header_put_u16(ret + IP_SIZE_AT, size);
	header_put_u16(ret + IP_ID_AT, ((size_t)from[IP_ID_AT] << 8 | from[IP_ID_AT + 1]) + index);
	ipv4_seal_header(ret, split->ipv4.header_size);
	if (split->packet->kind == DEVICE_TCP)
		seal_tcp(split, index, ret, size);
	else
		seal_udp(split, ret, size);
}
