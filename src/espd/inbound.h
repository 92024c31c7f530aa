/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the wire to the tunnel device: ESP in, inner packets out.
 */
#pragma once

#include "espd/worker.h"

/* worker->in holds len ESP datagrams that came in on wire. Inside a batch; what may be joined with
 * others waits for inbound_flush() in the datagrams' own memory. */
void inbound_burst(struct worker *worker, const struct wire *wire, size_t len);
void inbound_flush(struct worker *worker);
