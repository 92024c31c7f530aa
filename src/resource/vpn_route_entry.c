/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a destination-based route is made of. The API knows a route by its tuple; our id is that
 * tuple written as one word.
 */
#include "resource/fields.h"
#include "resource/kinds.h"

#include <string.h>

static const char *const weights[] = { "0", "100", NULL };

static const struct field vpn_route_entry_fields[] = {
	META_ID(struct vpn_route_entry, "Id"),
	STRING(struct vpn_route_entry, meta.name, "Name", .flags = FIELD_INTERNAL | FIELD_HIDDEN,
		NAME_RULE(100), .doc = "Not settable through the API."),
	STRING(struct vpn_route_entry, meta.description, "Description", DESCRIPTION_RULE(100),
		.doc = "Description of the route."),
	META_REST(struct vpn_route_entry, FIELD_HIDDEN, FIELD_HIDDEN),
	STRING(struct vpn_route_entry, vpn_gateway_id, "VpnGatewayId",
		.flags = FIELD_REQUIRED | FIELD_IMMUTABLE, .min = 1, .max = 128,
		.answer_name = "VpnInstanceId", .check = rule_id, .doc = "VPN gateway."),
	STRING(struct vpn_route_entry, next_hop, "NextHop",
		.flags = FIELD_REQUIRED | FIELD_IMMUTABLE, .min = 1, .max = 128, .check = rule_id,
		.doc = "VPN connection the packets go into (vco-...)."),
	PREFIX(struct vpn_route_entry, route_dest, "RouteDest",
		.flags = FIELD_REQUIRED | FIELD_IMMUTABLE, .check = rule_route_destination,
		.doc = "Destination; not 0.0.0.0/0, not overlapping 100.64.0.0/10."),
	U32(struct vpn_route_entry, weight, "Weight", .values = weights, .default_text = "100",
		.doc = "100 for the active, 0 for the standby connection."),
	BOOL(struct vpn_route_entry, publish_vpc, "PublishVpc", .flags = FIELD_HIDDEN,
		.default_text = "false", .doc = "Also for packets that come from the VPC."),
	{},
};

char *vpn_route_entry_id(const char *vpn_gateway_id, const char *next_hop, struct prefix route_dest)
{
	char text[PREFIX_TEXT_SIZE];

	prefix_format(route_dest, text);
	*strchr(text, '/') = '-';
	return xasprintf("%s.%s.%s", vpn_gateway_id, next_hop, text);
}

const struct kind_info vpn_route_entry_kind = {
	.kind = KIND_VPN_ROUTE_ENTRY,
	.name = "vpn-route-entry",
	.id_prefix = "vpn-",
	.size = sizeof(struct vpn_route_entry),
	.fields = vpn_route_entry_fields,
};
