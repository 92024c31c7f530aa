/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where fields stand in the headers that are read and changed in place, in bytes from the start of
 * each: IPv4 (RFC 791), TCP (RFC 9293) and UDP (RFC 768). The caller has checked that they are
 * there.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { IP_TOS_AT = 1, IP_SIZE_AT = 2, IP_ID_AT = 4, IP_TTL_AT = 8, IP_SOURCE_AT = 12 };
enum {
	TCP_HEADER = 20, /* without options */
	TCP_SEQUENCE_AT = 4,
	TCP_ACK_AT = 8,
	TCP_OFFSET_AT = 12,
	TCP_FLAGS_AT = 13,
	TCP_WINDOW_AT = 14,
	TCP_CHECKSUM_AT = 16,
	TCP_URGENT_AT = 18
};
enum { UDP_HEADER = 8, UDP_SIZE_AT = 4, UDP_CHECKSUM_AT = 6 };
enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, URG = 32, CWR = 0x80 }; /* of TCP_FLAGS_AT */

static inline uint16_t header_u16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

/* The lower 16 bits of value. */
static inline void header_put_u16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}
