/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ICMP destination unreachable, code 4.
 */
#include "espd/icmp.h"

#include "base/bytes.h"
#include "base/checksum.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

enum { UNREACHABLE = 3, FRAGMENTATION_NEEDED = 4 };

static bool is_icmp_error(const struct ipv4 *ipv4)
{
	uint8_t type = (uint8_t)(ipv4->source_port >> 8);

	return ipv4->protocol == IPPROTO_ICMP && (!ipv4->has_ports || type == 3 || type == 4 ||
							 type == 5 || type == 11 || type == 12);
}

static bool is_host(uint32_t address)
{
	uint32_t host = ntohl(address);

	return host >> 24 != 0 && !IN_MULTICAST(host) && host < 0xf0000000;
}

size_t icmp_too_big(const uint8_t *packet, const struct ipv4 *ipv4, uint16_t mtu,
	uint8_t ret[static ICMP_ERROR_MAX])
{
	size_t payload = (size_t)ipv4->size - ipv4->header_size;
	size_t quoted = ipv4->header_size + (payload < 8 ? payload : 8);
	size_t size = IPV4_HEADER_MIN + 8 + quoted;
	uint16_t sum;
	struct writer writer;

	if (is_icmp_error(ipv4) || ipv4->fragment & IPV4_OFFSET || !is_host(ipv4->source) ||
		!is_host(ipv4->destination))
		return 0;
	writer_init(&writer, ret, ICMP_ERROR_MAX);
	write_u8(&writer, 4 << 4 | IPV4_HEADER_MIN / 4);
	write_u8(&writer, 0xc0); /* internetwork control, RFC 1812 section 4.3.2.5 */
	write_u16(&writer, (uint16_t)size);
	write_u32(&writer, 0);
	write_u8(&writer, 64);
	write_u8(&writer, IPPROTO_ICMP);
	write_u16(&writer, 0);
	write_bytes(&writer, &ipv4->destination, 4);
	write_bytes(&writer, &ipv4->source, 4);
	write_u8(&writer, UNREACHABLE);
	write_u8(&writer, FRAGMENTATION_NEEDED);
	write_u32(&writer, 0);
	write_u16(&writer, mtu);
	write_bytes(&writer, packet, quoted);
	ipv4_seal_header(ret, IPV4_HEADER_MIN);
	sum = internet_checksum(ret + IPV4_HEADER_MIN, 8 + quoted);
	memcpy(ret + IPV4_HEADER_MIN + 2, &sum, 2);
	return size;
}
