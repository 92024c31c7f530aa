/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection of the control protocol: messages in, messages out. Nothing blocks: what the
 * socket does not take is queued, and while something is queued no request is read. Knows headers,
 * not what messages mean.
 */
#pragma once

#include "base/alloc.h"
#include "espd/proto.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SESSION_QUEUE_MAX 65536      /* messages; a client that is further behind is cut off */
#define SESSION_EVENT_QUEUE_MAX 1024 /* for messages that may be lost */

struct loop;
struct session;

struct session_events {
	void *arg;
	/* body: aligned for every struct of proto.h, wiped after the call. *fd: -1 or a descriptor
	 * that the callee may take. */
	void (*message)(void *arg, const struct espd_header *header, const uint8_t *body,
		size_t size, int *fd);
	/* The queue is empty: send more of an answer that was too long for it. */
	void (*drained)(void *arg);
	/* The other side is gone or broke the protocol; the owner frees the session in here. */
	void (*closed)(void *arg);
};

/* Takes fd. */
struct session *session_new(struct loop *loop, int fd, struct session_events events);
void session_free(struct session *session);
/* Sends or queues; the descriptor is duplicated when it has to wait. sequence 0: an event. */
void session_send(struct session *session, uint16_t type, uint32_t sequence, const void *body,
	size_t size, int fd);
/* An event in two parts that may be lost; false: it was. */
bool session_send_lossy(struct session *session, uint16_t type, const void *head, size_t head_size,
	const void *body, size_t body_size);
/* Is something waiting to be sent? */
bool session_is_behind(const struct session *session);
/* closed() will be called from the loop. */
void session_end(struct session *session);
