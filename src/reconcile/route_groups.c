/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash of groups. Each look offers every route as a candidate to the groups it is in; what is
 * best then is compared with what was best before.
 */
#include "reconcile/route_groups.h"

#include "base/strbuf.h"

#include <stdio.h>
#include <string.h>
#include <uthash.h>

struct route_group {
	char *key;
	char *carrier, *gateway; /* ids of the last one that carried and of its gateway */
	/* of the running look */
	const struct vpn_connection *best; /* that carries; NULL: none does */
	uint32_t best_weight;
	bool is_seen, is_published;
	char destination[PREFIX_TEXT_SIZE];
	UT_hash_handle hh;
};

struct route_groups {
	struct route_group *groups;
};

struct look {
	struct route_groups *groups;
	const struct world *world;
	bool (*carries)(void *arg, const struct vpn_connection *connection);
	void *arg;
	struct route_switch *switches;
	size_t len;
};

/* What both kinds of routes have. */
struct candidate {
	const char *gateway_id, *next_hop;
	struct prefix destination, source;
	uint32_t weight, priority; /* 0: a destination route */
	bool is_published;
};

void route_switch_clear(struct route_switch *one)
{
	free(one->from);
	free(one->to);
	*one = (struct route_switch){ 0 };
}

static void group_free(struct route_groups *groups, struct route_group *group)
{
	HASH_DEL(groups->groups, group);
	free(group->key);
	free(group->carrier);
	free(group->gateway);
	free(group);
}

static struct route_group *get_group(struct route_groups *groups, char *key)
{
	struct route_group *group;

	HASH_FIND_STR(groups->groups, key, group);
	if (group) {
		free(key);
		return group;
	}
	group = xcalloc(1, sizeof(*group));
	group->key = key;
	HASH_ADD_KEYPTR(hh, groups->groups, group->key, strlen(group->key), group);
	return group;
}

/* Of equal weights the one that has the traffic keeps it. */
static bool is_better(
	const struct route_group *group, const struct vpn_connection *connection, uint32_t weight)
{
	if (!group->best || weight != group->best_weight)
		return !group->best || weight > group->best_weight;
	return group->carrier && strcmp(group->carrier, connection->meta.id) == 0;
}

static void offer_to(struct look *look, const char *scope_id, bool is_published,
	const struct candidate *candidate, const struct vpn_connection *connection)
{
	char destination[PREFIX_TEXT_SIZE], source[PREFIX_TEXT_SIZE];
	struct route_group *group;

	prefix_format(candidate->destination, destination);
	prefix_format(candidate->source, source);
	group = get_group(look->groups, xasprintf("%s %u %s %s", scope_id, candidate->priority,
						destination, candidate->priority ? source : ""));
	group->is_seen = true;
	group->is_published = is_published;
	memcpy(group->destination, destination, sizeof(destination));
	if (!look->carries(look->arg, connection) ||
		!is_better(group, connection, candidate->weight))
		return;
	group->best = connection;
	group->best_weight = candidate->weight;
}

static void offer(struct look *look, const struct candidate *candidate)
{
	const struct vpn_gateway *gateway =
		world_get(look->world, KIND_VPN_GATEWAY, candidate->gateway_id);
	const struct vpn_connection *connection =
		world_get(look->world, KIND_VPN_CONNECTION, candidate->next_hop);

	if (!gateway || !connection ||
		strcmp(connection->vpn_gateway_id, candidate->gateway_id) != 0)
		return;
	offer_to(look, gateway->meta.id, false, candidate, connection);
	if (candidate->is_published)
		offer_to(look, gateway->vpc_id, true, candidate, connection);
}

static void offer_all(struct look *look)
{
	size_t len;
	const void *const *all = world_list(look->world, KIND_VPN_ROUTE_ENTRY, &len);

	for (size_t i = 0; i < len; i++) {
		const struct vpn_route_entry *entry = all[i];

		offer(look, &(struct candidate){ .gateway_id = entry->vpn_gateway_id,
				    .next_hop = entry->next_hop,
				    .destination = entry->route_dest,
				    .weight = entry->weight,
				    .is_published = entry->publish_vpc });
	}
	all = world_list(look->world, KIND_VPN_PBR_ROUTE_ENTRY, &len);
	for (size_t i = 0; i < len; i++) {
		const struct vpn_pbr_route_entry *entry = all[i];

		offer(look, &(struct candidate){ .gateway_id = entry->vpn_gateway_id,
				    .next_hop = entry->next_hop,
				    .destination = entry->route_dest,
				    .source = entry->route_source,
				    .weight = entry->weight,
				    .priority = entry->priority,
				    .is_published = entry->publish_vpc });
	}
}

static struct route_switch *get_switch(struct look *look, const char *from, const char *to)
{
	struct route_switch *one;

	for (size_t i = 0; i < look->len; i++)
		if (strcmp(look->switches[i].from, from) == 0 &&
			strcmp(look->switches[i].to, to) == 0)
			return &look->switches[i];
	look->switches = xreallocarray(look->switches, look->len + 1, sizeof(*look->switches));
	one = &look->switches[look->len++];
	*one = (struct route_switch){ .from = xstrdup(from), .to = xstrdup(to) };
	return one;
}

static void count(struct route_switch *one, const char *destination)
{
	size_t size = strlen(one->destinations);

	one->routes++;
	if (size + strlen(destination) + sizeof(", , ...") <= sizeof(one->destinations))
		(void)snprintf(one->destinations + size, sizeof(one->destinations) - size, "%s%s",
			size ? ", " : "", destination);
	else if (size && one->destinations[size - 1] != '.')
		(void)snprintf(one->destinations + size, sizeof(one->destinations) - size, ", ...");
}

static void settle(struct look *look, struct route_group *group)
{
	const struct vpn_connection *best = group->best;
	bool is_first = !group->carrier;

	if (!best || (!is_first && strcmp(group->carrier, best->meta.id) == 0))
		return;
	/* What goes from one connection of a gateway to another does so in the gateway's own table
	 * as well, and counts there. */
	if (!is_first &&
		(!group->is_published || strcmp(group->gateway, best->vpn_gateway_id) != 0))
		count(get_switch(look, group->carrier, best->meta.id), group->destination);
	free(group->carrier);
	free(group->gateway);
	group->carrier = xstrdup(best->meta.id);
	group->gateway = xstrdup(best->vpn_gateway_id);
}

struct route_groups *route_groups_new(void)
{
	return xcalloc(1, sizeof(struct route_groups));
}

void route_groups_free(struct route_groups *groups)
{
	struct route_group *group, *next;

	if (!groups)
		return;
	HASH_ITER (hh, groups->groups, group, next)
		group_free(groups, group);
	free(groups);
}

void route_groups_look(struct route_groups *groups, const struct world *world,
	bool (*carries)(void *arg, const struct vpn_connection *connection),
	void (*switched)(void *arg, const struct route_switch *one), void *arg)
{
	struct look look = { .groups = groups, .world = world, .carries = carries, .arg = arg };
	struct route_group *group, *next;

	for (group = groups->groups; group; group = group->hh.next) {
		group->is_seen = false;
		group->best = NULL;
	}
	offer_all(&look);
	HASH_ITER (hh, groups->groups, group, next) {
		if (group->is_seen)
			settle(&look, group);
		else
			group_free(groups, group);
	}
	for (size_t i = 0; i < look.len; i++) {
		switched(arg, &look.switches[i]);
		route_switch_clear(&look.switches[i]);
	}
	free(look.switches);
}
