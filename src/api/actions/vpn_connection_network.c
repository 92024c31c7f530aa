/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules on the addresses of a connection that take the VPC, the peer or other connections: where
 * health probes come from and go to, and the tunnel's own network for BGP.
 */
#include "api/actions/vpn_connection.h"

#include "api/actions/find.h"
#include "api/actions/guard.h"

#include <errno.h>
#include <string.h>

static bool may_be_in_vpc(const struct vpc *vpc, struct addr addr)
{
	bool is_in = prefix_has(vpc->cidr_block, addr);

	for (size_t i = 0; i < vpc->user_cidrs.len && !is_in; i++)
		is_in = prefix_has(vpc->user_cidrs.items[i], addr);
	return is_in;
}

/*
 * Probes start in the VPC, as packets of its hosts do, and must leave it. Blocks of the user may be
 * used on either side (the cloud has them for a data centre's public addresses).
 */
static int check_health(
	const struct vpn_connection *connection, const struct vpc *vpc, struct fault *fault)
{
	const struct health_check_config *health = &connection->health_check_config;
	char text[ADDR_TEXT_SIZE], block[PREFIX_TEXT_SIZE];

	if (!health->enable)
		return 0;
	prefix_format(vpc->cidr_block, block);
	addr_format(health->sip, text);
	if (!may_be_in_vpc(vpc, health->sip))
		return fault_setf(fault, REASON_PARAMETER_INVALID, "HealthCheckConfig.Sip", text,
			"give an address of the VPC that can reach Dip through the connection",
			"must lie in the VPC, %s with %s", vpc->meta.id, block);
	addr_format(health->dip, text);
	if (prefix_has(vpc->cidr_block, health->dip))
		return fault_setf(fault, REASON_PARAMETER_INVALID, "HealthCheckConfig.Dip", text,
			"give an address of the data centre that answers ping",
			"must not lie in the VPC, %s with %s", vpc->meta.id, block);
	return 0;
}

static int check_asn(const struct vpn_connection *connection, const struct customer_gateway *peer,
	struct fault *fault)
{
	if (!connection->bgp_config.enable_bgp || peer->asn)
		return 0;
	return fault_setf(fault, REASON_PARAMETER_INVALID, "BgpConfig.EnableBgp", "true",
		"create a customer gateway with Asn: it cannot be added later",
		"needs the AS number of the peer, and %s has none", peer->meta.id);
}

static int refuse_tunnel(const char *block, const struct vpn_connection *other, const char *vpc_id,
	struct fault *fault)
{
	return fault_setf(fault, REASON_PARAMETER_INVALID, "BgpConfig.TunnelCidr", block,
		"choose another /30 of 169.254.0.0/16",
		"is the block of %s; it must be used once in %s", other->meta.id, vpc_id);
}

/* The tunnel's addresses are the VPC's: all gateways of one VPC share a routing domain. */
static int check_tunnel(const struct api *api, const struct vpn_connection *connection,
	const struct vpn_gateway *gateway, struct fault *fault)
{
	AUTO_FOUND struct found found = {};
	char block[PREFIX_TEXT_SIZE];
	int err;

	prefix_format(connection->bgp_config.tunnel_cidr, block);
	err = find_all(api, KIND_VPN_CONNECTION, NULL, block, &found);
	for (size_t i = 0; !err && i < found.len; i++) {
		AUTO_RESOURCE(vpn_gateway) struct vpn_gateway *owner = NULL;
		const struct vpn_connection *other = found.items[i].resource;

		if (strcmp(other->meta.id, connection->meta.id) == 0 ||
			!prefix_equal(
				other->bgp_config.tunnel_cidr, connection->bgp_config.tunnel_cidr))
			continue;
		err = find_by_id(api, KIND_VPN_GATEWAY, other->vpn_gateway_id, &owner);
		if (!err && strcmp(owner->vpc_id, gateway->vpc_id) == 0)
			err = refuse_tunnel(block, other, gateway->vpc_id, fault);
	}
	return err == -ENOENT ? -EBADMSG : err;
}

int vpn_connection_check_network(const struct api *api, struct change *change,
	const struct vpn_connection *connection, const struct vpn_gateway *gateway,
	const struct customer_gateway *peer, struct fault *fault)
{
	AUTO_RESOURCE(vpc) struct vpc *vpc = NULL;
	int err = find_by_id(api, KIND_VPC, gateway->vpc_id, &vpc);

	if (err)
		return err == -ENOENT ? -EBADMSG : err;
	err = check_health(connection, vpc, fault);
	if (!err)
		err = check_asn(connection, peer, fault);
	if (err || !connection->bgp_config.tunnel_cidr.len)
		return err;
	err = guard_take(api, change, vpc->meta.id);
	return err ? err : check_tunnel(api, connection, gateway, fault);
}
