/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joins TCP segments and UDP datagrams of one flow into packets that the kernel splits again, by
 * the rules of its own receive offload: what comes out after splitting is what came in. Packets are
 * held only until coalesce_flush(), so only what came in one batch is joined, and the packets of a
 * flow leave in the order they came. Knows no device.
 */
#pragma once

#include "espd/device.h"
#include "espd/ipv4.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COALESCE_FLOWS 32
#define COALESCE_PACKETS (DEVICE_PARTS_MAX - 1)
#define COALESCE_HEADER_MAX (IPV4_HEADER_MIN + 60)

struct tunnel;

/* What is to be written: one packet in parts, and the packets it was made of. */
struct joined {
	struct tunnel *tunnel;
	struct device_write write;
	struct iovec parts[DEVICE_PARTS_MAX];
	size_t parts_len;
	const struct iovec *packets;
	size_t packets_len;
};

struct flow {
	struct tunnel *tunnel; /* NULL: free */
	struct ipv4 ipv4;      /* of the first packet */
	size_t header_size;    /* of IP and the transport */
	size_t segment_size;   /* payload of all but the last */
	size_t size;           /* of the joined packet */
	uint32_t next_sequence;
	uint16_t first_id, id_step;
	uint8_t flags;
	struct iovec packets[COALESCE_PACKETS];
	size_t len;
};

struct coalescer {
	void (*emit)(void *arg, const struct joined *joined);
	void *arg;
	struct flow flows[COALESCE_FLOWS];
	size_t evict; /* the next one to make room */
};

/* packet: borrowed until the flush. tunnel: packets of different ones are never joined. */
void coalesce_add(struct coalescer *coalescer, struct tunnel *tunnel, uint8_t *packet,
	const struct ipv4 *ipv4);
void coalesce_flush(struct coalescer *coalescer);
