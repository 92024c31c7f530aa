/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection to charon's VICI socket: frames in, frames out. Knows sizes and sockets, not what
 * the packets say.
 */
#pragma once

#include "drivers/ike/vici.h"

struct loop;
struct vici_stream;

struct vici_stream_calls {
	void (*packet)(void *arg, const struct vici_packet *packet);
	/* Gone or not to be understood; free it now or later. Comes once, never inside
	   vici_stream_send(). */
	void (*lost)(void *arg, int err);
	void *arg;
};

MUST_CHECK int vici_stream_open(struct loop *loop, const char *path,
	const struct vici_stream_calls *calls, struct vici_stream **ret);
void vici_stream_free(struct vici_stream *stream); /* NULL is fine; safe inside its callbacks */
/* Queues a packet. -EMSGSIZE: too long for charon, nothing was queued. */
MUST_CHECK int vici_stream_send(struct vici_stream *stream, enum vici_packet_type type,
	const char *name, const struct vici_message *message);
