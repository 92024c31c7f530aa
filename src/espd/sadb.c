/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An SA ends in two phases: it is marked dead, then sweep() takes all dead ones out, publishes the
 * table without them and retires them, so that keys are wiped once no worker can hold them.
 */
#include "espd/sadb.h"

#include "espd/tunnel.h"

#include <errno.h>
#include <string.h>

static void retire_table(void *object)
{
	table_free(object);
}

static void retire_sa(void *object)
{
	sa_free(object);
}

void sadb_init(struct sadb *sadb, struct epochs *epochs, struct sadb_events events)
{
	*sadb = (struct sadb){ .epochs = epochs, .events = events };
	atomic_init(&sadb->table, table_new(NULL, 0));
}

void sadb_done(struct sadb *sadb)
{
	for (size_t i = 0; i < sadb->len; i++)
		sa_free(sadb->items[i]);
	table_free(atomic_load(&sadb->table));
	free(sadb->items);
}

static void publish(struct sadb *sadb)
{
	struct table *old = atomic_exchange(&sadb->table, table_new(sadb->items, sadb->len));

	epoch_retire(sadb->epochs, retire_table, old);
}

void sadb_count(const struct sadb *sadb, const struct tunnel *tunnel, uint32_t *ret_inbound,
	uint32_t *ret_outbound)
{
	*ret_inbound = *ret_outbound = 0;
	for (size_t i = 0; i < sadb->len; i++)
		if (sadb->items[i]->tunnel == tunnel && sa_is_usable(sadb->items[i]))
			++*(sadb->items[i]->outbound ? ret_outbound : ret_inbound);
}

uint32_t sadb_count_orphans(const struct sadb *sadb, const struct tunnel *tunnel)
{
	uint32_t len = 0;

	for (size_t i = 0; i < sadb->len; i++) {
		const struct sa *sa = sadb->items[i];

		len += sa->orphaned && sa->outbound && sa->tunnel == tunnel && sa_is_usable(sa);
	}
	return len;
}

static void report_count(struct sadb *sadb, struct tunnel *tunnel)
{
	uint32_t inbound, outbound;

	sadb_count(sadb, tunnel, &inbound, &outbound);
	if (inbound == tunnel->told_inbound && outbound == tunnel->told_outbound)
		return;
	tunnel->told_inbound = inbound;
	tunnel->told_outbound = outbound;
	sadb->events.sas_changed(sadb->events.arg, tunnel, inbound, outbound);
}

/* Takes the dead ones out for good. */
static void sweep(struct sadb *sadb)
{
	AUTO_FREE struct sa **dead = xcalloc(sadb->len + 1, sizeof(struct sa *));
	size_t dead_len = 0, kept = 0;

	for (size_t i = 0; i < sadb->len; i++) {
		if (sadb->items[i]->dead)
			dead[dead_len++] = sadb->items[i];
		else
			sadb->items[kept++] = sadb->items[i];
	}
	if (!dead_len)
		return;
	sadb->len = kept;
	publish(sadb);
	for (size_t i = 0; i < dead_len; i++) {
		report_count(sadb, dead[i]->tunnel);
		epoch_retire(sadb->epochs, retire_sa, dead[i]);
	}
}

struct sa *sadb_find(const struct sadb *sadb, const struct espd_sa_key *key)
{
	for (size_t i = 0; i < sadb->len; i++) {
		struct sa *sa = sadb->items[i];

		if (sa->spi == key->spi && sa->outbound == (key->direction == ESPD_OUT) &&
			(!sa->outbound || sa->peer == key->peer))
			return sa;
	}
	return NULL;
}

static void end_replaced(struct sadb *sadb, const struct sa *sa, int64_t now_ms)
{
	for (size_t i = 0; i < sadb->len; i++) {
		struct sa *old = sadb->items[i];

		if (!old->orphaned || old->tunnel != sa->tunnel || old->outbound != sa->outbound)
			continue;
		if (old->outbound)
			old->dead = true;
		else if (now_ms + ORPHAN_INBOUND_MS < old->orphan_until_ms)
			old->orphan_until_ms = now_ms + ORPHAN_INBOUND_MS;
	}
}

/* The number is the nonce: two SAs that count for themselves would use one twice, RFC 4106 3.1. */
static bool would_repeat_nonces(const struct sadb *sadb, const struct sa *sa, const struct sa *same)
{
	for (size_t i = 0; sa->suite.aead && sa->outbound && i < sadb->len; i++)
		if (sadb->items[i] != same && sadb->items[i]->outbound &&
			sa_has_keys_of(sa, sadb->items[i]))
			return true;
	return false;
}

int sadb_add(struct sadb *sadb, struct sa *sa, int64_t now_ms)
{
	struct espd_sa_key key = {
		.direction = sa->outbound ? ESPD_OUT : ESPD_IN, .spi = sa->spi, .peer = sa->peer
	};
	struct sa *same = sadb_find(sadb, &key);

	if (sadb->len == SAS_MAX)
		return -ENOSPC;
	if (would_repeat_nonces(sadb, sa, same))
		return -EEXIST;
	if (same) {
		sa_inherit(sa, same);
		same->dead = true;
	}
	end_replaced(sadb, sa, now_ms);
	if (sadb->len == sadb->room) {
		sadb->room = sadb->room ? sadb->room * 2 : 64;
		sadb->items = xreallocarray(sadb->items, sadb->room, sizeof(*sadb->items));
	}
	sadb->items[sadb->len++] = sa;
	publish(sadb);
	report_count(sadb, sa->tunnel);
	sweep(sadb);
	return 0;
}

static bool is_held_back(const struct sadb *sadb, const struct tunnel *tunnel)
{
	for (size_t i = 0; i < sadb->len; i++)
		if (sadb->items[i]->held && !sadb->items[i]->dead &&
			sadb->items[i]->tunnel == tunnel)
			return true;
	return false;
}

static void end_leaving(struct sadb *sadb)
{
	for (size_t i = 0; i < sadb->len; i++) {
		struct sa *sa = sadb->items[i];

		sa->dead |= sa->leaving && !is_held_back(sadb, sa->tunnel);
	}
}

static bool is_heard(const struct sadb *sadb, const struct tunnel *tunnel)
{
	for (size_t i = sadb->len; i-- > 0;)
		if (!sadb->items[i]->outbound && sadb->items[i]->tunnel == tunnel)
			return sadb->items[i]->packets > 0;
	return false;
}

int64_t sadb_settle(struct sadb *sadb, int64_t now_ms)
{
	int64_t next = INT64_MAX;
	bool changed = false;

	for (size_t i = 0; i < sadb->len; i++) {
		struct sa *sa = sadb->items[i];

		if (!sa->held)
			continue;
		if (now_ms >= sa->held_until_ms || is_heard(sadb, sa->tunnel)) {
			sa->held = false;
			changed = true;
		} else if (sa->held_until_ms < next) {
			next = sa->held_until_ms;
		}
	}
	if (!changed)
		return next;
	end_leaving(sadb);
	publish(sadb);
	sweep(sadb);
	return next;
}

/* The peer's wish or the end of a lifetime: either way it has the newer one by now. */
static void release(struct sadb *sadb, const struct tunnel *tunnel)
{
	for (size_t i = 0; i < sadb->len; i++)
		if (sadb->items[i]->tunnel == tunnel)
			sadb->items[i]->held = false;
}

void sadb_remove(struct sadb *sadb, struct sa *sa)
{
	if (sa->outbound && !sa->held && is_held_back(sadb, sa->tunnel)) {
		sa->leaving = true;
		return;
	}
	sa->dead = true;
	if (!sa->outbound)
		release(sadb, sa->tunnel);
	end_leaving(sadb);
	sweep(sadb);
}

int sadb_update(struct sadb *sadb, struct sa *sa, const struct espd_sa_update *update)
{
	struct outer outer = { .source = update->source,
		.destination = update->destination,
		.source_port = update->source_port,
		.destination_port = update->destination_port,
		.encapsulated = update->encapsulated };
	int err = outer_check(&outer, update->encapsulated);

	if (err < 0)
		return err;
	sa->outer = outer;
	sa->peer = sa->outbound ? outer.destination : outer.source;
	publish(sadb);
	return 0;
}

void sadb_flush(struct sadb *sadb)
{
	for (size_t i = 0; i < sadb->len; i++)
		sadb->items[i]->dead |= !sadb->items[i]->orphaned;
	sweep(sadb);
}

void sadb_orphan(struct sadb *sadb, int64_t now_ms)
{
	for (size_t i = 0; i < sadb->len; i++) {
		struct sa *sa = sadb->items[i];

		if (sa->orphaned)
			continue;
		sa->orphaned = true;
		sa->orphan_until_ms = now_ms + ORPHAN_MS;
	}
}

void sadb_remove_tunnel(struct sadb *sadb, const struct tunnel *tunnel)
{
	for (size_t i = 0; i < sadb->len; i++)
		sadb->items[i]->dead |= sadb->items[i]->tunnel == tunnel;
	sweep(sadb);
}

static void expire_one(struct sadb *sadb, struct sa *sa, int64_t now_ms)
{
	bool hard = sa->hard_due || now_ms >= sa->hard_at_ms;
	bool soft = !sa->soft_told && (sa->soft_due || now_ms >= sa->soft_at_ms);

	if (hard || soft)
		sa->soft_told = true;
	/* An orphan's charon is gone: nobody knows its name any more. */
	if ((hard || soft) && !sa->orphaned)
		sadb->events.expired(sadb->events.arg, sa, hard);
	if (hard || (sa->orphaned && now_ms >= sa->orphan_until_ms))
		sa->dead = true;
}

void sadb_expire(struct sadb *sadb, int64_t now_ms)
{
	for (size_t i = 0; i < sadb->len; i++)
		expire_one(sadb, sadb->items[i], now_ms);
	sweep(sadb);
}
