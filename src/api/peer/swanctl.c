/* SPDX-License-Identifier: Apache-2.0 */
/*
 * swanctl.conf of strongSwan: policies in the kernel, or an XFRM interface that packets are routed
 * to. Texts of users go between quotes; strongSwan reads backslashes there.
 */
#include "api/peer/text.h"

#include "base/encode.h"
#include "base/secret.h"

#include <errno.h>
#include <string.h>

static void add_quoted(struct strbuf *out, const char *text)
{
	strbuf_add_char(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			strbuf_add_char(out, '\\');
		strbuf_add_char(out, *text);
	}
	strbuf_add_char(out, '"');
}

static void add_identity(struct strbuf *out, const char *name, const char *id)
{
	static const char *const prefixes[] = { [PEER_IDENTITY_ADDRESS] = "",
		[PEER_IDENTITY_FQDN] = "fqdn:",
		[PEER_IDENTITY_MAIL] = "rfc822:" };
	const char *text;
	enum peer_identity kind = peer_identity_of(id, &text);
	AUTO_FREE char *whole = xasprintf("%s%s", prefixes[kind], text);

	strbuf_addf(out, "%s = ", name);
	add_quoted(out, whole);
	strbuf_add_char(out, '\n');
}

/* A secret that begins like an encoded one would be decoded: such a one is encoded. */
static void add_secret(struct strbuf *out, const char *psk)
{
	size_t size = strlen(psk);
	char *digits;

	if (strncasecmp(psk, "0x", 2) != 0 && strncasecmp(psk, "0s", 2) != 0) {
		add_quoted(out, psk);
		return;
	}
	digits = xmalloc(2 * size + 1);
	hex_encode((const uint8_t *)psk, size, digits);
	strbuf_addf(out, "0x%s", digits);
	free_wiped(digits);
}

static int add_child(
	const struct peer_view *view, bool is_route, struct strbuf *out, struct fault *fault)
{
	const struct vpn_connection *connection = &view->connection;
	AUTO_FREE char *local = peer_networks(&connection->local_subnet, ",");
	AUTO_FREE char *remote = peer_networks(&connection->remote_subnet, ",");
	struct peer_times times = peer_times_of(connection->ipsec_config.ipsec_lifetime);
	AUTO_FREE char *proposal = NULL;

	if (peer_esp_proposal(connection, &proposal, fault) < 0)
		return -EINVAL;
	strbuf_addf(out, "\t\t\t%s {\n", connection->meta.id);
	strbuf_addf(out, "\t\t\t\tlocal_ts = %s\n\t\t\t\tremote_ts = %s\n", local, remote);
	strbuf_addf(out, "\t\t\t\tesp_proposals = %s\n\t\t\t\tmode = tunnel\n", proposal);
	strbuf_addf(out, "\t\t\t\tlife_time = %us\n", connection->ipsec_config.ipsec_lifetime);
	strbuf_addf(out, "\t\t\t\trekey_time = %us\n\t\t\t\trand_time = %us\n", times.rekey,
		times.rand);
	/* A packet starts the negotiation, also after the gateway has ended the tunnel. */
	strbuf_add(out, "\t\t\t\tstart_action = trap\n");
	strbuf_addf(out, "\t\t\t\tdpd_action = %s\n", connection->enable_dpd ? "trap" : "clear");
	if (is_route)
		strbuf_addf(out, "\t\t\t\tif_id_in = %u\n\t\t\t\tif_id_out = %u\n",
			connection->number, connection->number);
	strbuf_add(out, "\t\t\t}\n");
	return 0;
}

static void add_phase1(const struct peer_view *view, const char *proposal, struct strbuf *out)
{
	const struct ike_config *ike = &view->connection.ike_config;
	struct peer_times times = peer_times_of(ike->ike_lifetime);
	AUTO_FREE char *remote = peer_address(view->remote);
	bool is_v2 = ike->ike_version == IKE_V2;

	strbuf_addf(out, "\t\tversion = %d\n", is_v2 ? 2 : 1);
	if (!is_v2 && ike->ike_mode == IKE_AGGRESSIVE)
		strbuf_add(out, "\t\taggressive = yes\n");
	strbuf_addf(out, "\t\tremote_addrs = %s\n\t\tproposals = %s\n", remote, proposal);
	/* IKEv1 knows no rekeying of phase 1, it authenticates again. */
	strbuf_addf(out, "\t\t%s = %us\n\t\tover_time = %us\n\t\trand_time = %us\n",
		is_v2 ? "rekey_time" : "reauth_time", times.rekey, ike->ike_lifetime - times.rekey,
		times.rand);
	strbuf_add(out, "\t\tmobike = no\n\t\tencap = no\n\t\tsend_cert = never\n");
	if (view->connection.enable_dpd)
		strbuf_addf(out, "\t\tdpd_delay = 10s\n%s", is_v2 ? "" : "\t\tdpd_timeout = 30s\n");
	strbuf_add(out, "\t\tlocal {\n\t\t\tauth = psk\n\t\t\t");
	add_identity(out, "id", ike->local_id);
	strbuf_add(out, "\t\t}\n\t\tremote {\n\t\t\tauth = psk\n\t\t\t");
	add_identity(out, "id", ike->remote_id);
	strbuf_add(out, "\t\t}\n");
}

static void add_secrets(const struct peer_config *config, struct strbuf *out)
{
	const struct vpn_connection *connection = &config->views[0].connection;

	strbuf_addf(out, "secrets {\n\tike-%s {\n\t\t", connection->meta.id);
	add_identity(out, "id-1", connection->ike_config.local_id);
	strbuf_add(out, "\t\t");
	add_identity(out, "id-2", connection->ike_config.remote_id);
	strbuf_add(out, "\t\tsecret = ");
	add_secret(out, peer_psk(config));
	strbuf_add(out, "\n\t}\n}\n");
}

static int add_connection(
	const struct peer_config *config, bool is_route, struct strbuf *out, struct fault *fault)
{
	const struct peer_view *view = &config->views[0];
	AUTO_FREE char *proposal = NULL;

	if (peer_ike_proposal(&view->connection, &proposal, fault) < 0)
		return -EINVAL;
	strbuf_addf(out, "connections {\n\t%s {\n", view->connection.meta.id);
	add_phase1(view, proposal, out);
	strbuf_add(out, "\t\tchildren {\n");
	for (size_t i = 0; i < config->len; i++)
		if (add_child(&config->views[i], is_route, out, fault) < 0)
			return -EINVAL;
	strbuf_add(out, "\t\t}\n\t}\n}\n");
	add_secrets(config, out);
	return 0;
}

static void add_notes(const struct peer_config *config, struct strbuf *out)
{
	const struct peer_view *view = &config->views[0];
	const struct ike_config *ike = &view->connection.ike_config;
	AUTO_FREE char *local = peer_address(view->local), *remote = peer_address(view->remote);

	peer_comment(out, "Traffic starts the negotiation; by hand: swanctl --initiate --child %s",
		view->connection.meta.id);
	peer_comment(out, "Let UDP 500 and 4500 and protocol 50 (ESP) through between %s and %s.",
		local, remote);
	if (!view->connection.enable_nat_traversal)
		peer_comment(out, "NAT traversal is off: no NAT may be between the two.");
	if (ike->ike_version == IKE_V1 && ike->ike_mode == IKE_AGGRESSIVE)
		peer_comment(out, "charon answers aggressive mode with a pre-shared key only with "
				  "charon.i_dont_care_about_security_and_use_aggressive_mode_psk = "
				  "yes in strongswan.conf.");
	strbuf_add_char(out, '\n');
}

int peer_render_swanctl_policy(
	const struct peer_config *config, struct strbuf *out, struct fault *fault)
{
	const char *id = config->views[0].connection.meta.id;

	peer_header(out, config);
	peer_comment(out,
		"For strongSwan 5.8 or newer, with policies in the kernel. Save as "
		"/etc/swanctl/conf.d/%s.conf, mode 0600, then:",
		id);
	peer_comment(out, "  swanctl --load-all");
	if (vpn_connection_is_destination_mode(&config->views[0].connection))
		peer_comment(out,
			"The connection carries everything to everywhere: all traffic of "
			"this machine would enter it. swanctl-route leaves that to routes.");
	add_notes(config, out);
	return add_connection(config, false, out, fault);
}

/* The commands that make a child's interface and lead packets to it. */
static void add_interface(const struct peer_view *view, struct strbuf *out)
{
	const struct vpn_connection *connection = &view->connection;
	const struct bgp_config *bgp = &connection->bgp_config;
	AUTO_FREE char *name = xasprintf("vco%u", connection->number);
	char text[PREFIX_TEXT_SIZE];

	peer_comment(out, "  ip link add %s type xfrm if_id %u", name, connection->number);
	peer_comment(out, "  ip link set %s mtu 1400 up", name);
	if (bgp->enable_bgp) {
		AUTO_FREE char *address = peer_address(bgp->local_bgp_ip);

		peer_comment(
			out, "  ip address add %s/%u dev %s", address, bgp->tunnel_cidr.len, name);
	}
	for (size_t i = 0; i < view->routes.len; i++) {
		prefix_format(view->routes.items[i], text);
		peer_comment(out, "  ip route add %s dev %s", text, name);
	}
	if (!view->return_route.len)
		return;
	prefix_format(view->return_route, text);
	peer_comment(out, "  ip route replace %s dev %s", text, name);
}

int peer_render_swanctl_route(
	const struct peer_config *config, struct strbuf *out, struct fault *fault)
{
	const char *id = config->views[0].connection.meta.id;

	peer_header(out, config);
	peer_comment(out,
		"For strongSwan 5.8 or newer, with an XFRM interface (Linux 4.19 or "
		"newer) and charon.install_routes = no in strongswan.conf. Save as "
		"/etc/swanctl/conf.d/%s.conf, mode 0600, then:",
		id);
	for (size_t i = 0; i < config->len; i++)
		add_interface(&config->views[i], out);
	peer_comment(out, "  swanctl --load-all");
	add_notes(config, out);
	return add_connection(config, true, out, fault);
}
