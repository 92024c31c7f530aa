/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When an IKE datagram may go on. In IKEv1 aggressive mode the initiator sends its last phase-1
 * message and Quick Mode back to back; two workers of the receiving charon then race, and when the
 * second message wins it is ignored and comes again only after a retransmit timeout (7 % of
 * initiations, measured). So a datagram of an IKEv1 SPI pair goes on 5 ms after the one before it
 * at the earliest. IKEv2 has no such pair of messages and is never held.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define PACING_SLOTS 1024
#define PACING_GAP_NS 5000000

struct pacing {
	struct {
		uint8_t spis[16];
		int64_t due_ns;
	} slot[PACING_SLOTS];
};

/* The instant this UDP payload may go on: now_ns, or later. Two SPI pairs that share a slot forget
 * each other, which only loses the delay. */
int64_t pacing_due(struct pacing *pacing, const void *payload, size_t size, int64_t now_ns);
