/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own actions on a connection as it runs: off, on, and made anew. They change what is wanted;
 * the agent acts on that like on any edit, also when it was not running meanwhile.
 */
#include "api/actions/answer.h"
#include "api/actions/find.h"
#include "api/check.h"

static int change_connection(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault,
	int (*edit)(struct vpn_connection *connection, struct fault *fault))
{
	AUTO_RESOURCE(vpn_connection) struct vpn_connection *before = NULL, *connection = NULL;
	int err =
		find_resource(api, request, KIND_VPN_CONNECTION, "VpnConnectionId", &before, fault);

	if (err)
		return err;
	connection = resource_dup(KIND_VPN_CONNECTION, before);
	err = edit(connection, fault);
	if (err)
		return err;
	change->resource_id = xstrdup(connection->meta.id);
	change_replace(change, api, KIND_VPN_CONNECTION, before, connection);
	answer_text(answer, "VpnConnectionId", connection->meta.id);
	answer_bool(answer, "Enabled", !connection->disabled);
	return 0;
}

static int enable(struct vpn_connection *connection, struct fault *fault)
{
	(void)fault;
	connection->disabled = false;
	return 0;
}

static int enable_vpn_connection(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	return change_connection(api, request, change, answer, fault, enable);
}

static int disable(struct vpn_connection *connection, struct fault *fault)
{
	(void)fault;
	connection->disabled = true;
	return 0;
}

static int disable_vpn_connection(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	return change_connection(api, request, change, answer, fault, disable);
}

static int reset(struct vpn_connection *connection, struct fault *fault)
{
	if (connection->disabled)
		return refuse_invalid(fault, "VpnConnectionId", connection->meta.id,
			"is disabled: there is nothing to reset",
			"enable it with EnableVpnConnection");
	/* 0 is that of a connection that was never reset. */
	if (!++connection->resets)
		connection->resets = 1;
	return 0;
}

static int reset_vpn_connection(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	return change_connection(api, request, change, answer, fault, reset);
}

static const struct parameter parameters[] = {
	{ .name = "VpnConnectionId", .required = true, .doc = "The connection." },
	{},
};

const struct action vpn_connection_switch_actions[] = {
	{ "EnableVpnConnection", API_VERSION_VPNGW, true, parameters, enable_vpn_connection,
		"Negotiates a connection again that was disabled; at once or with the first "
		"packet, as its EffectImmediately says. Nothing happens when it is enabled." },
	{ "DisableVpnConnection", API_VERSION_VPNGW, true, parameters, disable_vpn_connection,
		"Ends the tunnel and refuses the peer until EnableVpnConnection. Settings and "
		"routes stay; a standby connection carries the traffic." },
	{ "ResetVpnConnection", API_VERSION_VPNGW, true, parameters, reset_vpn_connection,
		"Ends the tunnel and negotiates it anew; with EffectImmediately=false when the "
		"first packet comes. Of connections that share an IKE_SA the others go on." },
	{},
};
