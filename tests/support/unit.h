/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every unit test includes: cmocka with the headers it needs before it, and seeded random
 * bytes (VPNGW_SEED in the environment replays a run; the seed is printed when it was chosen).
 */
#pragma once

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
/* clang-format on */

static uint64_t unit_state;

static inline uint64_t unit_next(void)
{
	if (!unit_state) {
		const char *seed = getenv("VPNGW_SEED");

		unit_state = seed ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL) | 1;
		fprintf(stderr, "# VPNGW_SEED=%llu\n", (unsigned long long)unit_state);
	}
	/* xorshift64*, Vigna 2016 */
	unit_state ^= unit_state >> 12;
	unit_state ^= unit_state << 25;
	unit_state ^= unit_state >> 27;
	return unit_state * 2685821657736338717ULL;
}

static inline void unit_random(void *ret, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)ret)[i] = (uint8_t)(unit_next() >> 56);
}
