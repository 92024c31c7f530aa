/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts what the agent does to the world outside, and says when a crash is due: right after the
 * n-th effect, before the agent hears of it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct effects {
	uint32_t count;
	uint32_t kill_at; /* 0 = never */
	bool kill_is_due;
};

static inline void effect_happened(struct effects *effects)
{
	effects->count++;
	if (effects->count == effects->kill_at)
		effects->kill_is_due = true;
}
