/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of connections that take more than the connection itself. Changes nothing.
 */
#include "api/actions/vpn_connection.h"

#include "api/actions/find.h"
#include "api/actions/given.h"

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

int vpn_connection_settle_integrity(
	const struct request *request, struct vpn_connection *connection, struct fault *fault)
{
	AUTO_RESOURCE(vpn_connection) struct vpn_connection *said = NULL;
	struct ipsec_config *ipsec = &connection->ipsec_config;
	int err;

	if (!encryption_is_aead(ipsec->ipsec_enc_alg)) {
		if (ipsec->ipsec_auth_alg == AUTH_NONE)
			ipsec->ipsec_auth_alg = AUTH_MD5;
		return 0;
	}
	/* A default, or the algorithm of before the cipher changed, is not what the request says.
	 */
	said = resource_dup(KIND_VPN_CONNECTION, connection);
	said->ipsec_config.ipsec_auth_alg = AUTH_NONE;
	err = given_fields(request, KIND_VPN_CONNECTION, said, fault);
	if (!err)
		ipsec->ipsec_auth_alg = said->ipsec_config.ipsec_auth_alg;
	return err;
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
