/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When an IKE datagram may go on. In IKEv1 aggressive mode the initiator sends its last phase-1
 * message and Quick Mode back to back; two workers of the receiving charon then race, and when the
 * second message wins it is ignored and comes again only after a retransmit timeout (7 % of
 * initiations, measured). So what follows an aggressive-mode message of the same SPI pair is held:
 * towards our charon until that one is being processed, towards a peer for a while. Nothing else is
 * held: in a rekeying, Quick Mode's last message must reach the responder before the first packet
 * of the new SA does.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define PACING_SLOTS 1024
#define PACING_SPIS_SIZE 16 /* initiator, responder, as on the wire */

struct pacing {
	struct {
		uint8_t spis[PACING_SPIS_SIZE];
		int64_t until_ns;
	} slot[PACING_SLOTS];
};

/* The instant this UDP payload may go on: now_ns, or later by what is left of hold_ns. Messages of
 * one SPI pair never get an earlier one than those before them. Two pairs that share a slot forget
 * each other, which only loses the delay. */
int64_t pacing_due(
	struct pacing *pacing, const void *payload, size_t size, int64_t now_ns, int64_t hold_ns);

/* The aggressive-mode message of this pair is being processed: later ones need not wait. */
void pacing_release(struct pacing *pacing, const uint8_t spis[PACING_SPIS_SIZE]);

/* The SPI pair of an IKEv1 payload, NULL for anything else. */
const uint8_t *pacing_spis(const void *payload, size_t size);
