/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Learned routes out of the statuses of a gateway's connections, in the order of the connections,
 * then by destination.
 */
#include "api/actions/vpn_route_learned.h"

#include "api/actions/answer.h"
#include "api/actions/find.h"

struct part {
	const struct vpn_connection *connection;
	const struct learned_routes *routes;
};

struct table {
	const struct vpn_gateway *gateway;
	struct part *parts;
	size_t len;
	uint64_t total;
};

static int add_part(
	const struct api *api, const struct vpn_connection *connection, struct table *table)
{
	const struct status *status;
	int err = status_get(api, KIND_VPN_CONNECTION, connection->meta.id, &status);

	if (err || !connection->bgp_config.enable_bgp || !status->learned.len)
		return err;
	table->parts[table->len++] = (struct part){ connection, &status->learned };
	table->total += status->learned.len;
	return 0;
}

static void describe(const struct table *table, const struct part *part,
	const struct learned_route *route, json_t *entry)
{
	char destination[PREFIX_TEXT_SIZE], source[ADDR_TEXT_SIZE];

	prefix_format(route->destination, destination);
	addr_format(vpn_connection_peer_bgp_ip(part->connection), source);
	answer_text(entry, "RouteEntryType", "bgp");
	answer_text(entry, "RouteDest", destination);
	answer_text(entry, "NextHop", part->connection->meta.id);
	answer_text(entry, "VpnInstanceId", table->gateway->meta.id);
	answer_text(entry, "State", table->gateway->auto_propagate ? "published" : "normal");
	answer_text(entry, "Source", source);
	answer_text(entry, "AsPath", route->as_path);
	answer_text(entry, "Community", route->community);
	json_object_set_new(entry, "CreateTime", json_integer((json_int_t)route->since_ms));
	json_object_set_new(entry, "Weight", json_integer(100));
}

static void describe_at(void *arg, uint64_t place, json_t *entry)
{
	const struct table *table = arg;
	const struct part *part = table->parts;

	for (; place >= part->routes->len; part++)
		place -= part->routes->len;
	describe(table, part, &part->routes->items[place], entry);
}

int learned_routes_answer(const struct api *api, const struct request *request,
	const struct vpn_gateway *gateway, const struct listing *listing, json_t *answer)
{
	AUTO_FOUND struct found found = {};
	struct table table = { .gateway = gateway };
	int err = find_owned(api, KIND_VPN_CONNECTION, "VpnGatewayId", gateway->meta.id, &found);

	table.parts = xcalloc(found.len + 1, sizeof(*table.parts));
	for (size_t i = 0; i < found.len && !err; i++)
		err = add_part(api, found.items[i].resource, &table);
	if (!err)
		listing_made(request, listing, table.total, describe_at, &table, answer);
	free(table.parts);
	return err;
}
