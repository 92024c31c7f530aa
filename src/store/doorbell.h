/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Doorbells between the processes that share a store's folder: each watcher owns a datagram socket
 * in it, and whoever has committed sends an empty datagram to all others. A bell may be lost (the
 * poll is the safety net) and says only "look again".
 */
#pragma once

#include "base/alloc.h"

struct doorbell;
struct loop;

/* Makes dir/doorbell when missing. */
void doorbell_prepare(const char *dir);
/* NULL when no socket can be bound there; the caller then lives on polling. */
struct doorbell *doorbell_new(
	struct loop *loop, const char *dir, void (*rang)(void *arg), void *arg);
void doorbell_free(struct doorbell *bell); /* NULL is fine */
/* Rings every bell of the folder but `own` (may be NULL) and removes those nobody listens to. */
void doorbell_ring(const char *dir, const struct doorbell *own);
