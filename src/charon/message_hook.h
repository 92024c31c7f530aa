/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The listener on charon's bus: sees every message in plain. It takes NAT detection out of the
 * messages to and from peers with NAT traversal off, and lets alert.c look at the rest.
 */
#pragma once

#include <bus/listeners/listener.h>

#include "charon/alert.h"
#include "charon/peers.h"

/* Borrows both until freed. Register the result with charon->bus. */
listener_t *message_hook_new(struct alerts *alerts, struct peers *peers);
void message_hook_free(listener_t *listener);
