/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Internet checksum of RFC 1071, which IPv4, ICMP, UDP and TCP share.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Of size bytes (odd sizes too); store it as it is. Over bytes that hold their own checksum: 0. */
uint16_t internet_checksum(const void *bytes, size_t size);
