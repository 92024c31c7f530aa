/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The listener on charon's bus: sees every message in plain. It takes NAT detection out of the
 * messages to and from peers with NAT traversal off, lets alert.c look at the rest, and tells the
 * queue when an aggressive-mode message has reached its IKE_SA. It also takes INITIAL_CONTACT out
 * while espd sends on SAs of a charon that is gone.
 */
#pragma once

#include <bus/listeners/listener.h>

#include "charon/alert.h"
#include "charon/espd_link.h"
#include "charon/peers.h"

/* Borrows all until freed. Register the result with charon->bus. */
listener_t *message_hook_new(struct alerts *alerts, struct peers *peers, struct ike_queue *queue,
	struct espd_link *espd);
void message_hook_free(listener_t *listener);
