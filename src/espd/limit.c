/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The source's bucket is asked first, so that one loud source cannot drain the total.
 */
#include "espd/limit.h"

#include "base/secret.h"

static bool bucket_take(struct bucket *bucket, struct bucket_size size, int64_t now_ms)
{
	uint64_t full = (uint64_t)size.burst * 1000;

	if (now_ms > bucket->at_ms) {
		uint64_t gained = (uint64_t)(now_ms - bucket->at_ms) * size.per_second;

		bucket->tokens = gained > full - bucket->tokens ? full : bucket->tokens + gained;
		bucket->at_ms = now_ms;
	}
	if (bucket->tokens < 1000)
		return false;
	bucket->tokens -= 1000;
	return true;
}

void limit_init(
	struct limit *limit, struct bucket_size total, struct bucket_size source, int64_t now_ms)
{
	*limit = (struct limit){ .total_size = total, .source_size = source };
	random_bytes(&limit->secret, sizeof(limit->secret));
	limit->total = (struct bucket){ .tokens = total.burst * 1000ULL, .at_ms = now_ms };
	for (unsigned int i = 0; i < LIMIT_SOURCES; i++)
		limit->sources[i] =
			(struct bucket){ .tokens = source.burst * 1000ULL, .at_ms = now_ms };
}

static uint32_t hash_source(uint64_t secret, uint32_t source)
{
	uint64_t x = (source ^ secret) * UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 29) ^ (secret << 7)) * UINT64_C(0xbf58476d1ce4e5b9);
	return (uint32_t)(x >> 40) % LIMIT_SOURCES;
}

bool limit_take(struct limit *limit, uint32_t source, int64_t now_ms)
{
	return bucket_take(&limit->sources[hash_source(limit->secret, source)], limit->source_size,
		       now_ms) &&
	       bucket_take(&limit->total, limit->total_size, now_ms);
}
