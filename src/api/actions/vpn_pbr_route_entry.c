/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy-based route table of a gateway: what its routes are told apart by, and its actions.
 * Routes made of protected data flows are entries like any other here; whoever makes and removes
 * them is vpn_route_automatic.c.
 */
#include "api/actions/find.h"
#include "api/actions/listing.h"
#include "api/actions/vpn_route.h"

static char *make_id(const void *entry)
{
	const struct vpn_pbr_route_entry *route = entry;

	return vpn_pbr_route_entry_id(
		route->vpn_gateway_id, route->next_hop, route->route_source, route->route_dest);
}

static const char *const tuple[] = { "RouteSource", "RouteDest", NULL };
static const char *const shown[] = { "CreateTime", "NextHop", "Priority", "RouteDest",
	"RouteSource", "VpnInstanceId", "Weight", NULL };

const struct route_table policy_routes = {
	.kind = KIND_VPN_PBR_ROUTE_ENTRY,
	.quota = QUOTA_PBR_ROUTE_ENTRIES,
	.tuple = tuple,
	.shown = shown,
	.make_id = make_id,
	.weight_action = "ModifyVpnPbrRouteEntryWeight",
	.list_action = "DescribeVpnPbrRouteEntries",
};

static int create_route(const struct api *api, const struct request *request, struct change *change,
	json_t *answer, struct fault *fault)
{
	return route_create(api, request, &policy_routes, change, answer, fault);
}

static int describe(const struct api *api, const void *resource, json_t *entry)
{
	(void)api;
	route_answer(&policy_routes, resource, entry);
	return 0;
}

static int describe_routes(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vpn_gateway) struct vpn_gateway *gateway = NULL;
	AUTO_FREE char *below = NULL;
	struct listing listing = { KIND_VPN_PBR_ROUTE_ENTRY, NULL, "VpnPbrRouteEntries",
		"VpnPbrRouteEntry", NULL, describe };
	int err = find_resource(api, request, KIND_VPN_GATEWAY, "VpnGatewayId", &gateway, fault);

	(void)change;
	if (err)
		return err;
	below = xasprintf("%s.", gateway->meta.id);
	listing.below = below;
	return listing_answer(api, request, &listing, answer);
}

static int modify_route(const struct api *api, const struct request *request, struct change *change,
	json_t *answer, struct fault *fault)
{
	(void)answer;
	return route_modify(api, request, &policy_routes, change, fault);
}

static int delete_route(const struct api *api, const struct request *request, struct change *change,
	json_t *answer, struct fault *fault)
{
	(void)answer;
	return route_delete(api, request, &policy_routes, change, fault);
}

#define SOURCE_PARAMETER                                                                           \
	{                                                                                          \
		.name = "RouteSource", .required = true, .doc = "Source."                          \
	}
#define PRIORITY_PARAMETER(is_required, text)                                                      \
	{                                                                                          \
		.name = "Priority", .required = is_required, .doc = text                           \
	}
#define NEW_WEIGHT_PARAMETER(is_required)                                                          \
	{                                                                                          \
		.name = "NewWeight", .required = is_required, .doc = "100 or 0."                   \
	}
#define NEW_PRIORITY_PARAMETER(is_required)                                                        \
	{                                                                                          \
		.name = "NewPriority", .required = is_required,                                    \
		.doc = "1 to 100, the lowest first."                                               \
	}
#define PRESENT_PRIORITY "The present one, where given."

static const struct parameter create_parameters[] = {
	ROUTE_TUPLE_PARAMETERS,
	SOURCE_PARAMETER,
	ROUTE_WEIGHT_PARAMETER,
	PRIORITY_PARAMETER(false, "1 to 100, the lowest first; default 10."),
	ROUTE_CREATE_PARAMETERS,
	ROUTE_OVERLAY_PARAMETER,
	{},
};

static const struct parameter list_parameters[] = {
	PAGE_PARAMETERS,
	{ .name = "VpnGatewayId", .required = true, .doc = "The gateway." },
	{},
};

static const struct parameter weight_parameters[] = {
	ROUTE_TUPLE_PARAMETERS,
	SOURCE_PARAMETER,
	ROUTE_WEIGHT_PARAMETER,
	PRIORITY_PARAMETER(false, PRESENT_PRIORITY),
	NEW_WEIGHT_PARAMETER(true),
	ROUTE_OVERLAY_PARAMETER,
	{},
};

static const struct parameter priority_parameters[] = {
	ROUTE_TUPLE_PARAMETERS,
	SOURCE_PARAMETER,
	ROUTE_WEIGHT_PARAMETER,
	PRIORITY_PARAMETER(false, PRESENT_PRIORITY),
	NEW_PRIORITY_PARAMETER(true),
	{},
};

static const struct parameter attribute_parameters[] = {
	ROUTE_TUPLE_PARAMETERS,
	SOURCE_PARAMETER,
	ROUTE_WEIGHT_PARAMETER,
	PRIORITY_PARAMETER(true, "The present one."),
	NEW_PRIORITY_PARAMETER(false),
	NEW_WEIGHT_PARAMETER(false),
	{},
};

static const struct parameter delete_parameters[] = {
	ROUTE_TUPLE_PARAMETERS,
	SOURCE_PARAMETER,
	ROUTE_WEIGHT_PARAMETER,
	PRIORITY_PARAMETER(false, PRESENT_PRIORITY),
	ROUTE_OVERLAY_PARAMETER,
	{},
};

const struct action vpn_pbr_route_actions[] = {
	{ "CreateVpnPbrRouteEntry", API_VERSION_VPC, true, create_parameters, create_route,
		"Adds a policy-based route: by source and destination, before all "
		"destination-based "
		"ones." },
	{ "DescribeVpnPbrRouteEntries", API_VERSION_VPC, false, list_parameters, describe_routes,
		"Lists the policy-based routes of a gateway, oldest first, also those that "
		"protected data flows added." },
	{ "ModifyVpnPbrRouteEntryWeight", API_VERSION_VPC, true, weight_parameters, modify_route,
		"Makes a route the active or the standby one." },
	{ "ModifyVpnPbrRouteEntryPriority", API_VERSION_VPC, true, priority_parameters,
		modify_route, "Changes a route's priority." },
	{ "ModifyVpnPbrRouteEntryAttribute", API_VERSION_VPC, true, attribute_parameters,
		modify_route, "Changes a route's weight, its priority, or both." },
	{ "DeleteVpnPbrRouteEntry", API_VERSION_VPC, true, delete_parameters, delete_route,
		"Deletes a policy-based route." },
	{},
};
