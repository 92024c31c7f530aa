/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The SAs that charon believes installed: what a charon upcall needs to name one (its destination
 * as a host_t), and which connection to espd they were installed over, because none survives that.
 * Locks itself; holds no key.
 */
#pragma once

#include <networking/host.h>
#include <stdbool.h>
#include <stdint.h>

#include "espd/proto.h"

struct sa_table;

struct sa_table *sa_table_new(void);
void sa_table_free(struct sa_table *table);

/* Replaces one of the same key. if_id: its tunnel. destination is cloned. */
void sa_table_add(struct sa_table *table, const struct espd_sa_key *key, uint32_t if_id,
	host_t *destination, uint32_t generation);
void sa_table_remove(struct sa_table *table, const struct espd_sa_key *key);
/* The SA under a new key and destination, after its addresses changed. */
void sa_table_move(struct sa_table *table, const struct espd_sa_key *key,
	const struct espd_sa_key *new_key, host_t *new_destination);

/* A clone of the destination, or NULL when there is no such SA. */
host_t *sa_table_destination(struct sa_table *table, const struct espd_sa_key *key);

/* Calls visit for every inbound SA of a connection before this generation, with the lock held. */
void sa_table_each_lost(struct sa_table *table, uint32_t generation,
	void (*visit)(void *context, uint32_t spi, uint32_t if_id, host_t *destination),
	void *context);
