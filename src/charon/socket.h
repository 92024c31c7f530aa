/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * charon's socket_t on top of espd, which owns UDP 500 and 4500: datagrams come and go through it,
 * as on the wire. What follows an aggressive-mode message waits for it both ways
 * (pacing.h) without holding up anything else.
 */
#pragma once

#include <network/socket.h>

#include "charon/espd_link.h"

struct ike_queue;

/* What came in and waits for charon; outlives the socket_t, which only borrows it. */
struct ike_queue *ike_queue_new(void);
void ike_queue_free(struct ike_queue *queue);
/* A datagram from espd; called on the link's thread. Dropped when 4096 wait already. */
void ike_queue_add(
	struct ike_queue *queue, const struct espd_ike *ike, const void *payload, size_t size);

/* A worker of charon's has the IKE_SA of this aggressive-mode message: what waits behind it may go.
 */
void ike_queue_release(struct ike_queue *queue, uint64_t initiator_spi, uint64_t responder_spi);
/* Did an IKEv1 peer with this initiator's SPI send an encrypted INFORMATIONAL? See early.h. */
bool ike_queue_has_early(struct ike_queue *queue, uint64_t initiator_spi);

socket_t *socket_new(struct espd_link *link, struct ike_queue *queue);
