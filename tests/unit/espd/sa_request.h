/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request for an SA that is right in every field, for tests to change one thing.
 */
#pragma once

#include "espd/proto.h"

#include <arpa/inet.h>
#include <string.h>

#define OURS htonl(0x0a000001)
#define PEER htonl(0x0a000002)

static const struct espd_selector any_selectors[2] = {
	{ .first = 0, .last = UINT32_MAX, .last_port = UINT16_MAX },
	{ .first = 0, .last = UINT32_MAX, .last_port = UINT16_MAX },
};

static inline struct espd_sa sa_request(uint32_t direction, uint32_t spi)
{
	struct espd_sa request = {
		.key = { .direction = direction, .spi = htonl(spi), .peer = PEER },
		.if_id = 7,
		.source = direction == ESPD_OUT ? OURS : PEER,
		.destination = direction == ESPD_OUT ? PEER : OURS,
		.source_port = 4500,
		.destination_port = 4500,
		.encapsulated = 1,
		.cipher = ESPD_CIPHER_AES_CBC,
		.integrity = ESPD_INTEGRITY_HMAC_SHA1_96,
		.cipher_key_size = 16,
		.integrity_key_size = 20,
		.source_selectors = 1,
		.destination_selectors = 1,
	};

	memset(request.cipher_key, (int)(spi & 255), 16);
	memset(request.integrity_key, 9, 20);
	return request;
}
