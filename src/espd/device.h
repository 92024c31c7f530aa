/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TUN device as a queue of inner packets. With IFF_VNET_HDR each carries struct virtio_net_hdr:
 * the kernel then hands over packets whose transport checksum is not there yet and, when the agent
 * switched the offloads on, TCP and UDP packets of up to 64 KiB that are still to be split, and it
 * takes such packets. A device without the header gives and takes whole single packets.
 */
#pragma once

#include "base/alloc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#define DEVICE_HEADROOM 16      /* before a packet that is read */
#define DEVICE_PACKET_MAX 65536 /* bytes */
#define DEVICE_PARTS_MAX 65     /* of a packet that is written */

struct device {
	int fd;
	bool has_header; /* IFF_VNET_HDR */
	bool takes_udp;  /* UDP to be split, so far as is known: since Linux 6.2 */
};

enum device_kind {
	DEVICE_WHOLE, /* as it goes on the wire */
	DEVICE_TCP,   /* to be split into segments */
	DEVICE_UDP,   /* likewise */
};

struct device_packet {
	uint8_t *bytes;
	size_t size;
	enum device_kind kind;
	uint16_t segment_size;    /* payload of one segment */
	bool is_cwr_first;        /* of TCP: CWR is in the first segment only (RFC 3168 6.1.2) */
	bool is_partial;          /* the transport checksum covers the pseudo header only: */
	uint16_t checksum_start;  /* sum from here to the end, */
	uint16_t checksum_offset; /* and store it so far behind the start */
};

/* What is known of a packet that is written. */
struct device_write {
	enum device_kind kind;
	uint16_t segment_size, header_size; /* of a packet to be split */
	uint16_t checksum_start, checksum_offset;
	bool is_verified; /* of a whole packet: its transport checksum was right */
};

/* Is the descriptor a TUN queue without packet information? -EINVAL. Leaves fd to the caller. */
MUST_CHECK int device_check(int fd, struct device *ret);
/* One packet into room, which has DEVICE_HEADROOM + DEVICE_PACKET_MAX bytes. 0; -EAGAIN: none;
 * -EINVAL: one that no kernel would make, read and lost; other -errno: the device is gone. */
MUST_CHECK int device_read(const struct device *device, uint8_t *room, struct device_packet *ret);
/* Finishes the transport checksum of a whole packet. -EINVAL: its place is outside. */
MUST_CHECK int device_complete(struct device_packet *packet);
/* A packet in up to DEVICE_PARTS_MAX parts. One to be split has its pseudo header's sum in the
 * checksum's place, and the device a header. 0 or -errno; -EINVAL: the kernel cannot split it. */
MUST_CHECK int device_write(const struct device *device, const struct device_write *write,
	const struct iovec *parts, size_t len);
/* A single whole packet. */
MUST_CHECK int device_write_one(const struct device *device, const uint8_t *packet, size_t size);
