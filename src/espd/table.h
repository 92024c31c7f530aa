/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the workers look packets up in: an immutable snapshot of the SAs, inbound by SPI, outbound
 * by tunnel, newest first but for held ones. The control side builds a new one after each change
 * and swaps the pointer.
 */
#pragma once

#include "espd/sa.h"

#include <stddef.h>
#include <stdint.h>

struct table_entry {
	struct sa *sa;
	struct outer outer; /* as it was when the snapshot was made */
};

struct table_tunnel {
	uint32_t if_id; /* 0 = free slot */
	uint32_t first, len;
};

struct table {
	uint32_t inbound_mask, tunnels_mask; /* slots - 1, a power of two less one */
	struct table_entry *inbound;         /* open addressing by SPI */
	struct table_tunnel *tunnels;        /* open addressing by if_id */
	struct table_entry *outbound;        /* runs of one tunnel each */
};

/* sas: oldest first; unusable ones are left out. */
struct table *table_new(struct sa *const *sas, size_t len);
void table_free(struct table *table);
/* NULL: none. spi: network order. */
const struct table_entry *table_inbound(const struct table *table, uint32_t spi);
/* The tunnel's outbound SAs, in the order of preference. */
const struct table_entry *table_outbound(
	const struct table *table, uint32_t if_id, size_t *ret_len);
