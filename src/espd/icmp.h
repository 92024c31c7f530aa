/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes the ICMP error that tells a sender its packet does not fit (RFC 1191 section 4). Pure.
 */
#pragma once

#include "espd/ipv4.h"

#include <stddef.h>
#include <stdint.h>

#define ICMP_ERROR_MAX (IPV4_HEADER_MIN + 8 + 60 + 8)

/*
 * Fragmentation needed, with the largest packet that fits. The error comes from the address the
 * packet was for, so that reverse-path filtering of the tunnel device lets it in. The size written,
 * or 0 when no error may be sent about this packet (RFC 1122 section 3.2.2).
 */
size_t icmp_too_big(const uint8_t *packet, const struct ipv4 *ipv4, uint16_t mtu,
	uint8_t ret[static ICMP_ERROR_MAX]);
