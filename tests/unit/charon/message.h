/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IKE messages for the unit tests: a header, and the non-ESP marker before it when asked for.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct message {
	uint8_t octets[32];
	size_t size;
};

enum { AGGRESSIVE_MODE = 4, INFORMATIONAL_V1_MODE = 5, QUICK = 32, SA_INIT = 34 };

static inline struct message message(uint8_t initiator, uint8_t responder, uint8_t version,
	uint8_t exchange, uint8_t flags, bool marker)
{
	struct message message = { .size = 28 + (marker ? 4U : 0U) };
	uint8_t *header = message.octets + (marker ? 4 : 0);

	memset(header, initiator, 8);
	memset(header + 8, responder, 8);
	header[17] = (uint8_t)(version << 4);
	header[18] = exchange;
	header[19] = flags;
	return message;
}
