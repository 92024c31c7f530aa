/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one worker owns: its buffers, counters and random bytes, and the way to the shared table. A
 * worker runs a batch to its end between worker_enter() and worker_leave(). One worker today, on
 * the control loop; nothing here is shared with another.
 */
#pragma once

#include "espd/coalesce.h"
#include "espd/counters.h"
#include "espd/crypto.h"
#include "espd/device.h"
#include "espd/early.h"
#include "espd/epoch.h"
#include "espd/esp.h"
#include "espd/table.h"
#include "espd/wire.h"

#include <stdatomic.h>
#include <stdint.h>

#define DEVICE_BURST 256 /* packets, and about as many segments */
#define DEVICE_ROOM (9 * (DEVICE_HEADROOM + DEVICE_PACKET_MAX))
#define OUT_SLOTS WIRE_SEND_BURST
#define OUT_SIZE (DEVICE_PACKET_MAX + ESP_OVERHEAD_MAX)
#define OUT_ROOM ((size_t)512 * 1024)
#define IN_BURST 128

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
	const struct device_packet *origin; /* to start over; NULL: no second try */
	size_t index;                       /* which segment of it */
	size_t inner_size;
	uint8_t tos;
	uint8_t *bytes;
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
	struct datagram joined[WIRE_BURST]; /* as they were received */
	struct datagram in[IN_BURST];       /* each for itself */
	struct crypto_packet in_crypto[IN_BURST];
	struct coalescer coalescer; /* empty between batches */

	uint8_t *device_room; /* DEVICE_ROOM, for what is read in one batch */
	struct device_packet reads[DEVICE_BURST];
	uint8_t *out_room; /* OUT_ROOM, for the frames of the slots, one behind the other */
	size_t out_used;
	struct out_slot out[OUT_SLOTS];
	struct crypto_packet out_crypto[OUT_SLOTS];
	struct wire_packet out_wire[OUT_SLOTS];
	size_t out_len;
	struct wire_sender *sender;
	/* DEVICE_PACKET_MAX each: a segment that is not framed as it is, and one that starts over
	 */
	uint8_t *segment, *again;
	bool sending_kept; /* what finds no SA now is dropped, not kept again */
};

struct worker *worker_new(unsigned int index, const struct crypto_backend *backend,
	const struct wires *wires, struct epochs *epochs, struct table *_Atomic *shared_table,
	struct worker_hooks hooks);
void worker_free(struct worker *worker);
void worker_enter(struct worker *worker);
void worker_leave(struct worker *worker);
