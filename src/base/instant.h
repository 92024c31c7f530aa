/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time. Monotonic instants are wrapped into a struct so that they cannot be mixed up with wall
 * clock milliseconds or with durations.
 */
#pragma once

#include <stdint.h>

struct mono {
	int64_t ns; /* CLOCK_MONOTONIC */
};

struct mono mono_now(void);
struct mono mono_add_ms(struct mono instant, int64_t ms);
/* later - earlier, milliseconds, rounded down. */
int64_t mono_diff_ms(struct mono later, struct mono earlier);
/* Wall clock, milliseconds since the epoch. */
int64_t wall_now_ms(void);

#define WALL_TEXT_SIZE 21
/* "YYYY-MM-DDThh:mm:ssZ" of a wall clock instant in seconds. */
void wall_format(int64_t seconds, char ret[static WALL_TEXT_SIZE]);
/* The inverse; 0 or -EINVAL. */
int wall_parse(const char *text, int64_t *ret_seconds);
