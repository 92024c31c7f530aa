/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of connections that take more than the connection itself. Changes nothing.
 */
#include "api/actions/vpn_connection.h"

#include "api/actions/find.h"
#include "api/actions/given.h"

#include <errno.h>
#include <stdio.h>
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

int vpn_connection_check_ends(
	const struct vpn_gateway *gateway, const struct customer_gateway *peer, struct fault *fault)
{
	if (!gateway->enable_ipsec)
		return fault_set(fault, REASON_UNSUPPORTED, "VpnGatewayId", gateway->meta.id,
			"was created with EnableIpsec=false",
			"create a gateway with EnableIpsec=true");
	if (strcmp(gateway->meta.region_id, peer->meta.region_id) != 0)
		return fault_setf(fault, REASON_CUSTOMER_GATEWAY_NOT_FOUND, "CustomerGatewayId",
			peer->meta.id, "create one there", "is not in %s, the gateway's region",
			gateway->meta.region_id);
	return 0;
}

int vpn_connection_served(const struct vpn_connection *connection, struct fault *fault)
{
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
	       strcmp(a->customer_gateway_id, b->customer_gateway_id) == 0;
}

static int check_ids(const struct vpn_connection *connection, const struct vpn_connection *other,
	struct fault *fault)
{
	const struct ike_config *ike = &connection->ike_config;

	if (strcmp(ike->local_id, other->ike_config.local_id) != 0 ||
		strcmp(ike->remote_id, other->ike_config.remote_id) != 0)
		return 0;
	return fault_setf(fault, REASON_VPN_CONNECTION_EXISTS, "IkeConfig.RemoteId", ike->remote_id,
		"choose another LocalId or RemoteId, or modify that connection",
		"together with LocalId %.60s is used by %s with %s", ike->local_id, other->meta.id,
		other->customer_gateway_id);
}

static bool finds_psk_by_address(const struct vpn_connection *connection)
{
	return connection->ike_config.ike_version == IKE_V1 &&
	       connection->ike_config.ike_mode == IKE_MAIN;
}

/*
 * In main mode the identities are encrypted with a key made from the pre-shared key, so that this
 * one can only be found by the peer's address (RFC 2409, 5.4): it is one for all of a peer's.
 */
static int check_psk(const struct api *api, const struct vpn_connection *connection,
	const struct found *found, size_t index, struct fault *fault)
{
	AUTO_RESOURCE(vpn_connection) struct vpn_connection *other = NULL;
	void *opened;
	int err;

	if (!finds_psk_by_address(connection) ||
		!finds_psk_by_address(found->items[index].resource))
		return 0;
	err = found_open(api, found, index, &opened);
	if (err)
		return err;
	other = opened;
	if (secret_equal(connection->ike_config.psk, other->ike_config.psk))
		return 0;
	fault_setf(fault, REASON_PARAMETER_INVALID, "IkeConfig.Psk", NULL,
		"give the same key, or use ikev2 or aggressive mode",
		"must be that of %s, which leads to the same peer: ikev1 in main mode finds the "
		"key "
		"by the peer's address only",
		other->meta.id);
	snprintf(fault->code, sizeof(fault->code), "InvalidPsk");
	return -EINVAL;
}

int vpn_connection_alone(const struct api *api, const struct vpn_connection *before,
	const struct vpn_connection *connection, struct fault *fault)
{
	/* A key that several connections share must be changed one connection after the other. */
	bool is_free_to_change_key = before && finds_psk_by_address(before);
	AUTO_FOUND struct found found = {};
	int err = find_all(api, KIND_VPN_CONNECTION, NULL, connection->customer_gateway_id, &found);

	for (size_t i = 0; !err && i < found.len; i++) {
		if (!is_same_peer(connection, found.items[i].resource))
			continue;
		err = check_ids(connection, found.items[i].resource, fault);
		if (!err && !is_free_to_change_key)
			err = check_psk(api, connection, &found, i, fault);
	}
	return err;
}
