/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The desired resources by kind, each kind an array sorted by id. Knows documents only through
 * resource_decode(), and nothing of who reads it.
 */
#include "reconcile/world.h"

#include <errno.h>
#include <string.h>

struct shelf {
	void **resources; /* sorted by id */
	size_t len, room;
	char **broken; /* ids of documents that did not decode */
	size_t broken_len;
};

struct world {
	const struct vault *vault;
	struct shelf shelves[KIND_COUNT];
	const struct vpn_connection **by_number; /* sorted by number */
	size_t by_number_len, by_number_room;
};

struct world *world_new(const struct vault *vault)
{
	struct world *world = xcalloc(1, sizeof(*world));

	world->vault = vault;
	return world;
}

void world_free(struct world *world)
{
	if (!world)
		return;
	for (int kind = 0; kind < KIND_COUNT; kind++) {
		struct shelf *shelf = &world->shelves[kind];

		for (size_t i = 0; i < shelf->len; i++)
			resource_free((enum kind)kind, shelf->resources[i]);
		for (size_t i = 0; i < shelf->broken_len; i++)
			free(shelf->broken[i]);
		free(shelf->resources);
		free(shelf->broken);
	}
	free(world->by_number);
	free(world);
}

static const char *id_of(const void *resource)
{
	return ((const struct resource *)resource)->id;
}

/* The place of id, or where it would have to be inserted. */
static size_t shelf_find(const struct shelf *shelf, const char *id, bool *ret_found)
{
	size_t low = 0, high = shelf->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(id, id_of(shelf->resources[middle]));

		if (order == 0) {
			*ret_found = true;
			return middle;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	*ret_found = false;
	return low;
}

static size_t broken_find(const struct shelf *shelf, const char *id)
{
	size_t i = 0;

	while (i < shelf->broken_len && strcmp(shelf->broken[i], id) != 0)
		i++;
	return i;
}

static void set_broken(struct shelf *shelf, const char *id, bool is_broken)
{
	size_t at = broken_find(shelf, id);

	if (is_broken == (at < shelf->broken_len))
		return;
	if (is_broken) {
		shelf->broken =
			xreallocarray(shelf->broken, shelf->broken_len + 1, sizeof(*shelf->broken));
		shelf->broken[shelf->broken_len++] = xstrdup(id);
		return;
	}
	free(shelf->broken[at]);
	shelf->broken[at] = shelf->broken[--shelf->broken_len];
}

/* The first place with a number not below this one. */
static size_t number_find(const struct world *world, uint32_t number)
{
	size_t low = 0, high = world->by_number_len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (world->by_number[middle]->number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void number_add(struct world *world, const struct vpn_connection *connection)
{
	size_t at = number_find(world, connection->number);

	if (world->by_number_len == world->by_number_room) {
		world->by_number_room = world->by_number_room ? world->by_number_room * 2 : 16;
		world->by_number = xreallocarray(
			world->by_number, world->by_number_room, sizeof(*world->by_number));
	}
	memmove(world->by_number + at + 1, world->by_number + at,
		(world->by_number_len - at) * sizeof(*world->by_number));
	world->by_number[at] = connection;
	world->by_number_len++;
}

static void number_remove(struct world *world, const struct vpn_connection *connection)
{
	size_t at = number_find(world, connection->number);

	while (at < world->by_number_len && world->by_number[at] != connection)
		at++;
	if (at == world->by_number_len)
		return;
	world->by_number_len--;
	memmove(world->by_number + at, world->by_number + at + 1,
		(world->by_number_len - at) * sizeof(*world->by_number));
}

static void shelf_remove(struct world *world, enum kind kind, size_t at)
{
	struct shelf *shelf = &world->shelves[kind];

	if (kind == KIND_VPN_CONNECTION)
		number_remove(world, shelf->resources[at]);
	resource_free(kind, shelf->resources[at]);
	shelf->len--;
	memmove(shelf->resources + at, shelf->resources + at + 1,
		(shelf->len - at) * sizeof(*shelf->resources));
}

static void shelf_insert_take(struct world *world, enum kind kind, size_t at, void *resource)
{
	struct shelf *shelf = &world->shelves[kind];

	if (shelf->len == shelf->room) {
		shelf->room = shelf->room ? shelf->room * 2 : 16;
		shelf->resources =
			xreallocarray(shelf->resources, shelf->room, sizeof(*shelf->resources));
	}
	memmove(shelf->resources + at + 1, shelf->resources + at,
		(shelf->len - at) * sizeof(*shelf->resources));
	shelf->resources[at] = resource;
	shelf->len++;
	if (kind == KIND_VPN_CONNECTION)
		number_add(world, resource);
}

static enum kind kind_of_key(const char *key, const char **ret_id)
{
	const char *slash = strchr(key, '/');

	for (int kind = 0; slash && slash[1] && kind < KIND_COUNT; kind++) {
		const char *name = kind_info((enum kind)kind)->name;
		size_t size = (size_t)(slash - key);

		if (strlen(name) == size && strncmp(name, key, size) == 0) {
			*ret_id = slash + 1;
			return (enum kind)kind;
		}
	}
	return KIND_COUNT;
}

int world_set(struct world *world, const char *key, const json_t *document, uint64_t revision,
	struct fault *fault)
{
	const char *id = NULL;
	enum kind kind = kind_of_key(key, &id);
	struct shelf *shelf;
	void *resource;
	bool found;
	size_t at;

	if (kind == KIND_COUNT)
		return fault_set(fault, REASON_PARAMETER_INVALID, "key", key,
			"must name a known kind", NULL);
	shelf = &world->shelves[kind];
	at = shelf_find(shelf, id, &found);
	if (!document) {
		set_broken(shelf, id, false);
		if (found)
			shelf_remove(world, kind, at);
		return 0;
	}
	resource = resource_new(kind);
	if (resource_decode(kind, document, world->vault, resource, fault) < 0) {
		set_broken(shelf, id, true);
		resource_free(kind, resource);
		return -EINVAL;
	}
	if (!id_of(resource) || strcmp(id_of(resource), id) != 0) {
		set_broken(shelf, id, true);
		resource_free(kind, resource);
		return fault_set(fault, REASON_PARAMETER_INVALID, "id", id,
			"must be the document's own id", NULL);
	}
	((struct resource *)resource)->revision = revision;
	set_broken(shelf, id, false);
	if (found)
		shelf_remove(world, kind, at);
	shelf_insert_take(world, kind, at, resource);
	return 0;
}

const void *world_get(const struct world *world, enum kind kind, const char *id)
{
	bool found;
	size_t at;

	if (!id || kind >= KIND_COUNT)
		return NULL;
	at = shelf_find(&world->shelves[kind], id, &found);
	return found ? world->shelves[kind].resources[at] : NULL;
}

bool world_is_broken(const struct world *world, enum kind kind, const char *id)
{
	return kind < KIND_COUNT &&
	       broken_find(&world->shelves[kind], id) < world->shelves[kind].broken_len;
}

const void *const *world_list(const struct world *world, enum kind kind, size_t *ret_len)
{
	*ret_len = world->shelves[kind].len;
	return (const void *const *)world->shelves[kind].resources;
}

enum kind world_kind_of(const struct world *world, const char *id)
{
	for (int kind = 0; kind < KIND_COUNT; kind++)
		if (world_get(world, (enum kind)kind, id) ||
			world_is_broken(world, (enum kind)kind, id))
			return (enum kind)kind;
	return KIND_COUNT;
}

const struct vpn_gateway *world_gateway_of(
	const struct world *world, const struct vpn_connection *connection)
{
	return world_get(world, KIND_VPN_GATEWAY, connection->vpn_gateway_id);
}

const struct customer_gateway *world_customer_gateway_of(
	const struct world *world, const struct vpn_connection *connection)
{
	return world_get(world, KIND_CUSTOMER_GATEWAY, connection->customer_gateway_id);
}

const struct vpc *world_vpc_of(const struct world *world, const struct vpn_gateway *gateway)
{
	return world_get(world, KIND_VPC, gateway->vpc_id);
}

const struct vpn_connection *world_connection_by_number(const struct world *world, uint32_t number)
{
	size_t at = number_find(world, number);

	if (at == world->by_number_len || world->by_number[at]->number != number)
		return NULL;
	return world->by_number[at];
}
