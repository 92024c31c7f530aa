/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TUN device as a queue of inner packets, plain one-packet reads and writes. The fast path
 * (vnet_hdr, several queues) replaces this file's inside.
 */
#pragma once

#include "base/alloc.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Is the descriptor a TUN queue without packet information and without vnet_hdr? -EINVAL. */
MUST_CHECK int device_check(int fd);
/* One packet; -EAGAIN: none, other -errno: the device is gone. */
ssize_t device_read(int fd, uint8_t *ret, size_t size);
/* 0 or -errno. */
MUST_CHECK int device_write(int fd, const uint8_t *packet, size_t size);
