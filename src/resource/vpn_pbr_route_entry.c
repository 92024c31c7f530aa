/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a policy-based route is made of. The API knows a route by its tuple; our id is that tuple
 * written as one word. Whether a default route is legal depends on who made it.
 */
#include "resource/fields.h"
#include "resource/kinds.h"

#include <string.h>

static const char *const weights[] = { "0", "100", NULL };

static const struct field vpn_pbr_route_entry_fields[] = {
	META_ID(struct vpn_pbr_route_entry, "Id"),
	STRING(struct vpn_pbr_route_entry, meta.name, "Name",
		.flags = FIELD_INTERNAL | FIELD_HIDDEN, NAME_RULE(100),
		.doc = "Not settable through the API."),
	STRING(struct vpn_pbr_route_entry, meta.description, "Description", DESCRIPTION_RULE(100),
		.doc = "Description of the route."),
	META_REST(struct vpn_pbr_route_entry, FIELD_HIDDEN, FIELD_HIDDEN),
	STRING(struct vpn_pbr_route_entry, vpn_gateway_id, "VpnGatewayId",
		.flags = FIELD_REQUIRED | FIELD_IMMUTABLE, .min = 1, .max = 128,
		.answer_name = "VpnInstanceId", .check = rule_id, .doc = "VPN gateway."),
	STRING(struct vpn_pbr_route_entry, next_hop, "NextHop",
		.flags = FIELD_REQUIRED | FIELD_IMMUTABLE, .min = 1, .max = 128, .check = rule_id,
		.doc = "VPN connection the packets go into (vco-...)."),
	/* Not FIELD_REQUIRED: 0.0.0.0/0 is a value here, not an absent one. */
	PREFIX(struct vpn_pbr_route_entry, route_source, "RouteSource", .flags = FIELD_IMMUTABLE,
		.doc = "Source."),
	PREFIX(struct vpn_pbr_route_entry, route_dest, "RouteDest", .flags = FIELD_IMMUTABLE,
		.doc = "Destination; not 0.0.0.0/0 by hand, not overlapping 100.64.0.0/10."),
	U32(struct vpn_pbr_route_entry, weight, "Weight", .values = weights, .default_text = "100",
		.doc = "100 for the active, 0 for the standby connection."),
	U32(struct vpn_pbr_route_entry, priority, "Priority", .min = 1, .max = 100,
		.default_text = "10", .doc = "1 to 100, the lowest first."),
	BOOL(struct vpn_pbr_route_entry, publish_vpc, "PublishVpc", .flags = FIELD_HIDDEN,
		.default_text = "false", .doc = "Also for packets that come from the VPC."),
	BOOL(struct vpn_pbr_route_entry, is_automatic, "IsAutomatic",
		.flags = FIELD_INTERNAL | FIELD_HIDDEN, .default_text = "false",
		.doc = "Made of a connection's protected data flows."),
	{},
};

static int check(const void *resource, struct fault *fault)
{
	const struct vpn_pbr_route_entry *route = resource;
	const struct field *field = field_find(vpn_pbr_route_entry_fields, "RouteDest");
	char text[PREFIX_TEXT_SIZE];

	if (route->is_automatic && route->route_dest.len == 0)
		return 0;
	prefix_format(route->route_dest, text);
	return rule_route_destination(field, text, fault);
}

char *vpn_pbr_route_entry_id(const char *vpn_gateway_id, const char *next_hop,
	struct prefix route_source, struct prefix route_dest)
{
	char source[PREFIX_TEXT_SIZE], dest[PREFIX_TEXT_SIZE];

	prefix_format(route_source, source);
	prefix_format(route_dest, dest);
	*strchr(source, '/') = '-';
	*strchr(dest, '/') = '-';
	return xasprintf("%s.%s.%s.%s", vpn_gateway_id, next_hop, source, dest);
}

const struct kind_info vpn_pbr_route_entry_kind = {
	.kind = KIND_VPN_PBR_ROUTE_ENTRY,
	.name = "vpn-pbr-route-entry",
	.id_prefix = "vpn-",
	.size = sizeof(struct vpn_pbr_route_entry),
	.fields = vpn_pbr_route_entry_fields,
	.check = check,
};
