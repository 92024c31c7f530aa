/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Later fragments carry only the options whose copied flag is set; a packet that is a fragment
 * already is split further, keeping its own offset and more-fragments flag.
 */
#include "espd/fragment.h"

#include <errno.h>
#include <string.h>

#define HEADER_MAX 60

enum { OPTION_END = 0, OPTION_NOP = 1, OPTION_COPIED = 0x80 };

/* Writes the copied options behind the fixed header; the size of the whole header. */
static size_t copy_options(const uint8_t *from, size_t header_size, uint8_t *to)
{
	size_t out = IPV4_HEADER_MIN;

	for (size_t at = IPV4_HEADER_MIN; at < header_size && from[at] != OPTION_END;) {
		size_t size = from[at] == OPTION_NOP ? 1 : at + 1 < header_size ? from[at + 1] : 0;

		if (size < 1 || at + size > header_size || (size == 1 && from[at] != OPTION_NOP))
			break;
		if (from[at] & OPTION_COPIED) {
			memcpy(to + out, from + at, size);
			out += size;
		}
		at += size;
	}
	while (out % 4)
		to[out++] = OPTION_END;
	to[0] = (uint8_t)(4 << 4 | out / 4);
	return out;
}

int fragment_init(
	struct fragmenter *fragmenter, const uint8_t *packet, const struct ipv4 *ipv4, size_t max)
{
	if (ipv4->fragment & IPV4_DONT_FRAGMENT || max < ipv4->header_size + 8U)
		return -EMSGSIZE;
	*fragmenter = (struct fragmenter){ .packet = packet, .ipv4 = *ipv4, .max = max };
	return 0;
}

size_t fragment_next(struct fragmenter *fragmenter, uint8_t *ret)
{
	const struct ipv4 *ipv4 = &fragmenter->ipv4;
	size_t payload = (size_t)ipv4->size - ipv4->header_size;
	size_t left = payload - fragmenter->offset, header_size = ipv4->header_size, piece;
	uint16_t fragment;

	if (left == 0)
		return 0;
	memcpy(ret, fragmenter->packet, IPV4_HEADER_MIN);
	if (fragmenter->offset == 0)
		memcpy(ret, fragmenter->packet, header_size);
	else
		header_size = copy_options(fragmenter->packet, header_size, ret);
	piece = fragmenter->max - header_size;
	if (piece < left)
		piece &= ~(size_t)7;
	else
		piece = left;
	memcpy(ret + header_size, fragmenter->packet + ipv4->header_size + fragmenter->offset,
		piece);
	fragment = (uint16_t)((ipv4->fragment & IPV4_OFFSET) + fragmenter->offset / 8);
	fragment |= (uint16_t)(ipv4->fragment & IPV4_MORE_FRAGMENTS);
	if (piece < left)
		fragment |= IPV4_MORE_FRAGMENTS;
	ret[2] = (uint8_t)((header_size + piece) >> 8);
	ret[3] = (uint8_t)(header_size + piece);
	ret[6] = (uint8_t)(fragment >> 8);
	ret[7] = (uint8_t)fragment;
	ipv4_seal_header(ret, header_size);
	fragmenter->offset += piece;
	return header_size + piece;
}
