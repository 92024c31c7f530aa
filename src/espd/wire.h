/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sockets towards the Internet: UDP 500, UDP 4500 and raw ESP of each local address. Receives
 * bursts, sends bursts with DF set and tells the path MTU when a packet did not fit. On UDP 4500
 * the kernel may join datagrams that came together (UDP_GRO) and is given packets of one size as
 * one (UDP_SEGMENT), where it can.
 */
#pragma once

#include "base/alloc.h"
#include "espd/proto.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_BURST 32
#define WIRE_SEND_BURST 128
#define WIRES_MAX 1024
#define IKE_PORT 500
#define NATT_PORT 4500

struct loop_io;
struct worker;

struct wire {
	struct espd_socket config;
	int fd;                 /* own */
	struct loop_io *io;     /* the worker's watch on fd */
	struct worker *worker;  /* who reads it */
	bool can_segment;       /* UDP_SEGMENT; */
	int64_t apart_until_ms; /* but not before: it did not work */
};

struct datagram {
	uint8_t *bytes; /* UDP payload, or what follows the IP header */
	size_t size;
	size_t segment_size; /* several joined ones, of this size each but the last; 0: one */
	uint32_t source;     /* network order */
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

/* May the kernel join what is received and segment what is sent, where it can? Said for every
 * socket: the one before us may have left it otherwise. */
void wire_join(struct wire *wire, bool on);

struct wire_packet {
	const uint8_t *bytes;
	size_t size;
	uint32_t destination; /* network order */
	uint16_t port;        /* host order, of UDP */
	uint8_t tos;
	int result;   /* 0 or -errno, as of wire_send() */
	uint32_t mtu; /* with -EMSGSIZE */
};

struct wire_sender; /* memory of one sending worker */
struct wire_sender *wire_sender_new(void);
void wire_sender_free(struct wire_sender *sender);
/* Sends at most WIRE_SEND_BURST packets in their order and sets their results. */
void wire_send_burst(struct wire *wire, struct wire_sender *sender, struct wire_packet *packets,
	size_t len, int64_t now_ms);

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
