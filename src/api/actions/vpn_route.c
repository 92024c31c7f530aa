/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Destination-based routes of a gateway. The API knows a route by gateway, next hop and
 * destination; a weight that is given must be the stored one.
 */
#include "api/actions/vpn_route.h"
#include "api/actions/answer.h"
#include "api/actions/find.h"
#include "api/actions/given.h"
#include "api/actions/guard.h"
#include "api/actions/listing.h"

#include <errno.h>
#include <string.h>

static const struct unsupported unsupported[] = {
	{ "RouteType", "dbr", "use dbr; policy-based routes are not supported yet" },
	{},
};

static const char *route_state(const struct vpn_route_entry *route)
{
	return route->publish_vpc ? "published" : "normal";
}

static int create_route(const struct api *api, const struct request *request, struct change *change,
	json_t *answer, struct fault *fault)
{
	static const char *const shown[] = { "CreateTime", "Description", "NextHop", "RouteDest",
		"VpnInstanceId", "Weight", NULL };
	AUTO_RESOURCE(vpn_route_entry) struct vpn_route_entry *route = NULL;
	AUTO_RESOURCE(vpn_gateway) struct vpn_gateway *gateway = NULL;
	AUTO_RESOURCE(vpn_connection) struct vpn_connection *next_hop = NULL;
	int err = given_unsupported(request, unsupported, fault);

	if (!err)
		err = given_new(api, request, KIND_VPN_ROUTE_ENTRY, &route, fault);
	if (!err)
		err = find_resource(
			api, request, KIND_VPN_GATEWAY, "VpnGatewayId", &gateway, fault);
	if (!err)
		err = vpn_route_find_next_hop(api, request, gateway, &next_hop, fault);
	if (err)
		return err;
	free(route->meta.id);
	route->meta.id = vpn_route_entry_id(gateway->meta.id, next_hop->meta.id, route->route_dest);
	free(route->meta.region_id);
	route->meta.region_id = xstrdup(gateway->meta.region_id);
	err = resource_check(KIND_VPN_ROUTE_ENTRY, route, fault);
	if (!err)
		err = guard_take(api, change, next_hop->meta.id);
	if (!err)
		err = vpn_route_check_new(api, route, fault);
	if (err)
		return err;
	change_check(change, KIND_VPN_CONNECTION, next_hop);
	change_put(change, api, KIND_VPN_ROUTE_ENTRY, route);
	change->resource_id = xstrdup(route->meta.id);
	answer_some(KIND_VPN_ROUTE_ENTRY, route, shown, answer);
	answer_text(answer, "State", route_state(route));
	answer_text(answer, "OverlayMode", "Ipsec");
	return 0;
}

static int describe(const struct api *api, const void *resource, json_t *entry)
{
	static const char *const shown[] = { "CreateTime", "NextHop", "RouteDest", "VpnInstanceId",
		"Weight", NULL };
	const struct vpn_route_entry *route = resource;

	(void)api;
	answer_some(KIND_VPN_ROUTE_ENTRY, route, shown, entry);
	answer_text(entry, "State", route_state(route));
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
	if (type && strcmp(type, "bgp") == 0) {
		listing_empty(request, &listing, answer);
		return 0;
	}
	err = listing_answer(api, request, &listing, answer);
	if (!err)
		json_array_append_new(
			json_object_get(json_object_get(answer, "VpnRouteCounts"), "VpnRouteCount"),
			json_pack("{s:s, s:O}", "RouteEntryType", "custom", "RouteCount",
				json_object_get(answer, "TotalCount")));
	return err;
}

static int put_changed(const struct api *api, struct change *change,
	const struct vpn_route_entry *before, const struct vpn_route_entry *route,
	struct fault *fault)
{
	int err = resource_check(KIND_VPN_ROUTE_ENTRY, route, fault);

	if (err)
		return err;
	change->resource_id = xstrdup(route->meta.id);
	if (!resource_equal(KIND_VPN_ROUTE_ENTRY, before, route))
		change_put(change, api, KIND_VPN_ROUTE_ENTRY, route);
	return 0;
}

static int publish_route(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vpn_route_entry) struct vpn_route_entry *before = NULL, *route = NULL;
	const struct field *field =
		field_find(kind_info(KIND_VPN_ROUTE_ENTRY)->fields, "PublishVpc");
	int err = given_unsupported(request, unsupported, fault);

	(void)answer;
	if (!err)
		err = vpn_route_find(api, request, &before, fault);
	if (err)
		return err;
	route = resource_dup(KIND_VPN_ROUTE_ENTRY, before);
	err = field_set_text(field, route, params_get(&request->params, "PublishVpc"), fault);
	return err ? err : put_changed(api, change, before, route, fault);
}

static int modify_weight(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vpn_route_entry) struct vpn_route_entry *before = NULL, *route = NULL;
	struct field field = *field_find(kind_info(KIND_VPN_ROUTE_ENTRY)->fields, "Weight");
	int err = given_unsupported(request, unsupported, fault);

	(void)answer;
	if (!err)
		err = vpn_route_find(api, request, &before, fault);
	if (!err)
		err = vpn_route_check_weight(request, before, fault);
	if (err)
		return err;
	route = resource_dup(KIND_VPN_ROUTE_ENTRY, before);
	field.name = "NewWeight";
	err = field_set_text(&field, route, params_get(&request->params, "NewWeight"), fault);
	return err ? err : put_changed(api, change, before, route, fault);
}

static int delete_route(const struct api *api, const struct request *request, struct change *change,
	json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vpn_route_entry) struct vpn_route_entry *route = NULL;
	int err = given_unsupported(request, unsupported, fault);

	(void)answer;
	if (!err)
		err = vpn_route_find(api, request, &route, fault);
	if (!err)
		err = vpn_route_check_weight(request, route, fault);
	if (err)
		return err;
	change_delete(change, KIND_VPN_ROUTE_ENTRY, route);
	change->resource_id = xstrdup(route->meta.id);
	return 0;
}

static const char *const entry_types[] = { "custom", "bgp", NULL };

#define TUPLE_PARAMETERS                                                                           \
	{ .name = "VpnGatewayId", .required = true, .doc = "The gateway." },                       \
		{ .name = "NextHop", .required = true, .doc = "Connection of the gateway." },      \
	{                                                                                          \
		.name = "RouteDest", .required = true, .doc = "Destination."                       \
	}
#define WEIGHT_PARAMETER                                                                           \
	{                                                                                          \
		.name = "Weight", .required = true, .doc = "100 (active) or 0 (standby)."          \
	}
#define OVERLAY_PARAMETER                                                                          \
	{                                                                                          \
		.name = "OverlayMode", .values = overlay_modes, .doc = "Only Ipsec exists."        \
	}

static const char *const overlay_modes[] = { "Ipsec", NULL };

static const struct parameter create_parameters[] = {
	TUPLE_PARAMETERS,
	WEIGHT_PARAMETER,
	{ .name = "PublishVpc",
		.type = PARAM_BOOL,
		.required = true,
		.doc = "Also for packets that come from the VPC." },
	{ .name = "Description", .doc = "1 to 100 characters." },
	OVERLAY_PARAMETER,
	{},
};

static const struct parameter list_parameters[] = {
	PAGE_PARAMETERS,
	{ .name = "VpnGatewayId", .required = true, .doc = "The gateway." },
	{ .name = "RouteEntryType", .values = entry_types, .doc = "custom (default) or bgp." },
	{},
};

static const struct parameter publish_parameters[] = {
	TUPLE_PARAMETERS,
	{ .name = "RouteType", .required = true, .doc = "dbr; pbr is not supported yet." },
	{ .name = "PublishVpc",
		.type = PARAM_BOOL,
		.required = true,
		.doc = "true publishes, false withdraws." },
	{},
};

static const struct parameter weight_parameters[] = {
	TUPLE_PARAMETERS,
	WEIGHT_PARAMETER,
	{ .name = "NewWeight", .required = true, .doc = "100 or 0." },
	OVERLAY_PARAMETER,
	{},
};

static const struct parameter delete_parameters[] = {
	TUPLE_PARAMETERS,
	WEIGHT_PARAMETER,
	OVERLAY_PARAMETER,
	{},
};

const struct action vpn_route_actions[] = {
	{ "CreateVpnRouteEntry", API_VERSION_VPC, true, create_parameters, create_route,
		"Adds a destination-based route through a connection." },
	{ "DescribeVpnRouteEntries", API_VERSION_VPC, false, list_parameters, describe_routes,
		"Lists the destination-based routes of a gateway, oldest first." },
	{ "PublishVpnRouteEntry", API_VERSION_VPC, true, publish_parameters, publish_route,
		"Publishes a route to the VPC or withdraws it." },
	{ "ModifyVpnRouteEntryWeight", API_VERSION_VPC, true, weight_parameters, modify_weight,
		"Makes a route the active or the standby one." },
	{ "DeleteVpnRouteEntry", API_VERSION_VPC, true, delete_parameters, delete_route,
		"Deletes a destination-based route." },
	{},
};
