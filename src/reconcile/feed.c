/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads documents, keeps them until the world may change, and says which resources each change
 * touches: a gateway, a VPC or a customer gateway touches the connections that use it, a connection
 * that comes or goes the routes into it.
 */
#include "reconcile/feed.h"

#include "base/log.h"
#include "reconcile/backoff.h"

#include <errno.h>
#include <string.h>
#include <uthash.h>

static const struct backoff read_again = { .first_ms = 100, .cap_ms = 5000 };

#define SPACE "desired/"

struct pending {
	char *key; /* without the space */
	char *value;
	uint64_t revision;
	struct pending *next;
};

struct bad {
	char *key;
	char message[512];
	UT_hash_handle hh;
};

struct feed {
	struct store *store;
	struct world *world;
	const struct clock *clock;
	struct feed_calls calls;
	struct store_watch *watch;
	struct clock_timer *timer; /* reading failed: again */
	uint32_t failures;
	bool read_due;
	struct pending *first, **last;
	struct bad *bad;
};

static void drop_pending(struct feed *feed)
{
	while (feed->first) {
		struct pending *pending = feed->first;

		feed->first = pending->next;
		free(pending->key);
		free(pending->value);
		free(pending);
	}
	feed->last = &feed->first;
}

static void set_bad(struct feed *feed, const char *key, const struct fault *fault)
{
	struct bad *bad;

	HASH_FIND_STR(feed->bad, key, bad);
	if (!fault && bad) {
		HASH_DEL(feed->bad, bad);
		free(bad->key);
		free(bad);
	}
	if (!fault)
		return;
	if (!bad) {
		bad = xcalloc(1, sizeof(*bad));
		bad->key = xstrdup(key);
		HASH_ADD_KEYPTR(hh, feed->bad, bad->key, strlen(bad->key), bad);
	}
	fault_message(fault, bad->message, sizeof(bad->message));
	log_err("stored document is not understood key=%s reason=%s", key, bad->message);
}

const char *feed_fault(const struct feed *feed, enum kind kind, const char *id)
{
	AUTO_FREE char *key = xasprintf("%s/%s", kind_info(kind)->name, id);
	struct bad *bad;

	HASH_FIND_STR(feed->bad, key, bad);
	return bad ? bad->message : "";
}

/* Access keys are the API's business alone; their secrets are not even opened here. */
static bool is_ours(const char *key)
{
	const char *name = kind_info(KIND_ACCESS_KEY)->name;
	size_t size = strlen(name);

	return strncmp(key, name, size) != 0 || key[size] != '/';
}

static const void *present(const struct feed *feed, const char *key)
{
	const char *id = strchr(key, '/');

	for (int kind = 0; id && kind < KIND_COUNT; kind++) {
		const char *name = kind_info((enum kind)kind)->name;
		size_t size = (size_t)(id - key);

		if (strlen(name) == size && strncmp(name, key, size) == 0)
			return world_get(feed->world, (enum kind)kind, id + 1);
	}
	return NULL;
}

/* True when the resource is new or gone. */
static bool set_world(struct feed *feed, const char *key, const char *value, uint64_t revision)
{
	bool was_there = present(feed, key);
	struct fault fault = { 0 };
	json_t *document = NULL;
	int err;

	if (value) {
		document = json_loads(value, JSON_REJECT_DUPLICATES, NULL);
		if (!document)
			document = json_null();
	}
	err = world_set(feed->world, key, document, revision, &fault);
	set_bad(feed, key, err < 0 ? &fault : NULL);
	json_decref(document);
	return was_there != !!present(feed, key);
}

static void changed_connections(struct feed *feed, enum kind kind, const char *id)
{
	size_t len;
	const void *const *list = world_list(feed->world, KIND_VPN_CONNECTION, &len);

	for (size_t i = 0; i < len; i++) {
		const struct vpn_connection *connection = list[i];
		const char *uses = kind == KIND_VPN_GATEWAY ? connection->vpn_gateway_id
							    : connection->customer_gateway_id;

		if (uses && strcmp(uses, id) == 0)
			feed->calls.changed(
				feed->calls.arg, KIND_VPN_CONNECTION, connection->meta.id);
	}
}

static void changed_gateways(struct feed *feed, const char *vpc_id)
{
	size_t len;
	const void *const *list = world_list(feed->world, KIND_VPN_GATEWAY, &len);

	for (size_t i = 0; i < len; i++) {
		const struct vpn_gateway *gateway = list[i];

		if (!gateway->vpc_id || strcmp(gateway->vpc_id, vpc_id) != 0)
			continue;
		feed->calls.changed(feed->calls.arg, KIND_VPN_GATEWAY, gateway->meta.id);
		changed_connections(feed, KIND_VPN_GATEWAY, gateway->meta.id);
	}
}

static const char *next_hop_of(enum kind kind, const void *entry)
{
	return kind == KIND_VPN_ROUTE_ENTRY ? ((const struct vpn_route_entry *)entry)->next_hop
					    : ((const struct vpn_pbr_route_entry *)entry)->next_hop;
}

/* Destination routes lead into the connection's link, policy routes to its tables, link or none. */
static void changed_routes(struct feed *feed, enum kind kind, const char *connection_id)
{
	size_t len;
	const void *const *list = world_list(feed->world, kind, &len);

	for (size_t i = 0; i < len; i++) {
		const struct resource *entry = list[i];
		const char *next_hop = next_hop_of(kind, entry);

		if (next_hop && strcmp(next_hop, connection_id) == 0)
			feed->calls.changed(feed->calls.arg, kind, entry->id);
	}
}

/* is_new: or gone. Another edit of a connection leaves its routes as they are, unless the link has
 * to be made anew: feed_tell_routes(). */
static void tell_change(struct feed *feed, const char *key, bool is_new)
{
	const char *slash = strchr(key, '/');

	for (int kind = 0; slash && kind < KIND_COUNT; kind++) {
		const char *name = kind_info((enum kind)kind)->name;
		size_t size = (size_t)(slash - key);

		if (strlen(name) != size || strncmp(name, key, size) != 0)
			continue;
		feed->calls.changed(feed->calls.arg, (enum kind)kind, slash + 1);
		if (kind == KIND_VPC)
			changed_gateways(feed, slash + 1);
		if (kind == KIND_VPN_GATEWAY || kind == KIND_CUSTOMER_GATEWAY)
			changed_connections(feed, (enum kind)kind, slash + 1);
		if (kind == KIND_VPN_CONNECTION && is_new) {
			changed_routes(feed, KIND_VPN_ROUTE_ENTRY, slash + 1);
			changed_routes(feed, KIND_VPN_PBR_ROUTE_ENTRY, slash + 1);
		}
	}
}

void feed_tell_routes(struct feed *feed, const char *connection_id)
{
	changed_routes(feed, KIND_VPN_ROUTE_ENTRY, connection_id);
}

static void store_changed(void *arg, const struct store_event *event)
{
	struct feed *feed = arg;
	struct pending *pending;
	const char *key;

	if (event->type == STORE_RESYNC) {
		feed->read_due = true;
		feed->calls.pending(feed->calls.arg);
		return;
	}
	key = event->entry.key + strlen(SPACE);
	if (!is_ours(key))
		return;
	pending = xcalloc(1, sizeof(*pending));
	pending->key = xstrdup(key);
	pending->value =
		event->entry.value ? xstrndup(event->entry.value, event->entry.value_size) : NULL;
	pending->revision = event->entry.revision;
	*feed->last = pending;
	feed->last = &pending->next;
	feed->calls.pending(feed->calls.arg);
}

static bool is_listed(const struct store_entries *entries, const char *kind, const char *id)
{
	AUTO_FREE char *key = xasprintf(SPACE "%s/%s", kind, id);
	size_t low = 0, high = entries->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(key, entries->items[middle].key);

		if (order == 0)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

/* What was deleted while no watch was on. */
static void remove_unlisted(struct feed *feed, const struct store_entries *entries)
{
	for (int kind = 0; kind < KIND_COUNT; kind++) {
		size_t len;
		const void *const *list = world_list(feed->world, (enum kind)kind, &len);

		for (size_t i = len; i-- > 0;) {
			const struct resource *resource = list[i];
			const char *name = kind_info((enum kind)kind)->name;
			AUTO_FREE char *key = NULL;

			if (is_listed(entries, name, resource->id))
				continue;
			key = xasprintf("%s/%s", name, resource->id);
			tell_change(feed, key, set_world(feed, key, NULL, 0));
			list = world_list(feed->world, (enum kind)kind, &len);
		}
	}
}

/* The same for documents that were never understood. */
static void forget_unlisted_bad(struct feed *feed, const struct store_entries *entries)
{
	struct bad *bad, *next;

	HASH_ITER (hh, feed->bad, bad, next) {
		AUTO_FREE char *key = xstrdup(bad->key);
		char *slash = strchr(key, '/');

		if (!slash)
			continue;
		*slash = '\0';
		if (is_listed(entries, key, slash + 1))
			continue;
		*slash = '/';
		tell_change(feed, key, set_world(feed, key, NULL, 0));
	}
}

static int read_all(struct feed *feed)
{
	struct store_entries entries = { 0 };
	int err = store_list(feed->store, SPACE, NULL, 0, &entries);

	if (err < 0)
		return err;
	drop_pending(feed);
	for (size_t i = 0; i < entries.len; i++) {
		const struct store_entry *entry = &entries.items[i];
		const char *key = entry->key + strlen(SPACE);

		if (is_ours(key))
			(void)set_world(feed, key, entry->value, entry->revision);
	}
	remove_unlisted(feed, &entries);
	forget_unlisted_bad(feed, &entries);
	store_watch_free(feed->watch);
	feed->watch = store_watch(feed->store, SPACE, entries.revision, store_changed, feed);
	store_entries_clear(&entries);
	return 0;
}

static void wait_to_read(struct feed *feed, int err)
{
	feed->failures++;
	if (feed->failures == 1)
		log_warn("cannot read the store, trying again error=%s", strerror(-err));
	feed->clock->timer_set(feed->timer, backoff_delay_ms(&read_again, feed->failures,
						    feed->clock->random(feed->clock->ctx)));
}

void feed_apply(struct feed *feed)
{
	if (feed->read_due) {
		int err = read_all(feed);

		feed->read_due = false;
		if (err < 0) {
			wait_to_read(feed, err);
			return;
		}
		feed->failures = 0;
		feed->calls.complete(feed->calls.arg);
		return;
	}
	while (feed->first) {
		struct pending *pending = feed->first;

		feed->first = pending->next;
		if (!feed->first)
			feed->last = &feed->first;
		tell_change(feed, pending->key,
			set_world(feed, pending->key, pending->value, pending->revision));
		free(pending->key);
		free(pending->value);
		free(pending);
	}
}

static void read_due(void *arg)
{
	struct feed *feed = arg;

	feed->read_due = true;
	feed->calls.pending(feed->calls.arg);
}

struct feed *feed_new(struct store *store, struct world *world, const struct clock *clock,
	const struct feed_calls *calls)
{
	struct feed *feed = xcalloc(1, sizeof(*feed));

	feed->store = store;
	feed->world = world;
	feed->clock = clock;
	feed->calls = *calls;
	feed->last = &feed->first;
	feed->timer = clock->timer_new(clock->ctx, read_due, feed);
	return feed;
}

void feed_start(struct feed *feed)
{
	read_due(feed);
}

void feed_free(struct feed *feed)
{
	struct bad *bad, *next;

	if (!feed)
		return;
	HASH_ITER (hh, feed->bad, bad, next) {
		HASH_DEL(feed->bad, bad);
		free(bad->key);
		free(bad);
	}
	drop_pending(feed);
	store_watch_free(feed->watch);
	feed->clock->timer_free(feed->timer);
	free(feed);
}
