/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKE_SAs that our charon begins. It sends the first message before it has entered the IKE_SA in
 * its table; an answer that comes sooner finds none and is dropped, and the exchange stalls for a
 * retransmit timeout. So answers are held until a while after the first message was sent.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define OPENING_SLOTS 1024
#define OPENING_HOLD_NS 20000000

/* The caller locks. Zeroed memory is an empty one. Two that share a slot forget each other. */
struct opening {
	struct {
		uint8_t spi[8]; /* the initiator's */
		int64_t sent_ns;
	} slot[OPENING_SLOTS];
};

/* Looks at a UDP payload to be sent; of repeated ones the first counts. */
void opening_sent(struct opening *opening, const void *payload, size_t size, int64_t now_ns);
/* The instant, due_ns or later, at which a received UDP payload may go on. */
int64_t opening_due(
	const struct opening *opening, const void *payload, size_t size, int64_t due_ns);
