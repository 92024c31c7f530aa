/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sheet to configure any device by hand: what is the same on both sides, and what differs.
 */
#include "api/peer/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

static void add_line(struct strbuf *out, const char *name, const char *value)
{
	strbuf_addf(out, "  %-28s %s\n", name, value);
}

static void add_setting(struct strbuf *out, const char *name,
	const struct vpn_connection *connection, const char *path)
{
	AUTO_FREE char *value = peer_value(connection, path);

	add_line(out, name, *value ? value : "none");
}

static void add_ends(const struct peer_view *view, struct strbuf *out)
{
	const struct ike_config *ike = &view->connection.ike_config;
	AUTO_FREE char *local = peer_address(view->local), *remote = peer_address(view->remote);

	strbuf_add(out, "\nYour device\n");
	add_line(out, "public address", local);
	add_line(out, "identity (local id)", ike->local_id);
	strbuf_add(out, "\nThe VPN gateway\n");
	add_line(out, "public address (peer)", remote);
	add_line(out, "identity (remote id)", ike->remote_id);
}

static void add_phase1(const struct peer_config *config, struct strbuf *out)
{
	const struct vpn_connection *connection = &config->views[0].connection;

	strbuf_add(out, "\nIKE (phase 1)\n");
	add_line(out, "pre-shared key", peer_psk(config));
	add_setting(out, "version", connection, "IkeConfig.IkeVersion");
	if (connection->ike_config.ike_version == IKE_V1)
		add_setting(out, "negotiation mode", connection, "IkeConfig.IkeMode");
	add_setting(out, "encryption", connection, "IkeConfig.IkeEncAlg");
	add_setting(out, "authentication and PRF", connection, "IkeConfig.IkeAuthAlg");
	add_setting(out, "Diffie-Hellman group", connection, "IkeConfig.IkePfs");
	add_setting(out, "lifetime, seconds", connection, "IkeConfig.IkeLifetime");
	add_line(out, "dead peer detection", connection->enable_dpd ? "on, 30 s" : "off");
	add_line(out, "NAT traversal", connection->enable_nat_traversal ? "on" : "off");
}

static void add_asn(struct strbuf *out, const char *name, uint32_t asn)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%" PRIu32, asn);
	add_line(out, name, asn ? text : "(the customer gateway has none)");
}

static void add_bgp(const struct peer_view *view, struct strbuf *out)
{
	const struct bgp_config *bgp = &view->connection.bgp_config;
	AUTO_FREE char *local = peer_address(bgp->local_bgp_ip);
	AUTO_FREE char *peer = peer_address(view->peer_bgp_ip);
	char block[PREFIX_TEXT_SIZE];

	prefix_format(bgp->tunnel_cidr, block);
	strbuf_add(out, "\nBGP\n");
	add_line(out, "tunnel block", block);
	add_line(out, "your address", local);
	add_asn(out, "your AS number", bgp->local_asn);
	add_line(out, "gateway's address", peer);
	add_asn(out, "gateway's AS number", view->peer_asn);
}

static void add_phase2(const struct peer_view *view, struct strbuf *out)
{
	const struct vpn_connection *connection = &view->connection;
	AUTO_FREE char *local = peer_networks(&connection->local_subnet, ", ");
	AUTO_FREE char *remote = peer_networks(&connection->remote_subnet, ", ");
	AUTO_FREE char *routes = peer_networks(&view->routes, ", ");
	char text[PREFIX_TEXT_SIZE];

	strbuf_addf(out, "\nIPsec (phase 2) of %s\n", connection->meta.id);
	add_line(out, "your networks (selectors)", local);
	add_line(out, "their networks (selectors)", remote);
	add_setting(out, "encryption", connection, "IpsecConfig.IpsecEncAlg");
	add_setting(out, "authentication", connection, "IpsecConfig.IpsecAuthAlg");
	add_setting(out, "PFS group", connection, "IpsecConfig.IpsecPfs");
	add_setting(out, "lifetime, seconds", connection, "IpsecConfig.IpsecLifetime");
	add_line(out, "routes into the tunnel", routes);
	if (view->return_route.len) {
		prefix_format(view->return_route, text);
		add_line(out, "and, for health checks", text);
	}
	if (connection->bgp_config.enable_bgp)
		add_bgp(view, out);
}

int peer_render_sheet(const struct peer_config *config, struct strbuf *out, struct fault *fault)
{
	(void)fault;
	peer_header(out, config);
	add_ends(&config->views[0], out);
	add_phase1(config, out);
	for (size_t i = 0; i < config->len; i++)
		add_phase2(&config->views[i], out);
	strbuf_add(out, "\nFirewall: UDP 500, UDP 4500 and protocol 50 (ESP) between the two "
			"public addresses. TCP MSS into the tunnel: 1360.\n");
	return 0;
}
