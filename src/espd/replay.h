/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The anti-replay window of one inbound SA (RFC 4303 section 3.4.3) and the inference of the upper
 * half of 64-bit sequence numbers (appendix A2.2). Single writer: the worker that owns the SA.
 */
#pragma once

#include "base/alloc.h"

#include <stdbool.h>
#include <stdint.h>

#define REPLAY_WINDOW_DEFAULT 2048
#define REPLAY_WINDOW_MAX 4096
/* One word more than the window: the word that is being opened never holds a live bit. */
#define REPLAY_WORDS (REPLAY_WINDOW_MAX / 64 + 1)

struct replay {
	uint64_t top;  /* highest sequence number that authenticated, 0 = none */
	uint32_t size; /* packets, a multiple of 64 */
	uint64_t words[REPLAY_WORDS];
};

/* asked: packets; the window is at least REPLAY_WINDOW_DEFAULT. -EINVAL above the maximum. */
MUST_CHECK int replay_init(struct replay *replay, uint32_t asked);
/* The whole sequence number of a received lower half; false: it lies before the first packet. */
bool replay_infer(const struct replay *replay, bool esn, uint32_t low, uint64_t *ret);
/* Before the crypto: is this number new and inside the window? */
bool replay_check(const struct replay *replay, uint64_t sequence);
/* Only after the packet authenticated. */
void replay_update(struct replay *replay, uint64_t sequence);
