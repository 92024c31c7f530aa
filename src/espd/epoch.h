/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When may a retired object be freed? Every worker announces the batches it is in; what was
 * unlinked before a worker's present batch began is out of that worker's reach (quiescent-state
 * reclamation). The control side retires and frees, workers only enter and leave.
 */
#pragma once

#include "espd/counters.h"

#include <stdatomic.h>
#include <stdint.h>

struct retired;

struct epochs {
	_Atomic uint64_t now;
	_Atomic uint64_t inside[WORKERS_MAX]; /* 0 = between batches */
	struct retired *retired;              /* the control side's */
};

void epochs_init(struct epochs *epochs);
/* Frees everything at once; no worker may be running. */
void epochs_done(struct epochs *epochs);
/* A worker, around each batch. */
void epoch_enter(struct epochs *epochs, unsigned int worker);
void epoch_leave(struct epochs *epochs, unsigned int worker);
/* The control side, after unlinking. Frees at once when no worker is inside a batch. */
void epoch_retire(struct epochs *epochs, void (*free_it)(void *object), void *object);
/* Frees what has become free since. */
void epoch_reclaim(struct epochs *epochs);
