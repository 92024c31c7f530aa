/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two open-addressing hashes at most half full, and one array of outbound entries.
 */
#include "espd/table.h"

#include "base/alloc.h"
#include "espd/tunnel.h"

static uint32_t hash(uint32_t x)
{
	x = (x ^ (x >> 16)) * 0x7feb352d;
	x = (x ^ (x >> 15)) * 0x846ca68b;
	return x ^ (x >> 16);
}

static uint32_t mask_for(size_t len)
{
	uint32_t slots = 2;

	while (slots < len * 2)
		slots *= 2;
	return slots - 1;
}

static void add_inbound(struct table *table, struct sa *sa)
{
	uint32_t slot = hash(sa->spi) & table->inbound_mask;

	while (table->inbound[slot].sa)
		slot = (slot + 1) & table->inbound_mask;
	table->inbound[slot] = (struct table_entry){ .sa = sa, .outer = sa->outer };
}

static struct table_tunnel *tunnel_slot(const struct table *table, uint32_t if_id)
{
	uint32_t slot = hash(if_id) & table->tunnels_mask;

	while (table->tunnels[slot].if_id && table->tunnels[slot].if_id != if_id)
		slot = (slot + 1) & table->tunnels_mask;
	return &table->tunnels[slot];
}

static void add_outbound(struct table *table, struct sa *const *sas, size_t len, bool held)
{
	for (size_t i = len; i-- > 0;) {
		struct table_tunnel *tunnel;

		if (!sas[i]->outbound || !sa_is_usable(sas[i]) || sas[i]->held != held)
			continue;
		tunnel = tunnel_slot(table, sas[i]->tunnel->config.if_id);
		table->outbound[tunnel->first + tunnel->len++] =
			(struct table_entry){ .sa = sas[i], .outer = sas[i]->outer };
	}
}

/* Counts the runs, lays them out, then fills each: newest first, held ones last. */
static void build_outbound(struct table *table, struct sa *const *sas, size_t len)
{
	uint32_t at = 0;

	for (size_t i = 0; i < len; i++) {
		struct table_tunnel *tunnel;

		if (!sas[i]->outbound || !sa_is_usable(sas[i]))
			continue;
		tunnel = tunnel_slot(table, sas[i]->tunnel->config.if_id);
		tunnel->if_id = sas[i]->tunnel->config.if_id;
		tunnel->len++;
	}
	for (uint32_t i = 0; i <= table->tunnels_mask; i++) {
		table->tunnels[i].first = at;
		at += table->tunnels[i].len;
		table->tunnels[i].len = 0;
	}
	add_outbound(table, sas, len, false);
	add_outbound(table, sas, len, true);
}

struct table *table_new(struct sa *const *sas, size_t len)
{
	struct table *table = xcalloc(1, sizeof(*table));
	size_t inbound_len = 0, outbound_len = 0;

	for (size_t i = 0; i < len; i++)
		*(sas[i]->outbound ? &outbound_len : &inbound_len) += sa_is_usable(sas[i]);
	table->inbound_mask = mask_for(inbound_len);
	table->tunnels_mask = mask_for(outbound_len);
	table->inbound = xcalloc(table->inbound_mask + 1ULL, sizeof(*table->inbound));
	table->tunnels = xcalloc(table->tunnels_mask + 1ULL, sizeof(*table->tunnels));
	table->outbound = xcalloc(outbound_len + 1, sizeof(*table->outbound));
	for (size_t i = 0; i < len; i++)
		if (!sas[i]->outbound && sa_is_usable(sas[i]))
			add_inbound(table, sas[i]);
	build_outbound(table, sas, len);
	return table;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	free(table->inbound);
	free(table->tunnels);
	free(table->outbound);
	free(table);
}

const struct table_entry *table_inbound(const struct table *table, uint32_t spi)
{
	uint32_t slot = hash(spi) & table->inbound_mask;

	for (; table->inbound[slot].sa; slot = (slot + 1) & table->inbound_mask)
		if (table->inbound[slot].sa->spi == spi)
			return &table->inbound[slot];
	return NULL;
}

const struct table_entry *table_outbound(const struct table *table, uint32_t if_id, size_t *ret_len)
{
	const struct table_tunnel *tunnel = tunnel_slot(table, if_id);

	*ret_len = tunnel->if_id ? tunnel->len : 0;
	return table->outbound + tunnel->first;
}
