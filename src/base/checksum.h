/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Internet checksum of RFC 1071, which IPv4, ICMP, UDP and TCP share.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Of size bytes (odd sizes too); store it as it is. Over bytes that hold their own checksum: 0. */
uint16_t internet_checksum(const void *bytes, size_t size);
/* For bytes in several pieces: adds up, then folds to 16 bits, not yet complemented. Only the last
 * piece may have an odd size, and a piece at most 1 GiB. */
uint64_t internet_sum(uint64_t sum, const void *bytes, size_t size);
uint16_t internet_fold(uint64_t sum);
