/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Datagrams that come before their SA: a responder sends on a new CHILD_SA at once, and its first
 * packets may be here before charon has read the message that makes the SA. Only an SPI that espd
 * gave to charon counts, only for a short time, and all memory is taken at start. Knows nothing of
 * what is inside: once the SA is there a datagram is judged like any other.
 */
#pragma once

#include "base/alloc.h"
#include "espd/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EARLY_MAX 512
#define EARLY_SPI_MAX 128 /* of one SPI */
#define EARLY_SIZE 2048   /* bytes of one datagram */
#define EARLY_MS 2000
#define EARLY_PROMISES 4096

struct early_slot {
	struct espd_socket door; /* where it came in */
	struct datagram datagram;
	uint8_t *bytes; /* EARLY_SIZE */
	int64_t until_ms;
	bool admitted; /* its SA is there */
};

struct early {
	uint32_t promises[EARLY_PROMISES];  /* by the SPI's low bits; a newer one displaces */
	struct early_slot slots[EARLY_MAX]; /* oldest first */
	size_t len;
	uint8_t *bytes;
};

void early_init(struct early *early);
void early_done(struct early *early);
/* The SPI was given to charon. */
void early_promise(struct early *early, uint32_t spi);
/* false: not an SPI that waits for its SA, too large, or no room. Copies. */
bool early_add(struct early *early, const struct espd_socket *door, const struct datagram *datagram,
	int64_t now_ms);
/* The SPI has its SA now: it waits no more. true: there is something for early_take(). */
bool early_admit(struct early *early, uint32_t spi);
/* The oldest admitted datagram, valid until the next early_add(). false: none. */
bool early_take(struct early *early, struct espd_socket *ret_door, struct datagram *ret);
/* Forgets the ones that waited too long; how many those were. */
size_t early_expire(struct early *early, int64_t now_ms);
/* Charon is gone, so no SA will come: forgets everything not admitted; how many datagrams. */
size_t early_clear(struct early *early);
