/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The IPv4 header of a packet as a value. Pure; every byte that is read
 * was bounds-checked.
 */
#pragma once

#include "base/alloc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IPV4_HEADER_MIN 20

enum { IPV4_DONT_FRAGMENT = 0x4000, IPV4_MORE_FRAGMENTS = 0x2000, IPV4_OFFSET = 0x1fff };

struct ipv4 {
	uint16_t header_size, size; /* size: header and payload, as the header says */
	uint16_t fragment;          /* flags and offset, host order */
	uint8_t tos, protocol;
	uint32_t source, destination; /* network order */
	bool has_ports;
	uint16_t source_port, destination_port; /* host order; of ICMP: type << 8 | code in both */
};

/* -EINVAL: not one whole IPv4 packet. Bytes behind the packet are allowed. */
MUST_CHECK int ipv4_parse(const uint8_t *packet, size_t size, struct ipv4 *ret);
/* The sum of the pseudo header of TCP and UDP (RFC 9293 section 3.1), for internet_sum() to go on
 * with. packet: its addresses are read. */
uint64_t ipv4_sum_pseudo(const uint8_t *packet, uint8_t protocol, size_t transport_size);
/* Recomputes the checksum of a header that was written or changed. */
void ipv4_seal_header(uint8_t *header, size_t header_size);
