/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The peer's view of a connection, and DownloadVpnConnectionConfig, which shows it as parameters.
 * Knows no vendor's syntax.
 */
#include "api/actions/peer_view.h"

#include "api/actions/answer.h"
#include "api/actions/find.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void add_route(struct prefixes *routes, struct prefix prefix)
{
	routes->items = xreallocarray(routes->items, routes->len + 1, sizeof(*routes->items));
	routes->items[routes->len++] = prefix;
}

static int find_routes(const struct api *api, struct peer_view *view)
{
	const struct prefixes *protected = &view->connection.remote_subnet;
	const struct vpc *vpc;
	int err;

	for (size_t i = 0; i < protected->len; i++)
		if (protected->items[i].len)
			add_route(&view->routes, protected->items[i]);
	if (view->routes.len)
		return 0;
	err = find_seen(api, KIND_VPC, view->gateway->vpc_id, &vpc);
	if (err)
		return err == -ENOENT ? -EBADMSG : err;
	add_route(&view->routes, vpc->cidr_block);
	for (size_t i = 0; i < vpc->user_cidrs.len; i++)
		add_route(&view->routes, vpc->user_cidrs.items[i]);
	return 0;
}

int peer_view_make(
	const struct api *api, const struct vpn_connection *connection, struct peer_view *ret)
{
	struct peer_view view = { .connection = *connection };
	struct vpn_connection *mirror = &view.connection;
	const struct health_check_config *health = &connection->health_check_config;
	int err = find_by_id(api, KIND_VPN_GATEWAY, connection->vpn_gateway_id, &view.gateway);

	if (!err)
		err = find_by_id(api, KIND_CUSTOMER_GATEWAY, connection->customer_gateway_id,
			&view.customer_gateway);
	if (err) {
		peer_view_clear(&view);
		return err == -ENOENT ? -EBADMSG : err;
	}
	view.local = view.customer_gateway->ip_address;
	view.remote = view.gateway->internet_ip;
	mirror->local_subnet = connection->remote_subnet;
	mirror->remote_subnet = connection->local_subnet;
	mirror->ike_config.local_id = connection->ike_config.remote_id;
	mirror->ike_config.remote_id = connection->ike_config.local_id;
	mirror->bgp_config.local_asn = view.customer_gateway->asn;
	mirror->bgp_config.local_bgp_ip = vpn_connection_peer_bgp_ip(connection);
	view.peer_asn = connection->bgp_config.local_asn;
	view.peer_bgp_ip = connection->bgp_config.local_bgp_ip;
	if (health->enable)
		view.return_route = (struct prefix){ health->sip, 32 };
	err = find_routes(api, &view);
	if (err) {
		peer_view_clear(&view);
		return err;
	}
	*ret = view;
	return 0;
}

void peer_view_clear(struct peer_view *view)
{
	resource_free(KIND_VPN_GATEWAY, view->gateway);
	resource_free(KIND_CUSTOMER_GATEWAY, view->customer_gateway);
	free(view->routes.items);
	*view = (struct peer_view){};
}

static void answer_address(json_t *answer, const char *name, struct addr addr)
{
	char text[ADDR_TEXT_SIZE];

	addr_format(addr, text);
	answer_text(answer, name, text);
}

static void answer_asn(json_t *answer, const char *name, uint32_t asn)
{
	char text[16];

	snprintf(text, sizeof(text), "%" PRIu32, asn);
	answer_text(answer, name, text);
}

/* In this answer the numbers are texts. */
static void answer_bgp(const struct peer_view *view, json_t *answer)
{
	const struct bgp_config *bgp = &view->connection.bgp_config;
	char block[PREFIX_TEXT_SIZE];
	json_t *entry = json_object();

	prefix_format(bgp->tunnel_cidr, block);
	answer_asn(entry, "LocalAsn", bgp->local_asn);
	answer_asn(entry, "PeerAsn", view->peer_asn);
	answer_address(entry, "LocalBgpIp", bgp->local_bgp_ip);
	answer_address(entry, "PeerBgpIp", view->peer_bgp_ip);
	answer_text(entry, "TunnelCidr", block);
	json_object_set_new(answer, "BgpConfigs", json_pack("{s:[o]}", "BgpConfig", entry));
}

void peer_view_describe(const struct peer_view *view, json_t *config)
{
	static const char *const shown[] = { "IkeConfig", "IpsecConfig", "LocalSubnet",
		"RemoteSubnet", NULL };
	char route[PREFIX_TEXT_SIZE];

	answer_some(KIND_VPN_CONNECTION, &view->connection, shown, config);
	answer_address(config, "Local", view->local);
	answer_address(config, "Remote", view->remote);
	answer_empty_list(config, "BgpConfigs", "BgpConfig");
	if (view->connection.bgp_config.enable_bgp)
		answer_bgp(view, config);
	if (!view->return_route.len)
		return;
	prefix_format(view->return_route, route);
	answer_text(config, "HealthCheckReturnRoute", route);
}

static int download_config(const struct api *api, const struct request *request,
	struct change *change, json_t *answer, struct fault *fault)
{
	AUTO_RESOURCE(vpn_connection) struct vpn_connection *connection = NULL;
	AUTO_PEER_VIEW struct peer_view view = {};
	int err = find_resource(
		api, request, KIND_VPN_CONNECTION, "VpnConnectionId", &connection, fault);

	(void)change;
	if (!err)
		err = peer_view_make(api, connection, &view);
	if (!err) {
		json_t *config = json_object();

		json_object_set_new(answer, "VpnConnectionConfig", config);
		peer_view_describe(&view, config);
	}
	return err;
}

static const struct parameter download_parameters[] = {
	{ .name = "VpnConnectionId", .required = true, .doc = "The connection." },
	{},
};

const struct action peer_view_actions[] = {
	{ "DownloadVpnConnectionConfig", API_VERSION_VPC, false, download_parameters,
		download_config,
		"The connection as the device in the data centre has to be configured, local and "
		"remote swapped. With a health check, HealthCheckReturnRoute is the route that "
		"device needs into the tunnel." },
	{},
};
