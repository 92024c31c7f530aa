/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sockets towards the Internet: UDP 500, UDP 4500 and raw ESP of each local address. Receives
 * bursts, sends with DF set and tells the path MTU when a packet did not fit. Plain one-packet
 * sends; UDP_SEGMENT and UDP_GRO replace this file's inside.
 */
#pragma once

#include "base/alloc.h"
#include "espd/proto.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_BURST 32
#define WIRES_MAX 1024
#define IKE_PORT 500
#define NATT_PORT 4500

struct loop_io;
struct worker;

struct wire {
	struct espd_socket config;
	int fd;                /* own */
	struct loop_io *io;    /* the worker's watch on fd */
	struct worker *worker; /* who reads it */
};

struct datagram {
	uint8_t *bytes; /* UDP payload, or what follows the IP header */
	size_t size;
	uint32_t source; /* network order */
	uint16_t source_port;
	uint8_t tos;
	bool truncated;
};

struct wire_buffers; /* memory of one receiving worker */
struct wire_buffers *wire_buffers_new(void);
void wire_buffers_free(struct wire_buffers *buffers);

/* Is the descriptor what config says: kind, address and port? Sets the options espd relies on.
 * -EINVAL. */
MUST_CHECK int wire_prepare(const struct espd_socket *config, int fd);
/* Up to WIRE_BURST datagrams that are there now; they live until the next call. */
size_t wire_receive(const struct wire *wire, struct wire_buffers *buffers,
	struct datagram ret[static WIRE_BURST]);
/* port: host order, of UDP. 0 or -errno; with -EMSGSIZE *ret_mtu is the path's, outer header
 * included. */
MUST_CHECK int wire_send(const struct wire *wire, uint32_t destination, uint16_t port, uint8_t tos,
	const uint8_t *bytes, size_t size, uint32_t *ret_mtu);
/* The same without DF, for IKE: the kernel may fragment. */
MUST_CHECK int wire_send_fragmentable(const struct wire *wire, uint32_t destination, uint16_t port,
	const uint8_t *bytes, size_t size);

struct wires {
	struct wire **items; /* by address and kind */
	size_t len;
};

struct wire *wires_get(const struct wires *wires, uint32_t kind, uint32_t local_address);
/* Takes fd. -EEXIST, -ENOSPC. */
MUST_CHECK int wires_add(
	struct wires *wires, const struct espd_socket *config, int fd, struct wire **ret);
/* Closes. -ENOENT. */
MUST_CHECK int wires_remove(struct wires *wires, uint32_t kind, uint32_t local_address);
void wires_done(struct wires *wires);
