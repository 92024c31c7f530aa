/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Token buckets by name (an access key, an address), in a table of fixed size: when it is full, the
 * fullest bucket of a set is forgotten, so that whoever is being limited stays limited.
 */
#pragma once

#include "base/alloc.h"

#include <stdint.h>

struct buckets;

/* Each name may take `burst` at once and `per_second` in the long run; both at least 1. */
struct buckets *buckets_new(uint32_t per_second, uint32_t burst);
void buckets_free(struct buckets *buckets); /* NULL is fine */
DEFINE_CLEANUP(struct buckets, buckets_free)
/* New limits; what is in the buckets stays, as far as it fits. */
void buckets_set(struct buckets *buckets, uint32_t per_second, uint32_t burst);
/* 0: taken. Else the bucket is empty: milliseconds until it no longer is. A clock that steps back
 * gives nobody anything. */
uint64_t buckets_take(struct buckets *buckets, const char *name, int64_t now_ms);
