/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Token buckets against floods of IKE datagrams: one per source and one in total. Sources share a
 * fixed table under a secret hash, so a flood from many addresses costs no memory.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define LIMIT_SOURCES 4096

struct bucket {
	uint64_t tokens; /* thousandths */
	int64_t at_ms;
};

struct bucket_size {
	uint32_t per_second, burst;
};

struct limit {
	uint64_t secret;
	struct bucket_size total_size, source_size;
	struct bucket total;
	struct bucket sources[LIMIT_SOURCES];
};

void limit_init(
	struct limit *limit, struct bucket_size total, struct bucket_size source, int64_t now_ms);
/* Takes a token of the source, then one of the total; false: over the limit. */
bool limit_take(struct limit *limit, uint32_t source, int64_t now_ms);
