/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Splits a TCP or UDP packet that the kernel left whole into the segments that go on the wire, with
 * all their checksums. Each segment can be made by its index, so one that did not fit is made again
 * without the others. Pure.
 */
#pragma once

#include "base/alloc.h"
#include "espd/device.h"
#include "espd/ipv4.h"

#include <stddef.h>
#include <stdint.h>

struct split {
	const struct device_packet *packet;
	struct ipv4 ipv4;
	size_t header_size; /* of IP and the transport */
	size_t payload;     /* of the whole packet */
	size_t len;         /* segments, at least 1 */
};

/* packet is borrowed. -EINVAL: not a whole packet of its kind, or nothing to split. */
MUST_CHECK int split_init(
	struct split *split, const struct device_packet *packet, const struct ipv4 *ipv4);
/* The size of a segment, headers included; none is larger than the first. */
size_t split_size(const struct split *split, size_t index);
/* Writes the segment, split_size() bytes. */
void split_write(const struct split *split, size_t index, uint8_t *ret);
