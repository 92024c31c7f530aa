/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policy routes out of selectors. Knows pairs of blocks and whose routes stand in the gateway's
 * policy table, not how a connection is negotiated.
 */
#include "api/actions/vpn_route_automatic.h"

#include "api/actions/find.h"
#include "api/actions/quota.h"

#include <stdio.h>
#include <string.h>

enum { WEIGHT_STANDBY = 0, WEIGHT_ACTIVE = 100 };

struct pair {
	struct prefix local, remote;
};

/* What the selectors ask for, and what the gateway's table holds. */
struct asked {
	const struct vpn_connection *connection;
	const struct found *table;
	int more; /* routes there will be */
};

static const struct vpn_pbr_route_entry *route_at(const struct found *table, size_t index)
{
	return table->items[index].resource;
}

static bool is_of_pair(const struct vpn_pbr_route_entry *route, const struct pair *pair)
{
	return prefix_equal(route->route_source, pair->local) &&
	       prefix_equal(route->route_dest, pair->remote);
}

static bool is_own(const struct asked *asked, const struct vpn_pbr_route_entry *route)
{
	return strcmp(route->next_hop, asked->connection->meta.id) == 0;
}

static bool asks_for_routes(const struct vpn_connection *connection)
{
	return connection->auto_config_route && !vpn_connection_is_destination_mode(connection);
}

static bool has_prefix(const struct prefixes *list, struct prefix prefix)
{
	for (size_t i = 0; i < list->len; i++)
		if (prefix_equal(list->items[i], prefix))
			return true;
	return false;
}

static bool is_asked_for(const struct asked *asked, const struct vpn_pbr_route_entry *route)
{
	return asks_for_routes(asked->connection) &&
	       has_prefix(&asked->connection->local_subnet, route->route_source) &&
	       has_prefix(&asked->connection->remote_subnet, route->route_dest);
}

static struct vpn_pbr_route_entry *route_new(
	const struct request *request, const struct vpn_connection *connection, struct pair pair)
{
	struct vpn_pbr_route_entry *route = resource_new(KIND_VPN_PBR_ROUTE_ENTRY);

	resource_set_defaults(KIND_VPN_PBR_ROUTE_ENTRY, route);
	free(route->meta.id);
	route->meta.id = vpn_pbr_route_entry_id(
		connection->vpn_gateway_id, connection->meta.id, pair.local, pair.remote);
	free(route->meta.region_id);
	route->meta.region_id = xstrdup(connection->meta.region_id);
	free(route->meta.resource_group_id);
	route->meta.resource_group_id = xstrdup(connection->meta.resource_group_id);
	route->meta.create_time_ms = (uint64_t)request->now_ms;
	free(route->vpn_gateway_id);
	route->vpn_gateway_id = xstrdup(connection->vpn_gateway_id);
	free(route->next_hop);
	route->next_hop = xstrdup(connection->meta.id);
	route->route_source = pair.local;
	route->route_dest = pair.remote;
	route->is_automatic = true;
	return route;
}

static int put_new(const struct api *api, const struct request *request, struct asked *asked,
	struct pair pair, uint32_t weight, struct change *change, struct fault *fault)
{
	AUTO_RESOURCE(vpn_pbr_route_entry)
	struct vpn_pbr_route_entry *route = route_new(request, asked->connection, pair);
	int err;

	route->weight = weight;
	err = resource_check(KIND_VPN_PBR_ROUTE_ENTRY, route, fault);
	if (err)
		return err;
	change_put(change, api, KIND_VPN_PBR_ROUTE_ENTRY, route);
	asked->more++;
	return 0;
}

static int follow_pair(const struct api *api, const struct request *request, struct asked *asked,
	struct pair pair, struct change *change, struct fault *fault)
{
	uint32_t weight = WEIGHT_ACTIVE;

	for (size_t i = 0; i < asked->table->len; i++) {
		if (!is_of_pair(route_at(asked->table, i), &pair))
			continue;
		if (is_own(asked, route_at(asked->table, i)))
			return 0;
		if (route_at(asked->table, i)->weight == WEIGHT_ACTIVE)
			weight = WEIGHT_STANDBY;
	}
	return put_new(api, request, asked, pair, weight, change, fault);
}

static void remove_others(struct asked *asked, struct change *change)
{
	for (size_t i = 0; i < asked->table->len; i++) {
		const struct vpn_pbr_route_entry *route = route_at(asked->table, i);

		if (!is_own(asked, route) || !route->is_automatic || is_asked_for(asked, route))
			continue;
		change_delete(change, KIND_VPN_PBR_ROUTE_ENTRY, route);
		asked->more--;
	}
}

int automatic_routes_follow(const struct api *api, const struct request *request,
	const struct vpn_connection *connection, struct change *change, struct fault *fault)
{
	AUTO_FREE char *below = xasprintf("%s.", connection->vpn_gateway_id);
	AUTO_FOUND struct found table = {};
	struct asked asked = { connection, &table, 0 };
	int err = find_all(api, KIND_VPN_PBR_ROUTE_ENTRY, below, NULL, &table);

	if (err)
		return err;
	remove_others(&asked, change);
	if (!asks_for_routes(connection))
		return 0;
	for (size_t i = 0; i < connection->local_subnet.len; i++)
		for (size_t j = 0; j < connection->remote_subnet.len && !err; j++)
			err = follow_pair(api, request, &asked,
				(struct pair){ connection->local_subnet.items[i],
					connection->remote_subnet.items[j] },
				change, fault);
	return err ? err
		   : quota_check(api, QUOTA_AUTOMATIC_ROUTE_ENTRIES, connection->vpn_gateway_id,
			     asked.more, fault);
}

static int refuse_removal(const struct vpn_connection *connection, struct prefix destination,
	const char *source, const char *action, struct fault *fault)
{
	AUTO_FREE char *remedy = xasprintf("delete it with %s first", action);
	char text[PREFIX_TEXT_SIZE];

	prefix_format(destination, text);
	return fault_setf(fault, REASON_DEPENDENCY, "VpnConnectionId", connection->meta.id, remedy,
		"is still the next hop of the route%s to %s", source, text);
}

static int check_destination_routes(const struct api *api, const struct vpn_connection *connection,
	const char *below, struct fault *fault)
{
	AUTO_FOUND struct found found = {};
	int err = find_all(api, KIND_VPN_ROUTE_ENTRY, below, NULL, &found);
	const struct vpn_route_entry *route;

	if (err || !found.len)
		return err;
	route = found.items[0].resource;
	return refuse_removal(connection, route->route_dest, "", "DeleteVpnRouteEntry", fault);
}

int automatic_routes_remove(const struct api *api, const struct vpn_connection *connection,
	struct change *change, struct fault *fault)
{
	AUTO_FREE char *below =
		xasprintf("%s.%s.", connection->vpn_gateway_id, connection->meta.id);
	AUTO_FOUND struct found found = {};
	int err = check_destination_routes(api, connection, below, fault);

	if (!err)
		err = find_all(api, KIND_VPN_PBR_ROUTE_ENTRY, below, NULL, &found);
	for (size_t i = 0; i < found.len && !err; i++) {
		const struct vpn_pbr_route_entry *route = route_at(&found, i);
		char text[PREFIX_TEXT_SIZE], source[sizeof(text) + sizeof(" from ")];

		if (route->is_automatic) {
			change_delete(change, KIND_VPN_PBR_ROUTE_ENTRY, route);
			continue;
		}
		prefix_format(route->route_source, text);
		snprintf(source, sizeof(source), " from %s", text);
		return refuse_removal(
			connection, route->route_dest, source, "DeleteVpnPbrRouteEntry", fault);
	}
	return err;
}
