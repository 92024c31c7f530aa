/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 791 parsing. Ports exist in the first fragment of TCP, UDP, UDP-Lite, DCCP and SCTP; ICMP's
 * type and code stand in for them (RFC 4301 section 4.4.1.1).
 */
#include "espd/ipv4.h"

#include "base/bytes.h"
#include "base/checksum.h"
#include "espd/header.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

static void parse_ports(struct reader *reader, struct ipv4 *ipv4)
{
	if (ipv4->fragment & IPV4_OFFSET)
		return;
	switch (ipv4->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
	case IPPROTO_SCTP:
		ipv4->source_port = read_u16(reader);
		ipv4->destination_port = read_u16(reader);
		ipv4->has_ports = !reader->failed;
		break;
	case IPPROTO_ICMP:
		ipv4->source_port = ipv4->destination_port = read_u16(reader);
		ipv4->has_ports = !reader->failed;
		break;
	default:
		break;
	}
}

int ipv4_parse(const uint8_t *packet, size_t size, struct ipv4 *ret)
{
	struct reader reader;
	struct ipv4 ipv4 = { 0 };
	uint8_t version;

	reader_init(&reader, packet, size);
	version = read_u8(&reader);
	ipv4.header_size = (uint16_t)((version & 15) * 4);
	ipv4.tos = read_u8(&reader);
	ipv4.size = read_u16(&reader);
	(void)read_u16(&reader);
	ipv4.fragment = read_u16(&reader);
	(void)read_u8(&reader);
	ipv4.protocol = read_u8(&reader);
	(void)read_u16(&reader);
	ipv4.source = htonl(read_u32(&reader));
	ipv4.destination = htonl(read_u32(&reader));
	if (reader.failed || version >> 4 != 4 || ipv4.header_size < IPV4_HEADER_MIN ||
		ipv4.size < ipv4.header_size || ipv4.size > size)
		return -EINVAL;
	reader_init(&reader, packet + ipv4.header_size, (size_t)ipv4.size - ipv4.header_size);
	parse_ports(&reader, &ipv4);
	*ret = ipv4;
	return 0;
}

uint64_t ipv4_sum_pseudo(const uint8_t *packet, uint8_t protocol, size_t transport_size)
{
	uint64_t sum = (uint64_t)htons((uint16_t)transport_size) + htons(protocol);

	return internet_sum(sum, packet + IP_SOURCE_AT, 8);
}

void ipv4_seal_header(uint8_t *header, size_t header_size)
{
	uint16_t sum;

	memset(header + 10, 0, 2);
	sum = internet_checksum(header, header_size);
	memcpy(header + 10, &sum, 2);
}
