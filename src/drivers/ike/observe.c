/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks charon what is loaded and what is up, for one connection or for all of ours:
 *
 *   list-conns ─▶ get-shared (everything, or when not known) ─▶ list-sas ─▶ items
 */
#include "base/log.h"
#include "drivers/ike/ike_private.h"

#include <errno.h>
#include <string.h>

struct found {
	char *id;
	struct ike_seen *seen;
	UT_hash_handle hh;
};

struct observation {
	struct ike *ike;
	char *id; /* NULL: all */
	struct found *found;
	struct clock_timer *empty; /* answers where there is nothing to ask */
	void (*done)(void *arg, int err, struct items *seen);
	void *arg;
};

static void observation_free(void *flight)
{
	struct observation *observation = flight;
	struct found *found, *next;

	HASH_ITER (hh, observation->found, found, next) {
		HASH_DEL(observation->found, found);
		ike_seen_free(found->seen);
		free(found->id);
		free(found);
	}
	observation->ike->parts.clock->timer_free(observation->empty);
	free(observation->id);
	free(observation);
}

static struct ike_seen *get_seen(struct observation *observation, const char *id)
{
	struct found *found;

	HASH_FIND_STR(observation->found, id, found);
	if (found)
		return found->seen;
	found = xcalloc(1, sizeof(*found));
	found->id = xstrdup(id);
	found->seen = ike_seen_new(id);
	found->seen->fingerprint_key = observation->ike->parts.fingerprint_key;
	HASH_ADD_KEYPTR(hh, observation->found, found->id, strlen(found->id), found);
	return found->seen;
}

static struct ike_seen *find_seen(const struct observation *observation, const char *id)
{
	struct found *found;

	HASH_FIND_STR(observation->found, id, found);
	return found ? found->seen : NULL;
}

/* The connection a section is about; NULL: a foreign one, or not the one asked for. */
static char *our_name(const struct observation *observation, const struct vici_node *section)
{
	char *name;

	if (section->type != VICI_SECTION ||
		!ike_is_our_name((const char *)section->name, section->name_size))
		return NULL;
	name = vici_name_text(section);
	if (observation->id && strcmp(name, observation->id) != 0) {
		free(name);
		return NULL;
	}
	return name;
}

static void got_connection(void *arg, const struct vici_tree *message)
{
	struct observation *observation = arg;
	const struct vici_node *section = vici_first(message, vici_root(message));

	for (; section; section = vici_next(message, section)) {
		AUTO_FREE char *name = our_name(observation, section);

		if (name)
			get_seen(observation, name)->is_loaded = true;
	}
}

static void got_sa(void *arg, const struct vici_tree *message)
{
	struct observation *observation = arg;
	const struct vici_node *section = vici_first(message, vici_root(message));

	for (; section; section = vici_next(message, section)) {
		AUTO_FREE char *name = our_name(observation, section);

		if (name)
			ike_seen_add_sa(get_seen(observation, name), message, section);
	}
}

static void answer(struct observation *observation, int err, struct items *items)
{
	observation->ike->flight = NULL;
	observation->done(observation->arg, err, items);
	if (items)
		items_clear(items);
	observation_free(observation);
}

/* Lets the driver's memory of a connection know what was seen of it. */
static void remember(const struct observation *observation, struct tunnel *tunnel)
{
	struct ike_seen nothing = { 0 };
	struct ike_seen *seen = find_seen(observation, tunnel->id);
	struct ike_plan plan;

	ike_plan_of(seen ? seen : &nothing, &plan);
	tunnel_observed(tunnel, &plan);
	ike_plan_clear(&plan);
	if (!seen)
		return;
	seen->is_demanded = tunnel->is_demanded;
	seen->must_reset = tunnel->must_reset && seen->sas_len;
}

static void remember_all(const struct observation *observation)
{
	struct tunnel *tunnel, *next;

	if (observation->id) {
		tunnel = tunnels_find(&observation->ike->tunnels, observation->id);
		if (tunnel)
			remember(observation, tunnel);
		return;
	}
	HASH_ITER (hh, observation->ike->tunnels.items, tunnel, next)
		remember(observation, tunnel);
}

static void add_keys(struct observation *observation, const struct keyring_entry *entry)
{
	if (!entry || (observation->id && strcmp(observation->id, entry->id) != 0))
		return;
	for (size_t i = 0; i < entry->len; i++)
		ike_seen_add_key_id(get_seen(observation, entry->id), entry->key_ids[i]);
}

static void add_all_keys(struct observation *observation)
{
	const struct keyring *keyring = &observation->ike->keyring;
	const struct keyring_entry *entry;

	if (observation->id) {
		add_keys(observation, keyring_find(keyring, observation->id));
		return;
	}
	for (entry = keyring->entries; entry; entry = entry->hh.next)
		add_keys(observation, entry);
}

static void got_sas(void *arg, int err, const struct vici_tree *message)
{
	struct observation *observation = arg;
	struct items items = { 0 };
	struct found *found, *next;

	(void)message;
	if (err < 0) {
		answer(observation, err, NULL);
		return;
	}
	add_all_keys(observation);
	remember_all(observation);
	HASH_ITER (hh, observation->found, found, next)
		items_add_take(&items, (struct item){ .key = xstrdup(found->id),
					       .owner = xstrdup(found->id),
					       .data = TAKE_PTR(found->seen),
					       .free_data = ike_seen_free });
	answer(observation, 0, &items);
}

/* A list command, for one connection or for all. */
static void ask(struct observation *observation, const char *command,
	void (*streamed)(void *arg, const struct vici_tree *message),
	void (*done)(void *arg, int err, const struct vici_tree *message))
{
	struct vici_message message = { 0 };
	struct vici_request request = {
		.command = command,
		.message = &message,
		.streamed = streamed,
		.done = done,
		.arg = observation,
	};
	const struct vici_port *port = &observation->ike->parts.vici;

	if (observation->id)
		vici_value(&message, "ike", observation->id);
	port->request(port->ctx, &request);
}

static void got_keys(void *arg, int err, const struct vici_tree *message)
{
	struct observation *observation = arg;
	struct keyring *keyring = &observation->ike->keyring;
	const struct vici_node *item;

	if (err < 0) {
		answer(observation, err, NULL);
		return;
	}
	keyring_forget(keyring);
	item = vici_find(message, vici_root(message), "keys");
	for (item = item ? vici_first(message, item) : NULL; item;
		item = vici_next(message, item)) {
		AUTO_FREE char *key_id = vici_value_text(item);

		keyring_add(keyring, key_id);
	}
	keyring->is_known = true;
	ask(observation, "list-sas", got_sa, got_sas);
}

static void got_connections(void *arg, int err, const struct vici_tree *message)
{
	struct observation *observation = arg;
	const struct vici_port *port = &observation->ike->parts.vici;
	struct vici_request request = {
		.command = "get-shared",
		.done = got_keys,
		.arg = observation,
	};

	(void)message;
	if (err < 0)
		answer(observation, err, NULL);
	else if (observation->id && observation->ike->keyring.is_known)
		ask(observation, "list-sas", got_sa, got_sas);
	else
		port->request(port->ctx, &request);
}

static void nothing_to_ask(void *arg)
{
	struct items none = { 0 };

	answer(arg, 0, &none);
}

static bool is_ready(const struct ike *ike)
{
	const struct ike_parts *parts = &ike->parts;

	return parts->vici.is_ready(parts->vici.ctx) &&
	       (!parts->peers.start || parts->peers.is_ready(parts->peers.ctx));
}

int ike_observe(void *ctx, const struct scope *scope,
	void (*done)(void *arg, int err, struct items *seen), void *arg)
{
	struct ike *ike = ctx;
	const struct clock *clock = ike->parts.clock;
	struct observation *observation;

	/* Observing only begins when the store was read: now every peer's setting is known. */
	if (ike->parts.peers.start && !ike->peers_started) {
		ike->peers_started = true;
		ike->parts.peers.start(ike->parts.peers.ctx);
	}
	if (!is_ready(ike))
		return -ENOTCONN;
	observation = xcalloc(1, sizeof(*observation));
	observation->ike = ike;
	observation->id = scope->id ? xstrdup(scope->id) : NULL;
	observation->done = done;
	observation->arg = arg;
	observation->empty = clock->timer_new(clock->ctx, nothing_to_ask, observation);
	ike->flight = observation;
	ike->flight_free = observation_free;
	if (scope->id && scope->kind != KIND_VPN_CONNECTION)
		clock->timer_set(observation->empty, 0);
	else
		ask(observation, "list-conns", got_connection, got_connections);
	return 0;
}
