/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fragments an IPv4 packet (RFC 791 section 3.2). Pure.
 */
#pragma once

#include "base/alloc.h"
#include "espd/ipv4.h"

#include <stddef.h>
#include <stdint.h>

struct fragmenter {
	const uint8_t *packet;
	struct ipv4 ipv4;
	size_t max;    /* bytes of one fragment, header included */
	size_t offset; /* payload bytes done */
};

/* packet is borrowed. -EMSGSIZE: DF is set, or max has no room for 8 bytes of payload. */
MUST_CHECK int fragment_init(
	struct fragmenter *fragmenter, const uint8_t *packet, const struct ipv4 *ipv4, size_t max);
/* Writes the next fragment into ret (max bytes of room). Its size, 0 when all are out. */
size_t fragment_next(struct fragmenter *fragmenter, uint8_t *ret);
