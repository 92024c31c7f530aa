/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which peers must not see NAT traversal, by address: a responder's IKE_SA has no name yet when the
 * question comes up. Locks itself.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "charon/proto.h"

struct peers;

struct peers *peers_new(void);
void peers_free(struct peers *peers);

/* The agent says it all again after each connect: what it has not repeated between peers_begin()
 * and peers_done() is dropped by the latter. */
void peers_begin(struct peers *peers);
void peers_set(struct peers *peers, const struct charon_peer *peer);
void peers_done(struct peers *peers);

/* A setting for this local address goes before one for any. Default: on. Network order. */
bool peers_nat_traversal(struct peers *peers, uint32_t local_address, uint32_t remote_address);
