/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Publishing to the VPC and withdrawing. The VPC's table has one entry for a destination that
 * points to the gateway, whichever of the gateway's tables published it; so withdrawing it takes it
 * from both, and where nothing was published nothing is withdrawn. Needs no guard: a route that is
 * added meanwhile is one that was added afterwards.
 */
#include "api/actions/vpn_route.h"

#include "api/actions/find.h"
#include "base/parse.h"

#include <errno.h>
#include <string.h>

static int publish_entry(const struct api *api, const struct request *request,
	const struct route_table *table, const void *entry, struct change *change,
	struct fault *fault)
{
	AUTO_ROUTE struct route route = { table, resource_dup(table->kind, entry) };
	int err = route_take(request, &route, "PublishVpc", fault);

	if (!err)
		change_replace(change, api, table->kind, entry, route.entry);
	return err;
}

/* Every route of the table to the destination whose id starts with below; how many these are. */
static int publish_all(const struct api *api, const struct request *request,
	const struct route_table *table, const char *below, struct change *change, size_t *ret_len,
	struct fault *fault)
{
	AUTO_ROUTE struct route asked = { table, resource_new(table->kind) };
	AUTO_FOUND struct found found = {};
	const struct field *field = route_field(table, "RouteDest");
	int err = route_take(request, &asked, "RouteDest", fault);

	*ret_len = 0;
	if (!err)
		err = find_all(api, table->kind, below, NULL, &found);
	for (size_t i = 0; i < found.len && !err; i++) {
		if (!field_equal(field, found.items[i].resource, asked.entry))
			continue;
		err = publish_entry(api, request, table, found.items[i].resource, change, fault);
		++*ret_len;
	}
	return err;
}

static int withdraw_from_other(const struct api *api, const struct request *request,
	const struct route_table *table, const char *gateway_id, struct change *change)
{
	const struct route_table *other =
		table == &policy_routes ? &destination_routes : &policy_routes;
	AUTO_FREE char *below = xasprintf("%s.", gateway_id);
	struct fault unused;
	size_t len;
	int err = publish_all(api, request, other, below, change, &len, &unused);

	/* Refused: a destination the other table cannot have. */
	return err == -EINVAL ? 0 : err;
}

int vpn_route_publish(const struct api *api, const struct request *request, struct change *change,
	json_t *answer, struct fault *fault)
{
	const char *type = params_get(&request->params, "RouteType");
	const struct route_table *table =
		strcmp(type, "pbr") == 0 ? &policy_routes : &destination_routes;
	const char *next_hop = params_get(&request->params, "NextHop");
	const char *destination = params_get(&request->params, "RouteDest");
	AUTO_RESOURCE(vpn_gateway) struct vpn_gateway *gateway = NULL;
	AUTO_FREE char *below = NULL;
	bool is_published = false;
	size_t len = 0;
	int err = find_resource(api, request, KIND_VPN_GATEWAY, "VpnGatewayId", &gateway, fault);

	(void)answer;
	if (err)
		return err;
	below = xasprintf("%s.%s.", gateway->meta.id, next_hop);
	err = publish_all(api, request, table, below, change, &len, fault);
	if (!err && !len)
		return fault_setf(fault, REASON_ROUTE_ENTRY_NOT_FOUND, "RouteDest", destination,
			"see DescribeVpnRouteEntries and DescribeVpnPbrRouteEntries",
			"has no route of %s in the table %s through %.60s", gateway->meta.id, type,
			next_hop);
	if (!err)
		change->resource_id = xasprintf("%s%s", below, destination);
	if (err || parse_bool(params_get(&request->params, "PublishVpc"), &is_published) < 0 ||
		is_published || !change->len)
		return err;
	return withdraw_from_other(api, request, table, gateway->meta.id, change);
}

static const char *const types[] = { "dbr", "pbr", NULL };

const struct parameter vpn_route_publish_parameters[] = {
	ROUTE_TUPLE_PARAMETERS,
	{ .name = "RouteType",
		.required = true,
		.values = types,
		.doc = "Destination-based (dbr) or policy-based (pbr)." },
	{ .name = "PublishVpc",
		.type = PARAM_BOOL,
		.required = true,
		.doc = "true publishes, false withdraws." },
	{},
};
