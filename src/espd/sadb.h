/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All SAs, as the control side sees them: adding, finding, ending, orphaning. Publishes a new table
 * after every change and reports when a tunnel's number of usable SAs changed.
 */
#pragma once

#include "base/alloc.h"
#include "espd/epoch.h"
#include "espd/sa.h"
#include "espd/table.h"

#include <stdatomic.h>
#include <stddef.h>

#define SAS_MAX 65536
#define ORPHAN_MS 60000
/* How long a replaced inbound orphan still takes what is under way on it. */
#define ORPHAN_INBOUND_MS 10000

struct sadb_events {
	void *arg;
	void (*sas_changed)(void *arg, struct tunnel *tunnel, uint32_t inbound, uint32_t outbound);
	/* A lifetime was reached. hard: the SA is gone right after the call. */
	void (*expired)(void *arg, const struct sa *sa, bool hard);
};

struct sadb {
	struct sa **items; /* oldest first */
	size_t len, room;
	struct table *_Atomic table; /* what the workers see */
	struct epochs *epochs;
	struct sadb_events events;
};

void sadb_init(struct sadb *sadb, struct epochs *epochs, struct sadb_events events);
void sadb_done(struct sadb *sadb);
/* NULL: none. Inbound by SPI alone; outbound by SPI and peer. */
struct sa *sadb_find(const struct sadb *sadb, const struct espd_sa_key *key);
/*
 * Takes sa. It replaces an SA of the same name, and the orphans of the same tunnel and direction:
 * an outbound one at once, an inbound one after what is under way has arrived. -ENOSPC;
 * -EEXIST: an outbound AEAD key that another SA counts with.
 */
MUST_CHECK int sadb_add(struct sadb *sadb, struct sa *sa, int64_t now_ms);
/* An outbound one goes on being used while another one of its tunnel is held. */
void sadb_remove(struct sadb *sadb, struct sa *sa);
/*
 * Ends holds whose time is over or whose peer was heard on the tunnel's newest inbound SA. When the
 * next one ends; INT64_MAX: none is held.
 */
int64_t sadb_settle(struct sadb *sadb, int64_t now_ms);
/* -EINVAL. */
MUST_CHECK int sadb_update(struct sadb *sadb, struct sa *sa, const struct espd_sa_update *update);
/* Every SA of the present charon; orphans stay. */
void sadb_flush(struct sadb *sadb);
/* Charon is gone: its SAs become orphans. */
void sadb_orphan(struct sadb *sadb, int64_t now_ms);
void sadb_remove_tunnel(struct sadb *sadb, const struct tunnel *tunnel);
/* Lifetimes by time, packets and bytes, and orphans whose time is over. */
void sadb_expire(struct sadb *sadb, int64_t now_ms);
/* Usable outbound orphans of the tunnel. */
uint32_t sadb_count_orphans(const struct sadb *sadb, const struct tunnel *tunnel);
void sadb_count(const struct sadb *sadb, const struct tunnel *tunnel, uint32_t *ret_inbound,
	uint32_t *ret_outbound);
