/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters of the packet path, one set a worker so that each has a single writer; the control side
 * adds them up. Names and meanings are proto.h's.
 */
#pragma once

#include <stdint.h>

#define WORKERS_MAX 1

struct tunnel_counters {
	uint64_t in_packets, in_bytes, out_packets, out_bytes;
	int64_t last_in_ms, last_out_ms;
	uint64_t out_at_in; /* what had gone out, of all workers, at last_in_ms */
	uint64_t drop_no_sa, drop_selector_in, drop_selector_out, drop_replay, drop_auth,
		drop_malformed, drop_too_big, drop_ipv6, drop_sequence, drop_io;
};

struct global_counters {
	uint64_t ike_in, ike_out, keepalives, drop_ike_limit, drop_ike_queue, drop_garbage,
		drop_unknown_spi, drop_ike_out;
};
