/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the tunnel device to the wire: inner packets in, ESP out.
 */
#pragma once

#include "espd/worker.h"

/* Reads a burst of packets of the tunnel and sends them. Inside a batch. -errno: the device is
 * gone. */
MUST_CHECK int outbound_read(struct worker *worker, struct tunnel *tunnel);
/* Sends the packets that waited for an SA of this tunnel. Inside a batch. */
void outbound_kept(struct worker *worker, struct tunnel *tunnel);
/* The largest inner packet that gets through the tunnel whole, as far as is known. */
size_t outbound_max(const struct worker *worker, const struct tunnel *tunnel);
