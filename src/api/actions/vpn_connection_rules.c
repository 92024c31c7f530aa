/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of connections that take more than the connection itself. Changes nothing.
 */
#include "api/actions/vpn_connection.h"

#include "api/actions/find.h"
#include "api/actions/given.h"

#include <errno.h>
#include <string.h>

int vpn_connection_unsupported(const struct request *request, struct fault *fault)
{
	static const struct unsupported rows[] = {
		{ "EnableTunnelsBgp", "false", "leave it out: connections have one tunnel" },
		{ "TunnelOptionsSpecification", NULL,
			"give IkeConfig and IpsecConfig of the one tunnel; for redundancy create "
			"two "
			"connections with weights 100 and 0" },
		{ "RemoteCaCertificate", NULL, "use a pre-shared key (IkeConfig.Psk)" },
		{},
	};

	return given_unsupported(request, rows, fault);
}

int vpn_connection_served(const struct vpn_connection *connection, struct fault *fault)
{
	if (connection->health_check_config.enable)
		return fault_set(fault, REASON_UNSUPPORTED, "HealthCheckConfig.Enable", "true",
			"is not supported yet",
			"leave it out; a dead peer is found by EnableDpd within 30 s");
	if (connection->bgp_config.enable_bgp)
		return fault_set(fault, REASON_UNSUPPORTED, "BgpConfig.EnableBgp", "true",
			"is not supported yet",
			"leave it out and add routes with "
			"CreateVpnRouteEntry");
	if (!vpn_connection_is_destination_mode(connection))
		return fault_set(fault, REASON_UNSUPPORTED, "LocalSubnet", NULL,
			"and RemoteSubnet must be 0.0.0.0/0: protected data flows are not "
			"supported yet",
			"use 0.0.0.0/0 on both sides and CreateVpnRouteEntry");
	return 0;
}

static void fill_id(char **id, struct addr addr)
{
	char text[ADDR_TEXT_SIZE];

	if (**id)
		return;
	addr_format(addr, text);
	free(*id);
	*id = xstrdup(text);
}

void vpn_connection_fill_ids(struct vpn_connection *connection, const struct vpn_gateway *gateway,
	const struct customer_gateway *peer)
{
	fill_id(&connection->ike_config.local_id, gateway->internet_ip);
	fill_id(&connection->ike_config.remote_id, peer->ip_address);
}

static bool is_same_peer(const struct vpn_connection *a, const struct vpn_connection *b)
{
	return strcmp(a->meta.id, b->meta.id) != 0 &&
	       strcmp(a->vpn_gateway_id, b->vpn_gateway_id) == 0 &&
	       strcmp(a->customer_gateway_id, b->customer_gateway_id) == 0 &&
	       strcmp(a->ike_config.local_id, b->ike_config.local_id) == 0 &&
	       strcmp(a->ike_config.remote_id, b->ike_config.remote_id) == 0;
}

int vpn_connection_alone(
	const struct api *api, const struct vpn_connection *connection, struct fault *fault)
{
	AUTO_FOUND struct found found = {};
	int err = find_all(api, KIND_VPN_CONNECTION, NULL, connection->vpn_gateway_id, &found);

	for (size_t i = 0; !err && i < found.len; i++) {
		const struct vpn_connection *other = found.items[i];

		if (is_same_peer(connection, other))
			return fault_setf(fault, REASON_VPN_CONNECTION_EXISTS, "IkeConfig.RemoteId",
				connection->ike_config.remote_id,
				"choose another LocalId or RemoteId, or modify that connection",
				"together with LocalId %.60s is used by %s with %s",
				connection->ike_config.local_id, other->meta.id,
				other->customer_gateway_id);
	}
	return err;
}
