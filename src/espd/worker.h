/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one worker owns: its buffers, counters and random bytes, and the way to the shared table. A
 * worker runs a batch to its end between worker_enter() and worker_leave(). One worker today, on
 * the control loop; nothing here is shared with another.
 */
#pragma once

#include "espd/counters.h"
#include "espd/crypto.h"
#include "espd/early.h"
#include "espd/epoch.h"
#include "espd/esp.h"
#include "espd/table.h"
#include "espd/wire.h"

#include <stdatomic.h>
#include <stdint.h>

#define DEVICE_BURST 32
#define OUT_SLOTS 64
#define INNER_MAX 65536
#define OUT_SIZE (INNER_MAX + ESP_OVERHEAD_MAX)

struct tunnel;

/* What the packet path reports. Called inside a batch: a hook may send or defer, never change the
 * table. */
struct worker_hooks {
	void *arg;
	void (*wake)(void *arg, struct tunnel *tunnel);
	void (*limit_reached)(void *arg);
	void (*mapping)(void *arg, const struct sa *sa, uint32_t address, uint16_t port);
	void (*ike)(void *arg, const struct wire *wire, const struct datagram *datagram);
};

/* A framed packet on its way out. */
struct out_slot {
	const struct table_entry *entry;
	uint8_t *inner; /* the whole inner packet, to start over; NULL: no second try */
	size_t inner_size;
	uint8_t tos;
	uint8_t *bytes; /* OUT_SIZE */
};

struct worker {
	unsigned int index;
	const struct crypto_backend *backend;
	void *crypto; /* the backend's context */
	struct worker_hooks hooks;
	const struct wires *wires;
	struct epochs *epochs;
	struct table *_Atomic *shared_table;
	const struct table *table; /* of the present batch */
	int64_t now_ms;            /* of the present batch */
	struct global_counters counters;
	struct iv_stock iv_stock;
	struct early early;

	struct wire_buffers *in_buffers;
	struct datagram in[WIRE_BURST];
	struct crypto_packet in_crypto[WIRE_BURST];

	uint8_t *device_buffers; /* DEVICE_BURST of INNER_MAX */
	struct out_slot out[OUT_SLOTS];
	struct crypto_packet out_crypto[OUT_SLOTS];
	size_t out_len;
	uint8_t *piece;    /* INNER_MAX: one fragment before it is framed */
	bool sending_kept; /* what finds no SA now is dropped, not kept again */
};

struct worker *worker_new(unsigned int index, const struct crypto_backend *backend,
	const struct wires *wires, struct epochs *epochs, struct table *_Atomic *shared_table,
	struct worker_hooks hooks);
void worker_free(struct worker *worker);
void worker_enter(struct worker *worker);
void worker_leave(struct worker *worker);
