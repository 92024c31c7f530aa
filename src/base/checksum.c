/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one's complement of a one's complement sum of 16-bit words. Knows no header.
 */
#include "base/checksum.h"

#include <arpa/inet.h>

uint16_t internet_checksum(const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	uint64_t sum = 0;

	for (; size > 1; size -= 2, at += 2)
		sum += (uint32_t)(at[0] << 8 | at[1]);
	if (size)
		sum += (uint32_t)(at[0] << 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}
