/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a program that has ended is started again: at once the first time, then after pauses that
 * double up to a limit; one that has lived long enough counts as new. Pure.
 */
#pragma once

#include <stdint.h>

#define RESTART_FIRST_PAUSE_MS 100
#define RESTART_LONGEST_PAUSE_MS 10000
#define RESTART_LIVED_MS 10000

struct restart {
	uint32_t failures; /* ends in a row that came too early */
};

/* It has ended after lived_ms: the pause before the next start, milliseconds. */
uint32_t restart_pause(struct restart *restart, int64_t lived_ms);
