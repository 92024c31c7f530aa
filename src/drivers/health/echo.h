/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ICMP echo (RFC 792) in an IPv4 packet, as it goes into a tunnel device and comes out of it. Pure.
 */
#pragma once

#include "base/addr.h"

#include <stddef.h>

#define ECHO_SIZE 36 /* header, ICMP header, 8 bytes of data */

struct echo {
	struct addr source, destination;
	uint16_t id, sequence;
};

/* An echo request. */
void echo_request(const struct echo *echo, uint8_t ret[static ECHO_SIZE]);
/* 0, or -EINVAL: no whole, intact echo reply. */
MUST_CHECK int echo_parse_reply(const uint8_t *packet, size_t size, struct echo *ret);
