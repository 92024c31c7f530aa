/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One option of one kind of packet, changed in place with its checksum (RFC 1624).
 */
#include "espd/mss.h"

#include "espd/header.h"

#include <netinet/in.h>

enum { OPTION_END = 0, OPTION_NOP = 1, OPTION_MSS = 2, MSS_SIZE = 4 };

/* Offset of the option's value among the options; 0: there is none. */
static size_t find_mss(const uint8_t *options, size_t size)
{
	size_t at = 0;

	while (at + 1 < size && options[at] != OPTION_END) {
		if (options[at] == OPTION_NOP) {
			at++;
			continue;
		}
		if (options[at + 1] < 2 || options[at + 1] > size - at)
			return 0;
		if (options[at] == OPTION_MSS)
			return options[at + 1] == MSS_SIZE ? at + 2 : 0;
		at += options[at + 1];
	}
	return 0;
}

/* RFC 1624, equation 3; a value at an odd offset counts with its bytes swapped. */
static void replace(uint8_t *tcp, size_t at, uint16_t value)
{
	uint16_t old = header_u16(tcp + at), new = value;
	uint32_t sum;

	if (at % 2) {
		old = (uint16_t)(old << 8 | old >> 8);
		new = (uint16_t)(new << 8 | new >> 8);
	}
	sum = (uint16_t)~header_u16(tcp + TCP_CHECKSUM_AT) + (uint32_t)(uint16_t)~old + new;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	header_put_u16(tcp + at, value);
	header_put_u16(tcp + TCP_CHECKSUM_AT, (uint16_t)~sum);
}

bool mss_is_syn(const uint8_t *packet, const struct ipv4 *ipv4)
{
	return ipv4->protocol == IPPROTO_TCP && !(ipv4->fragment & IPV4_OFFSET) &&
	       ipv4->size - ipv4->header_size >= TCP_HEADER &&
	       packet[ipv4->header_size + TCP_FLAGS_AT] & SYN;
}

void mss_clamp(uint8_t *packet, const struct ipv4 *ipv4, size_t max)
{
	uint8_t *tcp = packet + ipv4->header_size;
	size_t size = (size_t)ipv4->size - ipv4->header_size, header_size, at;

	if (!mss_is_syn(packet, ipv4) || max < IPV4_HEADER_MIN + TCP_HEADER)
		return;
	header_size = (size_t)(tcp[TCP_OFFSET_AT] >> 4) * 4;
	if (header_size < TCP_HEADER || header_size > size)
		return;
	at = find_mss(tcp + TCP_HEADER, header_size - TCP_HEADER);
	max -= IPV4_HEADER_MIN + TCP_HEADER;
	if (at && header_u16(tcp + TCP_HEADER + at) > max)
		replace(tcp, TCP_HEADER + at, (uint16_t)max);
}
