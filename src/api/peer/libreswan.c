/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ipsec.conf and ipsec.secrets of libreswan 4. What it cannot do (groups below 5, DES, several
 * blocks in one CHILD_SA) is refused. Its files know no escapes: identities with other characters
 * than those of names are refused as well; a pre-shared key has no quote.
 */
#include "api/peer/text.h"

#include <errno.h>
#include <string.h>

#define PRODUCT "libreswan"

static int check(const struct vpn_connection *connection, struct fault *fault)
{
	static const char *const paths[] = { "IkeConfig.IkePfs", "IpsecConfig.IpsecPfs",
		"IkeConfig.IkeEncAlg", "IpsecConfig.IpsecEncAlg" };
	static const char *const unknown[] = { "group1", "group2", "group19", "group20", "group21",
		"group31", "des", "aes128gcm", "aes256gcm", "chacha20" };

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		AUTO_FREE char *value = peer_value(connection, paths[i]);

		for (size_t j = 0; j < ARRAY_LEN(unknown); j++)
			if (strcmp(value, unknown[j]) == 0)
				return peer_refuse(fault, PRODUCT, paths[i], value,
					*value == 'g' ? "modify the connection to group14"
						      : "modify the connection to aes");
	}
	if (connection->local_subnet.len > 1 || connection->remote_subnet.len > 1) {
		AUTO_FREE char *networks =
			peer_networks(connection->local_subnet.len > 1 ? &connection->local_subnet
								       : &connection->remote_subnet,
				",");

		return peer_refuse(fault, PRODUCT,
			connection->local_subnet.len > 1 ? "RemoteSubnet" : "LocalSubnet", networks,
			"make a connection for each pair of blocks");
	}
	return 0;
}

static int check_identity(const char *id, const char *field, struct fault *fault)
{
	if (!id[strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_@+")])
		return 0;
	return peer_refuse(fault, PRODUCT, field, id,
		"modify the connection to an identity of letters, digits and .-_@+");
}

/* The peer's are swapped: a refusal names the field as the API's user knows it. */
static int check_all(const struct peer_config *config, struct fault *fault)
{
	const struct ike_config *ike = &config->views[0].connection.ike_config;
	int err = check_identity(ike->local_id, "IkeConfig.RemoteId", fault);

	if (!err)
		err = check_identity(ike->remote_id, "IkeConfig.LocalId", fault);
	for (size_t i = 0; i < config->len && !err; i++)
		err = check(&config->views[i].connection, fault);
	return err;
}

static char *identity_text(const char *id)
{
	const char *text;

	return peer_identity_of(id, &text) == PEER_IDENTITY_FQDN ? xasprintf("@%s", text)
								 : xstrdup(text);
}

/* strongSwan's "aes128-sha1-modp2048" is "aes128-sha1;modp2048" in phase 1. */
static char *with_semicolon(char *proposal)
{
	char *last = strrchr(proposal, '-');

	if (last && strncmp(last, "-sha", 4) != 0 && strncmp(last, "-md5", 4) != 0)
		*last = ';';
	return proposal;
}

static int add_conn(
	const struct peer_config *config, size_t index, struct strbuf *out, struct fault *fault)
{
	const struct peer_view *view = &config->views[index];
	const struct vpn_connection *connection = &view->connection;
	const struct ike_config *ike = &config->views[0].connection.ike_config;
	AUTO_FREE char *remote = peer_address(view->remote);
	AUTO_FREE char *local_id = identity_text(ike->local_id);
	AUTO_FREE char *remote_id = identity_text(ike->remote_id);
	AUTO_FREE char *local_net = peer_networks(&connection->local_subnet, ",");
	AUTO_FREE char *remote_net = peer_networks(&connection->remote_subnet, ",");
	AUTO_FREE char *phase1 = NULL, *phase2 = NULL;
	bool is_v2 = ike->ike_version == IKE_V2;

	if (peer_ike_proposal(&config->views[0].connection, &phase1, fault) < 0 ||
		peer_esp_proposal(connection, &phase2, fault) < 0)
		return -EINVAL;
	strbuf_addf(out, "conn %s\n\ttype=tunnel\n\tauthby=secret\n\tikev2=%s\n",
		connection->meta.id, is_v2 ? "insist" : "no");
	if (!is_v2 && ike->ike_mode == IKE_AGGRESSIVE)
		strbuf_add(out, "\taggressive=yes\n");
	strbuf_addf(out, "\tleft=%%defaultroute\n\tleftid=\"%s\"\n\tleftsubnet=%s\n", local_id,
		local_net);
	strbuf_addf(out, "\tright=%s\n\trightid=\"%s\"\n\trightsubnet=%s\n", remote, remote_id,
		remote_net);
	strbuf_addf(out, "\tike=%s\n\tesp=%s\n", with_semicolon(phase1), with_semicolon(phase2));
	strbuf_addf(out, "\tpfs=%s\n\tikelifetime=%us\n\tsalifetime=%us\n",
		connection->ipsec_config.ipsec_pfs == PFS_DISABLED ? "no" : "yes",
		ike->ike_lifetime, connection->ipsec_config.ipsec_lifetime);
	strbuf_addf(out, "\tmobike=no\n\tencapsulation=%s\n",
		connection->enable_nat_traversal ? "auto" : "no");
	if (connection->enable_dpd)
		strbuf_addf(out, "\tdpddelay=10\n%s\tdpdaction=%s\n",
			is_v2 ? "" : "\tdpdtimeout=30\n", "hold");
	/* The interface and its routes are made by hand: updown knows no route to everywhere. */
	if (vpn_connection_is_destination_mode(connection))
		strbuf_addf(
			out, "\tipsec-interface=%u\n\tleftupdown=%%disabled\n", connection->number);
	strbuf_add(out, "\tauto=ondemand\n\n");
	return 0;
}

/* Where everything may enter the tunnel, routes say what does. */
static void add_routes(const struct peer_view *view, struct strbuf *out)
{
	char text[PREFIX_TEXT_SIZE];

	if (!vpn_connection_is_destination_mode(&view->connection))
		return;
	peer_comment(out, "  ip link add ipsec%u type xfrm if_id %u", view->connection.number,
		view->connection.number);
	peer_comment(out, "  ip link set ipsec%u mtu 1400 up", view->connection.number);
	for (size_t i = 0; i < view->routes.len; i++) {
		prefix_format(view->routes.items[i], text);
		peer_comment(out, "  ip route add %s dev ipsec%u", text, view->connection.number);
	}
	if (view->return_route.len) {
		prefix_format(view->return_route, text);
		peer_comment(
			out, "  ip route replace %s dev ipsec%u", text, view->connection.number);
	}
}

/* IKEv1 is off unless the daemon's own section, which is read at its start, allows it. */
static void add_start(const struct peer_config *config, struct strbuf *out)
{
	if (config->views[0].connection.ike_config.ike_version == IKE_V1) {
		peer_comment(out, "  systemctl restart ipsec");
		return;
	}
	peer_comment(out, "  ipsec auto --rereadsecrets");
	for (size_t i = 0; i < config->len; i++)
		peer_comment(out, "  ipsec auto --add %s", config->views[i].connection.meta.id);
	for (size_t i = 0; i < config->len; i++)
		peer_comment(
			out, "  ipsec auto --ondemand %s", config->views[i].connection.meta.id);
}

int peer_render_libreswan(const struct peer_config *config, struct strbuf *out, struct fault *fault)
{
	const struct peer_view *view = &config->views[0];
	AUTO_FREE char *local = peer_address(view->local), *remote = peer_address(view->remote);
	int err = check_all(config, fault);

	if (err)
		return err;
	peer_header(out, config);
	peer_comment(out,
		"For libreswan 4. Save as /etc/ipsec.d/%s.conf and libreswan-secrets as "
		"/etc/ipsec.d/%s.secrets, mode 0600, then:",
		view->connection.meta.id, view->connection.meta.id);
	for (size_t i = 0; i < config->len; i++)
		add_routes(&config->views[i], out);
	add_start(config, out);
	peer_comment(out, "Let UDP 500 and 4500 and protocol 50 (ESP) through between %s and %s.",
		local, remote);
	strbuf_add_char(out, '\n');
	if (view->connection.ike_config.ike_version == IKE_V1)
		strbuf_add(out, "config setup\n\tikev1-policy=accept\n\n");
	for (size_t i = 0; i < config->len && !err; i++)
		err = add_conn(config, i, out, fault);
	return err;
}

int peer_render_libreswan_secrets(
	const struct peer_config *config, struct strbuf *out, struct fault *fault)
{
	const struct ike_config *ike = &config->views[0].connection.ike_config;
	AUTO_FREE char *local_id = identity_text(ike->local_id);
	AUTO_FREE char *remote_id = identity_text(ike->remote_id);
	int err = check_all(config, fault);

	if (err)
		return err;
	peer_header(out, config);
	strbuf_addf(out, "%s %s : PSK \"%s\"\n", local_id, remote_id, peer_psk(config));
	return 0;
}
