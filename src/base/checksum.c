/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one's complement of a one's complement sum of 16-bit words. The sum does not depend on the
 * byte order it is taken in (RFC 1071 section 2 B), so words are added as they lie in memory,
 * sixteen bytes at a time. Knows no header.
 */
#include "base/checksum.h"

#include <string.h>

/* Pairs of words in vectors of the compiler's; size is rounded down to whole pairs. */
static uint64_t sum_pairs(const uint8_t *at, size_t size)
{
	uint64_t pair __attribute__((vector_size(16)));
	uint64_t low __attribute__((vector_size(16))) = { 0 };
	uint64_t high __attribute__((vector_size(16))) = { 0 };

	for (; size >= sizeof(pair); size -= sizeof(pair), at += sizeof(pair)) {
		memcpy(&pair, at, sizeof(pair));
		low += pair & UINT32_MAX;
		high += pair >> 32;
	}
	low += high;
	return (low[0] & UINT32_MAX) + (low[0] >> 32) + (low[1] & UINT32_MAX) + (low[1] >> 32);
}

uint64_t internet_sum(uint64_t sum, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	size_t whole = size & ~(size_t)15;
	uint16_t last;

	sum += sum_pairs(at, whole);
	for (at += whole, size -= whole; size > 1; size -= 2, at += 2) {
		memcpy(&last, at, sizeof(last));
		sum += last;
	}
	if (size) {
		last = 0;
		memcpy(&last, at, 1);
		sum += last;
	}
	return sum;
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
