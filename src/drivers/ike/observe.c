/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks charon what is loaded and what is up, for one connection or for all of ours:
 *
 *   get-shared (everything, or when not known) ─▶ list-conns ─▶ list-sas ─▶ items
 *
 * For one connection the two lists are asked for each of charon's connections that may have to do
 * with it: the one it belongs in, and where it was before.
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

/* One of charon's connections and which of ours are in it. */
struct place {
	char name[IKE_NAME_SIZE];
	struct ike_names ids;
	UT_hash_handle hh;
};

struct observation {
	struct ike *ike;
	char *id; /* NULL: all */
	struct found *found;
	struct place *places;
	struct ike_names names;    /* asked about; none: all */
	size_t name;               /* the next one of them */
	struct clock_timer *empty; /* answers where there is nothing to ask */
	void (*done)(void *arg, int err, struct items *seen);
	void *arg;
};

static void forget_found(struct observation *observation)
{
	struct found *found, *next;
	struct place *place, *next_place;

	HASH_ITER (hh, observation->found, found, next) {
		HASH_DEL(observation->found, found);
		ike_seen_free(found->seen);
		free(found->id);
		free(found);
	}
	HASH_ITER (hh, observation->places, place, next_place) {
		HASH_DEL(observation->places, place);
		ike_names_clear(&place->ids);
		free(place);
	}
	ike_names_clear(&observation->names);
	observation->name = 0;
}

static void observation_free(void *flight)
{
	struct observation *observation = flight;

	forget_found(observation);
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

static struct place *get_place(struct observation *observation, const char *name)
{
	struct place *place;

	HASH_FIND_STR(observation->places, name, place);
	if (place)
		return place;
	place = xcalloc(1, sizeof(*place));
	(void)snprintf(place->name, sizeof(place->name), "%s", name);
	HASH_ADD_STR(observation->places, name, place);
	return place;
}

static bool is_asked_for(const struct observation *observation, const char *id)
{
	return !observation->id || strcmp(observation->id, id) == 0;
}

/* Is this section one of charon's connections of ours? Its name, an own string, or NULL. */
static char *our_name(const struct vici_node *section)
{
	const char *name = (const char *)section->name;

	if (section->type != VICI_SECTION || (!ike_is_our_id(name, section->name_size) &&
						     !ike_is_group_name(name, section->name_size)))
		return NULL;
	return vici_name_text(section);
}

static void add_loaded(struct observation *observation, const char *id, const char *name)
{
	if (!is_asked_for(observation, id))
		return;
	ike_names_add(&get_seen(observation, id)->loaded, name);
	ike_names_add(&get_place(observation, name)->ids, id);
}

static void got_connection(void *arg, const struct vici_tree *message)
{
	struct observation *observation = arg;
	const struct vici_node *section = vici_first(message, vici_root(message)), *child;

	for (; section; section = vici_next(message, section)) {
		AUTO_FREE char *name = our_name(section);

		if (name && ike_is_our_id(name, strlen(name)))
			add_loaded(observation, name, name);
		if (!name || !ike_is_group_name(name, strlen(name)))
			continue;
		child = vici_find(message, section, "children");
		child = child ? vici_first(message, child) : NULL;
		for (; child; child = vici_next(message, child)) {
			AUTO_FREE char *id = vici_name_text(child);

			if (!ike_is_our_id(id, strlen(id)))
				continue;
			add_loaded(observation, id, name);
			/* Those that are not asked for now are not to be forgotten when this one
			   goes, nor here when they do. */
			tunnels_learn_group(&observation->ike->tunnels, id, name);
		}
	}
}

/* Every connection that is configured where this IKE_SA belongs, or has a child on it. */
static void find_owners(struct observation *observation, const char *name,
	const struct vici_tree *message, const struct vici_node *section, struct ike_names *ret)
{
	const struct place *place = get_place(observation, name);
	const struct vici_node *child = vici_find(message, section, "child-sas");

	for (size_t i = 0; i < place->ids.len; i++)
		ike_names_add(ret, place->ids.items[i]);
	if (ike_is_our_id(name, strlen(name)) && is_asked_for(observation, name))
		ike_names_add(ret, name);
	child = child ? vici_first(message, child) : NULL;
	for (; child; child = vici_next(message, child)) {
		AUTO_FREE char *id = ike_child_name(message, child);

		if (id && is_asked_for(observation, id))
			ike_names_add(ret, id);
	}
}

static void got_sa(void *arg, const struct vici_tree *message)
{
	struct observation *observation = arg;
	const struct vici_node *section = vici_first(message, vici_root(message));

	for (; section; section = vici_next(message, section)) {
		AUTO_FREE char *name = our_name(section);
		struct ike_names owners = { 0 };

		if (!name)
			continue;
		find_owners(observation, name, message, section, &owners);
		for (size_t i = 0; i < owners.len; i++)
			ike_seen_add_sa(get_seen(observation, owners.items[i]), message, section);
		ike_names_clear(&owners);
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
	/* Nothing is left to be made anew; what comes up next is new. */
	if (!seen || !seen->sas_len)
		tunnel->must_reset = false;
	if (!seen)
		return;
	seen->is_demanded = tunnel->is_demanded;
	seen->must_reset = tunnel->must_reset;
}

/* charon's events and alerts name a group only: who is in it has to be known. */
static void remember_group(const struct observation *observation, const struct found *found)
{
	struct tunnels *tunnels = &observation->ike->tunnels;
	const struct ike_names *loaded = &found->seen->loaded;
	struct tunnel *tunnel = tunnels_find(tunnels, found->id);

	if (tunnel && loaded->len)
		tunnel->group[0] = '\0';
	for (size_t i = 0; i < loaded->len; i++)
		if (ike_is_group_name(loaded->items[i], IKE_ID_SIZE))
			memcpy(tunnels_get(tunnels, found->id)->group, loaded->items[i],
				IKE_NAME_SIZE);
}

static void remember_all(const struct observation *observation)
{
	struct tunnel *tunnel, *next;
	const struct found *found;

	for (found = observation->found; found; found = found->hh.next)
		remember_group(observation, found);
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

static void begin(struct observation *observation);

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
	/* Forgotten while charon was asked. Without their keys all would look as if they had other
	   settings. */
	if (!observation->ike->keyring.is_known) {
		forget_found(observation);
		begin(observation);
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

	if (observation->names.len)
		vici_value(&message, "ike", observation->names.items[observation->name++]);
	port->request(port->ctx, &request);
}

static void got_sas_of_one(void *arg, int err, const struct vici_tree *message)
{
	struct observation *observation = arg;

	if (err == 0 && observation->name < observation->names.len)
		ask(observation, "list-sas", got_sa, got_sas_of_one);
	else
		got_sas(arg, err, message);
}

static void got_connections(void *arg, int err, const struct vici_tree *message)
{
	struct observation *observation = arg;

	(void)message;
	if (err < 0) {
		answer(observation, err, NULL);
	} else if (observation->name < observation->names.len) {
		ask(observation, "list-conns", got_connection, got_connections);
	} else {
		observation->name = 0;
		ask(observation, "list-sas", got_sa, got_sas_of_one);
	}
}

/* Where a connection may be found: where it belongs, has a key for, was last. */
static void choose_names(struct observation *observation)
{
	struct ike *ike = observation->ike;
	const struct vpn_connection *connection =
		world_get(ike->parts.world, KIND_VPN_CONNECTION, observation->id);
	const struct keyring_entry *keys = keyring_find(&ike->keyring, observation->id);
	const struct tunnel *tunnel = tunnels_find(&ike->tunnels, observation->id);
	struct ike_settings settings;
	char name[IKE_NAME_SIZE];

	if (connection) {
		ike_settings_of(ike->parts.world, connection, &settings);
		if (ike_settings_are_complete(&settings)) {
			ike_group_name(&settings, ike->parts.fingerprint_key, name);
			ike_names_add(&observation->names, name);
		}
	}
	for (size_t i = 0; keys && i < keys->len; i++) {
		fingerprint_group(keys->key_ids[i], name);
		ike_names_add(&observation->names, name);
	}
	if (tunnel && *tunnel->group)
		ike_names_add(&observation->names, tunnel->group);
	if (observation->names.len == 0)
		ike_names_add(&observation->names, observation->id);
}

static void list(struct observation *observation)
{
	if (observation->id)
		choose_names(observation);
	ask(observation, "list-conns", got_connection, got_connections);
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
	list(observation);
}

static void begin(struct observation *observation)
{
	const struct vici_port *port = &observation->ike->parts.vici;
	struct vici_request request = {
		.command = "get-shared",
		.done = got_keys,
		.arg = observation,
	};

	if (observation->id && observation->ike->keyring.is_known)
		list(observation);
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
		begin(observation);
	return 0;
}
