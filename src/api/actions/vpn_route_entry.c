/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The destination-based route table of a gateway: what its routes are told apart by, and its
 * actions.
 */
#include "api/actions/answer.h"
#include "api/actions/find.h"
#include "api/actions/listing.h"
#include "api/actions/vpn_route.h"
#include "api/actions/vpn_route_learned.h"

#include <string.h>

static char *make_id(const void *entry)
{
	const struct vpn_route_entry *route = entry;

	return vpn_route_entry_id(route->vpn_gateway_id, route->next_hop, route->route_dest);
}

static const char *const tuple[] = { "RouteDest", NULL };
static const char *const shown[] = { "CreateTime", "NextHop", "RouteDest", "VpnInstanceId",
	"Weight", NULL };

const struct route_table destination_routes = {
	.kind = KIND_VPN_ROUTE_ENTRY,
	.quota = QUOTA_ROUTE_ENTRIES,
	.tuple = tuple,
	.shown = shown,
	.make_id = make_id,
	.weight_action = "ModifyVpnRouteEntryWeight",
	.list_action = "DescribeVpnRouteEntries",
};

static int create_route(const struct api *api, const struct request *request, struct change *change,
	json_t *answer, struct fault *fault)
{
	return route_create(api, request, &destination_routes, change, answer, fault);
}

static int describe(const struct api *api, const void *resource, json_t *entry)
{
	(void)api;
	route_answer(&destination_routes, resource, entry);
	answer_text(entry, "RouteEntryType", "custom");
	return 0;
}

static int describe_routes(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vpn_gateway) struct vpn_gateway *gateway = NULL;
	AUTO_FREE char *below = NULL;
	const char *type = params_get(&request->params, "RouteEntryType");
	struct listing listing = { KIND_VPN_ROUTE_ENTRY, NULL, "VpnRouteEntries", "VpnRouteEntry",
		NULL, describe };
	int err = find_resource(api, request, KIND_VPN_GATEWAY, "VpnGatewayId", &gateway, fault);

	(void)change;
	if (err)
		return err;
	answer_empty_list(answer, "VpnRouteCounts", "VpnRouteCount");
	below = xasprintf("%s.", gateway->meta.id);
	listing.below = below;
	if (!type || strcmp(type, "bgp") != 0)
		type = "custom";
	err = strcmp(type, "bgp") == 0
		      ? learned_routes_answer(api, request, gateway, &listing, answer)
		      : listing_answer(api, request, &listing, answer);
	if (!err)
		json_array_append_new(
			json_object_get(json_object_get(answer, "VpnRouteCounts"), "VpnRouteCount"),
			json_pack("{s:s, s:O}", "RouteEntryType", type, "RouteCount",
				json_object_get(answer, "TotalCount")));
	return err;
}

static int modify_weight(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	(void)answer;
	return route_modify(api, request, &destination_routes, change, fault);
}

static int delete_route(const struct api *api, const struct request *request, struct change *change,
	json_t *answer, struct fault *fault)
{
	(void)answer;
	return route_delete(api, request, &destination_routes, change, fault);
}

static const char *const entry_types[] = { "custom", "bgp", NULL };

static const struct parameter create_parameters[] = {
	ROUTE_TUPLE_PARAMETERS,
	ROUTE_WEIGHT_PARAMETER,
	ROUTE_CREATE_PARAMETERS,
	ROUTE_OVERLAY_PARAMETER,
	{},
};

static const struct parameter list_parameters[] = {
	PAGE_PARAMETERS,
	{ .name = "VpnGatewayId", .required = true, .doc = "The gateway." },
	{ .name = "RouteEntryType", .values = entry_types, .doc = "custom (default) or bgp." },
	{},
};

static const struct parameter weight_parameters[] = {
	ROUTE_TUPLE_PARAMETERS,
	ROUTE_WEIGHT_PARAMETER,
	{ .name = "NewWeight", .required = true, .doc = "100 or 0." },
	ROUTE_OVERLAY_PARAMETER,
	{},
};

static const struct parameter delete_parameters[] = {
	ROUTE_TUPLE_PARAMETERS,
	ROUTE_WEIGHT_PARAMETER,
	ROUTE_OVERLAY_PARAMETER,
	{},
};

const struct action vpn_route_actions[] = {
	{ "CreateVpnRouteEntry", API_VERSION_VPC, true, create_parameters, create_route,
		"Adds a destination-based route through a connection." },
	{ "DescribeVpnRouteEntries", API_VERSION_VPC, false, list_parameters, describe_routes,
		"Lists the destination-based routes of a gateway, oldest first, or with bgp what "
		"its "
		"peers advertise." },
	{ "PublishVpnRouteEntry", API_VERSION_VPC, true, vpn_route_publish_parameters,
		vpn_route_publish,
		"Publishes to the VPC, or withdraws, the routes of a table through a connection to "
		"a "
		"destination: with pbr those of every source. Withdrawn with them is also "
		"what the other "
		"table has of the gateway for that destination: the VPC has one entry for it." },
	{ "ModifyVpnRouteEntryWeight", API_VERSION_VPC, true, weight_parameters, modify_weight,
		"Makes a route the active or the standby one." },
	{ "DeleteVpnRouteEntry", API_VERSION_VPC, true, delete_parameters, delete_route,
		"Deletes a destination-based route." },
	{},
};
