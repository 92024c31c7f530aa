/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKEv2 requests and responses that cross. Each direction counts its own message IDs; when both
 * ends rekey at the same moment, the peer's request and its response to ours have the same ID.
 * charon 5.9.8 takes the second one, while it processes the first, for a repetition and drops it
 * ("ignoring request with ID 0, already processing"): the exchange stalls for a retransmission. So
 * the second one is held for a while.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CROSSING_SLOTS 1024
#define CROSSING_KEY_SIZE 20 /* SPIs, message ID */
#define CROSSING_HOLD_NS 50000000

/* The caller locks. Zeroed memory is an empty one. Two that share a slot forget each other. */
struct crossing {
	struct {
		uint8_t key[CROSSING_KEY_SIZE];
		bool is_response;
		int64_t until_ns;
	} slot[CROSSING_SLOTS];
};

/* The instant, due_ns or later, at which a received UDP payload may go on. */
int64_t crossing_due(struct crossing *crossing, const void *payload, size_t size, int64_t due_ns);
