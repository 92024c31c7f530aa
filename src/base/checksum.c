/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one's complement of a one's complement sum of 16-bit words. The sum does not depend on the
 * byte order it is taken in (RFC 1071 section 2 B), so words are added as they lie in memory, eight
 * bytes at a time. Knows no header.
 */
#include "base/checksum.h"

#include <string.h>

uint64_t internet_sum(uint64_t sum, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	uint64_t low = 0, high = 0, word;
	uint16_t last;

	for (; size >= sizeof(word); size -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		low += (uint32_t)word;
		high += word >> 32;
	}
	for (; size > 1; size -= 2, at += 2) {
		memcpy(&last, at, sizeof(last));
		low += last;
	}
	if (size) {
		last = 0;
		memcpy(&last, at, 1);
		low += last;
	}
	low = (low & UINT32_MAX) + (low >> 32);
	high = (high & UINT32_MAX) + (high >> 32);
	return sum + low + high;
}

uint16_t internet_fold(uint64_t sum)
{
	sum = (sum & UINT32_MAX) + (sum >> 32);
	sum = (sum & UINT32_MAX) + (sum >> 32);
	sum = (sum & UINT16_MAX) + (sum >> 16);
	sum = (sum & UINT16_MAX) + (sum >> 16);
	return (uint16_t)sum;
}

uint16_t internet_checksum(const void *bytes, size_t size)
{
	return (uint16_t)~internet_fold(internet_sum(0, bytes, size));
}
