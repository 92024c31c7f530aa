/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections as answers show them. State and Status come from the agent's report alone.
 */
#include "api/actions/answer.h"
#include "api/actions/find.h"
#include "api/actions/vpn_connection.h"

#include <errno.h>
#include <string.h>

static int answer_gateway(
	const struct api *api, const struct vpn_connection *connection, json_t *answer)
{
	const struct vpn_gateway *gateway;
	const struct vswitch *vswitch;
	int err = find_seen(api, KIND_VPN_GATEWAY, connection->vpn_gateway_id, &gateway);
	char text[ADDR_TEXT_SIZE];

	if (err)
		return err;
	addr_format(gateway->internet_ip, text);
	answer_text(answer, "InternetIp", text);
	answer_text(answer, "NetworkType", "public");
	answer_spec(gateway->bandwidth, answer);
	err = find_seen(api, KIND_VSWITCH, gateway->vswitch_id, &vswitch);
	if (!err)
		answer_text(answer, "ZoneNo", vswitch->zone_id);
	return err == -ENOENT ? 0 : err;
}

/* What the peer brings into BGP: its AS number and key, and the other address of the tunnel. */
static int answer_bgp(
	const struct api *api, const struct vpn_connection *connection, json_t *answer)
{
	static const char *const shown[] = { "AuthKey", NULL };
	AUTO_RESOURCE(customer_gateway) struct customer_gateway *peer = NULL;
	struct addr peer_ip = vpn_connection_peer_bgp_ip(connection);
	json_t *bgp = json_object_get(answer, "VpnBgpConfig");
	const struct status *status;
	char text[ADDR_TEXT_SIZE];
	int err = find_by_id(api, KIND_CUSTOMER_GATEWAY, connection->customer_gateway_id, &peer);

	if (err)
		return err == -ENOENT ? -EBADMSG : err;
	answer_some(KIND_CUSTOMER_GATEWAY, peer, shown, bgp);
	if (peer->asn)
		json_object_set_new(bgp, "PeerAsn", json_integer(peer->asn));
	if (peer_ip.v4) {
		addr_format(peer_ip, text);
		answer_text(bgp, "PeerBgpIp", text);
	}
	err = status_get(api, KIND_VPN_CONNECTION, connection->meta.id, &status);
	if (err)
		return err;
	answer_text(bgp, "Status", status->conditions[CONDITION_BGP].is_true ? "success" : "false");
	return 0;
}

static int answer_status(
	const struct api *api, const struct vpn_connection *connection, json_t *answer)
{
	const struct status *status;
	int err = status_get(api, KIND_VPN_CONNECTION, connection->meta.id, &status);

	if (err)
		return err;
	answer_text(answer, "State", status_state(status, connection->meta.revision));
	answer_text(answer, "Status", status_negotiation(status));
	answer_text(json_object_get(answer, "VcoHealthCheck"), "Status",
		status->conditions[CONDITION_HEALTH].is_true ? "success" : "failed");
	return 0;
}

int vpn_connection_describe(const struct api *api, const void *resource, json_t *answer)
{
	const struct vpn_connection *connection = resource;
	int err = answer_gateway(api, connection, answer);

	if (err)
		return err;
	answer_fields(KIND_VPN_CONNECTION, connection, answer);
	err = answer_status(api, connection, answer);
	if (err)
		return err;
	answer_text(answer, "AttachType", "VPNGW");
	answer_text(answer, "RemoteCaCertificate", "");
	answer_bool(answer, "EnableTunnelsBgp", false);
	return answer_bgp(api, connection, answer);
}

int vpn_connection_describe_modified(
	const struct api *api, const struct vpn_connection *connection, json_t *answer)
{
	int err;

	answer_fields(KIND_VPN_CONNECTION, connection, answer);
	json_object_del(answer, "Tags");
	json_object_del(json_object_get(answer, "VcoHealthCheck"), "Policy");
	answer_text(answer, "Description", connection->meta.description);
	answer_bool(answer, "EnableTunnelsBgp", false);
	err = answer_bgp(api, connection, answer);
	json_object_del(json_object_get(answer, "VpnBgpConfig"), "AuthKey");
	return err;
}
