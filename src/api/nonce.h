/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which nonces were used while their request's timestamp can still be valid. In memory and
 * bounded: a key may hold as many as are still free, so that none, and no few together, can leave
 * the others without room. What was used before the process started is covered by refusing older
 * timestamps.
 */
#pragma once

#include "base/alloc.h"

#include <stdint.h>

/* Twice what a key uses that sends 2,000 requests a second all the time. */
#define NONCES_MAX (4U << 20)
#define NONCES_AHEAD_S 1800 /* expire_s is at most so much later than now_s */

struct nonces;

struct nonces *nonces_new(size_t max);
void nonces_free(struct nonces *nonces); /* NULL is fine */
DEFINE_CLEANUP(struct nonces, nonces_free)
/*
 * Remembers (key id, nonce) until expire_s, in seconds of the wall clock, or some two minutes
 * longer. -EEXIST: was used; -EDQUOT: the key holds its share of those that are still valid;
 * -ENOSPC: very many keys together fill the table.
 */
MUST_CHECK int nonces_use(struct nonces *nonces, const char *access_key_id, const char *nonce,
	uint32_t now_s, uint32_t expire_s);
