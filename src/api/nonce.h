/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which nonces were used while their request's timestamp can still be valid. In memory and
 * bounded; what was used before the process started is covered by refusing older timestamps.
 */
#pragma once

#include "base/alloc.h"

#include <stdint.h>

#define NONCES_MAX (2U << 20)

struct nonces;

struct nonces *nonces_new(size_t max);
void nonces_free(struct nonces *nonces); /* NULL is fine */
DEFINE_CLEANUP(struct nonces, nonces_free)
/*
 * Remembers (key id, nonce) until expire_s, in seconds of the wall clock. -EEXIST: was used;
 * -ENOSPC: as many as fit are still valid.
 */
MUST_CHECK int nonces_use(struct nonces *nonces, const char *access_key_id, const char *nonce,
	uint32_t now_s, uint32_t expire_s);
