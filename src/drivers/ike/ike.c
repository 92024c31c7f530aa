/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver's context and everything that comes from outside a pass: traffic, charon's events, the
 * plug-in's alerts and lines. All of it is remembered or told, and marks keys; nothing is done
 * here.
 */
#include "drivers/ike/ike.h"

#include "base/log.h"
#include "drivers/ike/ike_private.h"
#include "drivers/ike/tell.h"
#include "drivers/ike/verdict.h"

#include <string.h>

const struct driver ike_driver = {
	.name = "ike",
	.kinds = DRIVER_SERVES(KIND_VPN_CONNECTION),
	.want = ike_want,
	.observe = ike_observe,
	.same = ike_same,
	.apply = ike_apply,
	.report = ike_report,
};

const char *const ike_events[] = { "ike-updown", "child-updown", "ike-rekey", "child-rekey", NULL };

static void mark_connection(void *arg, const char *id)
{
	struct ike *ike = arg;

	ike->parts.mark(ike->parts.mark_arg, KIND_VPN_CONNECTION, id);
}

struct ike *ike_new(const struct ike_parts *parts)
{
	struct ike *ike = xcalloc(1, sizeof(*ike));

	ike->parts = *parts;
	ike->tunnels = (struct tunnels){
		.clock = parts->clock,
		.mark = mark_connection,
		.mark_arg = ike,
	};
	return ike;
}

void ike_free(struct ike *ike)
{
	if (!ike)
		return;
	if (ike->flight)
		ike->flight_free(ike->flight);
	tunnels_clear(&ike->tunnels);
	keyring_forget(&ike->keyring);
	free(ike);
}

void ike_wake(struct ike *ike, uint32_t number)
{
	const struct vpn_connection *connection =
		world_connection_by_number(ike->parts.world, number);

	if (!connection)
		return;
	tunnel_demand(tunnels_get(&ike->tunnels, connection->meta.id));
	mark_connection(ike, connection->meta.id);
}

void ike_reset(struct ike *ike, const char *id)
{
	struct tunnel *tunnel = tunnels_get(&ike->tunnels, id);

	log_notice("the tunnel is reset resource=%s", id);
	tunnel->must_reset = true;
	mark_connection(ike, id);
}

void ike_charon_changed(struct ike *ike)
{
	keyring_forget(&ike->keyring);
	ike->parts.mark(ike->parts.mark_arg, KIND_VPN_CONNECTION, NULL);
}

void ike_event(struct ike *ike, const char *event, const struct vici_tree *message)
{
	const struct vici_node *section = vici_first(message, vici_root(message));

	for (; section; section = vici_next(message, section)) {
		AUTO_FREE char *name = vici_name_text(section);

		if (section->type != VICI_SECTION || !ike_is_our_name(name, strlen(name)))
			continue;
		mark_connection(ike, name);
		tell_event(ike, event, name);
	}
}

void ike_peers_ready(struct ike *ike)
{
	const struct peer_port *peers = &ike->parts.peers;
	size_t len;
	const void *const *list = world_list(ike->parts.world, KIND_VPN_CONNECTION, &len);
	int err = 0;

	for (size_t i = 0; i < len && err == 0; i++) {
		const struct vpn_connection *connection = list[i];
		struct ike_settings settings;

		ike_settings_of(ike->parts.world, connection, &settings);
		if (connection->enable_nat_traversal || !ike_settings_are_complete(&settings))
			continue;
		err = peers->set_nat_traversal(peers->ctx, settings.gateway->local_ip,
			settings.customer_gateway->ip_address, false);
	}
	/* Without the last word the plug-in keeps what an earlier agent told it. */
	if (err == 0)
		err = peers->settings_complete(peers->ctx);
	if (err < 0)
		log_warn("cannot tell charon the peers' NAT settings error=%s", strerror(-err));
	ike_charon_changed(ike);
}

static void take_alert(struct ike *ike, const char *id, const struct charon_alert *alert)
{
	struct tunnel *tunnel = tunnels_get(&ike->tunnels, id);

	tunnel->reason = verdict_reason(alert->reason);
	tunnel->message[0] = '\0';
	if (alert->local[0] || alert->remote[0])
		(void)snprintf(tunnel->message, sizeof(tunnel->message),
			"ours: %.240s, the peer's: %.240s", alert->local, alert->remote);
	tell_alert(ike, tunnel, alert);
	/* Negotiation starts again by itself, also where traffic would have to ask for it. */
	if (alert->reason == CHARON_DPD_TIMEOUT)
		tunnel_demand(tunnel);
	mark_connection(ike, id);
}

/* Before charon has chosen a connection an alert only has addresses. */
static void take_alert_by_address(struct ike *ike, const struct charon_alert *alert)
{
	size_t len;
	const void *const *list = world_list(ike->parts.world, KIND_VPN_CONNECTION, &len);
	struct addr local = { .v4 = alert->local_address },
		    remote = { .v4 = alert->remote_address };

	for (size_t i = 0; i < len; i++) {
		const struct vpn_connection *connection = list[i];
		struct ike_settings settings;

		ike_settings_of(ike->parts.world, connection, &settings);
		if (ike_settings_are_complete(&settings) &&
			addr_equal(settings.gateway->local_ip, local) &&
			addr_equal(settings.customer_gateway->ip_address, remote))
			take_alert(ike, connection->meta.id, alert);
	}
}

void ike_alert(struct ike *ike, const struct charon_alert *alert)
{
	const char *name = alert->connection;

	if (verdict_reason(alert->reason) == REASON_NONE)
		return;
	if (!*name)
		take_alert_by_address(ike, alert);
	else if (world_get(ike->parts.world, KIND_VPN_CONNECTION, name))
		take_alert(ike, name, alert);
}

void ike_line(struct ike *ike, const struct charon_line *line)
{
	tell_line(ike, line);
}
