/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data centre's half of a probe: the reply to a request, with its checksums.
 */
#pragma once

#include "drivers/health/echo.h"

#include <arpa/inet.h>
#include <string.h>

static inline uint16_t peer_checksum(const uint8_t *bytes, size_t size)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static inline void reply_seal(uint8_t *packet)
{
	uint16_t sum;

	memset(packet + 10, 0, 2);
	sum = peer_checksum(packet, 20);
	memcpy(packet + 10, &sum, 2);
	memset(packet + 22, 0, 2);
	sum = peer_checksum(packet + 20, ECHO_SIZE - 20);
	memcpy(packet + 22, &sum, 2);
}

static inline void reply_to(const uint8_t request[static ECHO_SIZE], uint8_t ret[static ECHO_SIZE])
{
	memcpy(ret, request, ECHO_SIZE);
	memcpy(ret + 12, request + 16, 4);
	memcpy(ret + 16, request + 12, 4);
	ret[20] = 0;
	reply_seal(ret);
}
