/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The window as a ring of 64-bit words (RFC 6479): moving it forward clears whole words, nothing is
 * shifted.
 */
#include "espd/replay.h"

#include <errno.h>
#include <string.h>

static uint64_t *word_of(struct replay *replay, uint64_t sequence)
{
	return &replay->words[(sequence / 64) % (replay->size / 64 + 1)];
}

int replay_init(struct replay *replay, uint32_t asked)
{
	if (asked > REPLAY_WINDOW_MAX)
		return -EINVAL;
	*replay = (struct replay){ .size = asked > REPLAY_WINDOW_DEFAULT ? REPLAY_WINDOW_MAX
									 : REPLAY_WINDOW_DEFAULT };
	return 0;
}

bool replay_infer(const struct replay *replay, bool esn, uint32_t low, uint64_t *ret)
{
	uint32_t top_high = (uint32_t)(replay->top >> 32);
	uint32_t top_low = (uint32_t)replay->top;
	uint32_t bottom_low = top_low - replay->size + 1;
	uint32_t high = 0;

	if (!esn) {
		*ret = low;
		return true;
	}
	if (top_low >= replay->size - 1) {
		high = low >= bottom_low ? top_high : top_high + 1;
		if (high < top_high)
			return false;
	} else if (low >= bottom_low && top_high > 0) {
		high = top_high - 1;
	} else {
		/* In the first 2^32 there is no subspace below: the number can only be new. */
		high = top_high;
	}
	*ret = (uint64_t)high << 32 | low;
	return true;
}

bool replay_check(const struct replay *replay, uint64_t sequence)
{
	uint64_t word;

	if (sequence == 0)
		return false;
	if (sequence > replay->top)
		return true;
	if (replay->top - sequence >= replay->size)
		return false;
	word = replay->words[(sequence / 64) % (replay->size / 64 + 1)];
	return !(word >> (sequence % 64) & 1);
}

void replay_update(struct replay *replay, uint64_t sequence)
{
	if (sequence > replay->top) {
		uint64_t from = replay->top / 64 + 1, to = sequence / 64;

		if (to - from > replay->size / 64 && to >= from)
			memset(replay->words, 0, sizeof(replay->words));
		else
			for (uint64_t i = from; i <= to; i++)
				*word_of(replay, i * 64) = 0;
		replay->top = sequence;
	}
	*word_of(replay, sequence) |= UINT64_C(1) << (sequence % 64);
}
