/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a route request refers to: next hops and routes by their tuple. Changes nothing.
 */
#include "api/actions/vpn_route.h"

#include "api/actions/find.h"
#include "api/actions/given.h"

#include <errno.h>
#include <string.h>

int route_find_next_hop(const struct api *api, const struct request *request,
	const struct vpn_gateway *gateway, struct vpn_connection **ret, struct fault *fault)
{
	struct vpn_connection *connection = NULL;
	int err = find_resource(api, request, KIND_VPN_CONNECTION, "NextHop", &connection, fault);

	if (err)
		return err;
	if (strcmp(connection->vpn_gateway_id, gateway->meta.id) != 0) {
		fault_setf(fault, REASON_VPN_CONNECTION_NOT_FOUND, "NextHop", connection->meta.id,
			"choose a connection of that gateway", "is not a connection of %s",
			gateway->meta.id);
		resource_free(KIND_VPN_CONNECTION, connection);
		return -EINVAL;
	}
	*ret = connection;
	return 0;
}

static char *text_of(const struct route *route, const char *name)
{
	return field_to_text(route_field(route->table, name), route->entry);
}

/* " from 10.0.0.0/24" where routes have a source, else "". */
static char *from_text(const struct route *route)
{
	AUTO_FREE char *source = NULL;

	if (!route_field(route->table, "RouteSource"))
		return xstrdup("");
	source = text_of(route, "RouteSource");
	return xasprintf(" from %s", source);
}

int route_check_new(const struct api *api, const struct route *route, struct fault *fault)
{
	const struct resource *meta = route->entry;
	AUTO_ROUTE struct route other = { route->table, NULL };
	AUTO_FREE char *destination = text_of(route, "RouteDest"), *from = from_text(route);
	AUTO_FREE char *next_hop = text_of(route, "NextHop"), *weight = NULL, *remedy = NULL;
	int err = find_by_id(api, route->table->kind, meta->id, &other.entry);

	if (err)
		return err == -ENOENT ? 0 : err;
	weight = text_of(&other, "Weight");
	remedy = xasprintf("change its weight with %s", route->table->weight_action);
	return fault_setf(fault, REASON_ROUTE_ENTRY_EXISTS, "RouteDest", destination, remedy,
		"has a route%s through %s already, with weight %s", from, next_hop, weight);
}

int route_take(const struct request *request, const struct route *route, const char *name,
	struct fault *fault)
{
	return field_set_text(route_field(route->table, name), route->entry,
		params_get(&request->params, name), fault);
}

/* An entry with nothing but the tuple. */
static int take_tuple(const struct request *request, const struct route *route, struct fault *fault)
{
	int err = route_take(request, route, "VpnGatewayId", fault);

	if (!err)
		err = route_take(request, route, "NextHop", fault);
	for (const char *const *name = route->table->tuple; *name && !err; name++)
		err = route_take(request, route, *name, fault);
	return err;
}

int route_find(const struct api *api, const struct request *request,
	const struct route_table *table, struct route *ret, struct fault *fault)
{
	AUTO_ROUTE struct route asked = { table, resource_new(table->kind) };
	AUTO_RESOURCE(vpn_gateway) struct vpn_gateway *gateway = NULL;
	AUTO_FREE char *id = NULL, *from = NULL, *remedy = NULL;
	int err = find_resource(api, request, KIND_VPN_GATEWAY, "VpnGatewayId", &gateway, fault);

	if (!err)
		err = take_tuple(request, &asked, fault);
	if (err)
		return err;
	id = table->make_id(asked.entry);
	err = find_by_id(api, table->kind, id, &ret->entry);
	if (err != -ENOENT)
		return err;
	from = from_text(&asked);
	remedy = xasprintf("see %s", table->list_action);
	return fault_setf(fault, REASON_ROUTE_ENTRY_NOT_FOUND, "RouteDest",
		params_get(&request->params, "RouteDest"), remedy,
		"has no route of %s%s through %.60s", gateway->meta.id, from,
		params_get(&request->params, "NextHop"));
}

int route_check_given(const struct request *request, const struct route *route, struct fault *fault)
{
	AUTO_ROUTE struct route asked = { route->table,
		resource_dup(route->table->kind, route->entry) };
	int err = given_fields(request, route->table->kind, asked.entry, fault);

	for (const struct parameter *row = request->action->parameters; row->name && !err; row++) {
		const struct field *field = route_field(route->table, row->name);
		AUTO_FREE char *present = NULL;

		if (!field || field_equal(field, asked.entry, route->entry))
			continue;
		present = field_to_text(field, route->entry);
		return fault_setf(fault, REASON_ROUTE_ENTRY_NOT_FOUND, row->name,
			params_get(&request->params, row->name), NULL,
			"is not the route's present value %s", present);
	}
	return err;
}
