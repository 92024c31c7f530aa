/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys that have to be looked at: ready ones in the order they were marked, each at most once,
 * and waiting ones that failed and come back at their time. A key's count of failures lives here
 * until it succeeds.
 */
#pragma once

#include "base/instant.h"
#include "reconcile/item.h"

struct queue;

struct queue *queue_new(void);
void queue_free(struct queue *queue);
/* Ready now; also one that waits. A key that is being worked on becomes ready again. */
void queue_mark(struct queue *queue, enum kind kind, const char *id);
/* Counts a failure and returns how many there were in a row. */
uint32_t queue_count_failure(struct queue *queue, enum kind kind, const char *id);
/* Not before `due`, unless it is ready already. */
void queue_wait(struct queue *queue, enum kind kind, const char *id, struct mono due);
/* It succeeded: its failures are forgotten; if it is ready it stays so. */
void queue_forget(struct queue *queue, enum kind kind, const char *id);
/* Takes the next ready or due key; the id is the caller's. False when there is none. */
bool queue_take(struct queue *queue, struct mono now, enum kind *ret_kind, char **ret_id);
/* When the next key is due; false when none is ready or waiting. */
bool queue_next_due(const struct queue *queue, struct mono now, struct mono *ret);
/* Empties ready and waiting; counts of failures stay. */
void queue_drain(struct queue *queue);
