/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set-associative table under a secret hash: names that collide cannot be chosen from outside.
 * Contents are counted in thousandths, so that a millisecond's worth is a whole number.
 */
#include "api/buckets.h"

#include "api/text_hash.h"

#include <string.h>

#define SETS 1024 /* a power of two */
#define WAYS 4

struct bucket {
	uint64_t name_hash; /* 0: unused */
	uint64_t content;   /* thousandths, at time_ms */
	int64_t time_ms;
};

struct buckets {
	uint64_t per_ms, room; /* thousandths */
	struct bucket sets[SETS][WAYS];
};

struct buckets *buckets_new(uint32_t per_second, uint32_t burst)
{
	struct buckets *buckets = xcalloc(1, sizeof(*buckets));

	buckets_set(buckets, per_second, burst);
	return buckets;
}

void buckets_free(struct buckets *buckets)
{
	free(buckets);
}

void buckets_set(struct buckets *buckets, uint32_t per_second, uint32_t burst)
{
	buckets->per_ms = per_second;
	buckets->room = burst * UINT64_C(1000);
}

static void refill(const struct buckets *buckets, struct bucket *bucket, int64_t now_ms)
{
	uint64_t elapsed = now_ms > bucket->time_ms ? (uint64_t)(now_ms - bucket->time_ms) : 0;

	if (bucket->content > buckets->room ||
		elapsed >= (buckets->room - bucket->content) / buckets->per_ms + 1)
		bucket->content = buckets->room;
	else
		bucket->content += elapsed * buckets->per_ms;
	bucket->time_ms = now_ms;
}

/* The name's bucket, refilled; where it has none, the place of the fullest one. */
static struct bucket *find(struct buckets *buckets, const char *name, int64_t now_ms)
{
	uint64_t name_hash = text_hash(name, strlen(name));
	struct bucket *set = buckets->sets[name_hash % SETS], *fullest = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].name_hash)
			refill(buckets, &set[i], now_ms);
		else
			set[i].content = UINT64_MAX;
		if (set[i].name_hash == name_hash)
			return &set[i];
		if (set[i].content > fullest->content)
			fullest = &set[i];
	}
	*fullest = (struct bucket){
		.name_hash = name_hash, .content = buckets->room, .time_ms = now_ms
	};
	return fullest;
}

uint64_t buckets_take(struct buckets *buckets, const char *name, int64_t now_ms)
{
	struct bucket *bucket = find(buckets, name, now_ms);

	if (bucket->content < 1000)
		return (1000 - bucket->content + buckets->per_ms - 1) / buckets->per_ms;
	bucket->content -= 1000;
	return 0;
}
