/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a route request refers to: next hops and routes by their tuple. Changes nothing.
 */
#include "api/actions/vpn_route.h"

#include "api/actions/find.h"

#include <errno.h>
#include <string.h>

int vpn_route_find_next_hop(const struct api *api, const struct request *request,
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

int vpn_route_check_new(
	const struct api *api, const struct vpn_route_entry *route, struct fault *fault)
{
	AUTO_RESOURCE(vpn_route_entry) struct vpn_route_entry *other = NULL;
	int err = find_by_id(api, KIND_VPN_ROUTE_ENTRY, route->meta.id, &other);
	char text[PREFIX_TEXT_SIZE];

	if (err)
		return err == -ENOENT ? 0 : err;
	prefix_format(route->route_dest, text);
	return fault_setf(fault, REASON_ROUTE_ENTRY_EXISTS, "RouteDest", text,
		"change its weight with ModifyVpnRouteEntryWeight",
		"has a route to %s already, with weight %u", route->next_hop,
		(unsigned int)other->weight);
}

int vpn_route_find(const struct api *api, const struct request *request,
	struct vpn_route_entry **ret, struct fault *fault)
{
	AUTO_RESOURCE(vpn_gateway) struct vpn_gateway *gateway = NULL;
	AUTO_RESOURCE(vpn_route_entry)
	struct vpn_route_entry *asked = resource_new(KIND_VPN_ROUTE_ENTRY);
	AUTO_FREE char *id = NULL;
	const char *next_hop = params_get(&request->params, "NextHop");
	const char *destination = params_get(&request->params, "RouteDest");
	const struct field *field =
		field_find(kind_info(KIND_VPN_ROUTE_ENTRY)->fields, "RouteDest");
	int err = find_resource(api, request, KIND_VPN_GATEWAY, "VpnGatewayId", &gateway, fault);

	if (!err)
		err = field_set_text(field, asked, destination, fault);
	if (err)
		return err;
	id = vpn_route_entry_id(gateway->meta.id, next_hop, asked->route_dest);
	err = find_by_id(api, KIND_VPN_ROUTE_ENTRY, id, ret);
	if (err == -ENOENT)
		return fault_setf(fault, REASON_ROUTE_ENTRY_NOT_FOUND, "RouteDest", destination,
			"see DescribeVpnRouteEntries", "has no route of %s to %.60s",
			gateway->meta.id, next_hop);
	return err;
}

int vpn_route_check_weight(
	const struct request *request, const struct vpn_route_entry *route, struct fault *fault)
{
	AUTO_RESOURCE(vpn_route_entry)
	struct vpn_route_entry *asked = resource_new(KIND_VPN_ROUTE_ENTRY);
	const struct field *field = field_find(kind_info(KIND_VPN_ROUTE_ENTRY)->fields, "Weight");
	const char *text = params_get(&request->params, "Weight");
	int err = field_set_text(field, asked, text, fault);

	if (err || asked->weight == route->weight)
		return err;
	return fault_setf(fault, REASON_ROUTE_ENTRY_NOT_FOUND, "Weight", text, NULL,
		"is not the route's present weight %u", (unsigned int)route->weight);
}
