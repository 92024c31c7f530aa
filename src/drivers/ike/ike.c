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

#define LOSS_MS 5000 /* an alert and the end of the SAs it tells of are no further apart */

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

	if (!connection || connection->disabled)
		return;
	tunnel_demand(tunnels_get(&ike->tunnels, connection->meta.id));
	mark_connection(ike, connection->meta.id);
}

void ike_reset(struct ike *ike, const char *id)
{
	const struct vpn_connection *connection =
		world_get(ike->parts.world, KIND_VPN_CONNECTION, id);

	if (!connection || connection->disabled)
		return;
	log_notice("the tunnel is reset resource=%s", id);
	tunnels_get(&ike->tunnels, id)->must_reset = true;
	mark_connection(ike, id);
}

enum reason ike_loss(const struct ike *ike, const char *id)
{
	const struct ike_parts *parts = &ike->parts;
	const struct tunnel *tunnel = tunnels_find(&ike->tunnels, id);
	enum reason reason = tunnel ? tunnel_loss_within(tunnel, LOSS_MS) : REASON_NONE;

	if (!parts->vici.is_ready(parts->vici.ctx) ||
		(ike->charon_changed.ns && mono_diff_ms(parts->clock->now(parts->clock->ctx),
						   ike->charon_changed) <= LOSS_MS))
		return REASON_CHARON_GONE;
	return reason != REASON_NONE ? reason : REASON_PEER_DELETED;
}

void ike_charon_changed(struct ike *ike)
{
	const struct ike_parts *parts = &ike->parts;
	bool is_there = parts->vici.is_ready(parts->vici.ctx);

	/* That it comes at the start is no change. */
	if (is_there != ike->is_charon_there && (!is_there || ike->charon_changed.ns))
		ike->charon_changed = parts->clock->now(parts->clock->ctx);
	ike->is_charon_there = is_there;
	keyring_forget(&ike->keyring);
	ike->parts.mark(ike->parts.mark_arg, KIND_VPN_CONNECTION, NULL);
}

/* Calls for each connection that is a child of this one of charon's. */
static void each_member(struct ike *ike, const char *name,
	void (*call)(struct ike *ike, const char *id, const void *arg), const void *arg)
{
	struct tunnel *tunnel, *next;

	if (!ike_is_group_name(name, strlen(name))) {
		if (world_get(ike->parts.world, KIND_VPN_CONNECTION, name))
			call(ike, name, arg);
		return;
	}
	HASH_ITER (hh, ike->tunnels.items, tunnel, next)
		if (strcmp(tunnel->group, name) == 0 &&
			world_get(ike->parts.world, KIND_VPN_CONNECTION, tunnel->id))
			call(ike, tunnel->id, arg);
}

struct event {
	const char *name;
	const struct vici_tree *message;
	const struct vici_node *children; /* NULL: it tells of none */
};

/* Of a group's children the event tells of one: its name is that of a section, a number behind. */
static bool is_about(const struct event *event, const char *id)
{
	const struct vici_node *child =
		event->children ? vici_first(event->message, event->children) : NULL;

	if (strcmp(event->name, "child-rekey") != 0)
		return true;
	for (; child; child = vici_next(event->message, child)) {
		AUTO_FREE char *name = vici_name_text(child);

		if (strncmp(name, id, IKE_ID_SIZE) == 0)
			return true;
	}
	return false;
}

static void take_event(struct ike *ike, const char *id, const void *arg)
{
	const struct event *event = arg;

	mark_connection(ike, id);
	if (is_about(event, id))
		tell_event(ike, event->name, id);
}

/* A child may come up after its connection is gone, when it was under negotiation then. */
static void take_orphans(struct ike *ike, const struct event *event, const char *name)
{
	const struct vici_tree *message = event->message;
	const struct vici_node *child =
		event->children ? vici_first(message, event->children) : NULL;

	if (!vici_value_is(vici_find(message, vici_root(message), "up"), "yes"))
		return;
	for (; child; child = vici_next(message, child)) {
		AUTO_FREE char *id = vici_name_text(child);

		if (strlen(id) <= IKE_ID_SIZE || !ike_is_our_id(id, IKE_ID_SIZE))
			continue;
		id[IKE_ID_SIZE] = '\0';
		if (world_get(ike->parts.world, KIND_VPN_CONNECTION, id))
			continue;
		tunnels_learn_group(&ike->tunnels, id, name);
		mark_connection(ike, id);
	}
}

void ike_event(struct ike *ike, const char *event, const struct vici_tree *message)
{
	const struct vici_node *section = vici_first(message, vici_root(message));

	for (; section; section = vici_next(message, section)) {
		AUTO_FREE char *name = NULL;
		struct event about = { .name = event, .message = message };

		if (section->type != VICI_SECTION)
			continue;
		name = vici_name_text(section);
		about.children = vici_find(message, section, "child-sas");
		/* One that is not there any more as well. */
		if (ike_is_our_id(name, strlen(name)))
			mark_connection(ike, name);
		each_member(ike, name, take_event, &about);
		if (ike_is_group_name(name, strlen(name)))
			take_orphans(ike, &about, name);
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

/* Is it about phase 2, and so about one member of a group? */
static bool is_about_child(const struct charon_alert *alert)
{
	return alert->reason == CHARON_CHILD_PROPOSAL_MISMATCH ||
	       alert->reason == CHARON_SELECTOR_MISMATCH;
}

/* charon says which connection, not which child: the one that is asked to come up and is not. */
static bool concerns(
	const struct ike *ike, const struct tunnel *tunnel, const struct charon_alert *alert)
{
	const struct vpn_connection *connection =
		world_get(ike->parts.world, KIND_VPN_CONNECTION, tunnel->id);

	if (!ike_is_group_name(tunnel->group, strlen(tunnel->group)))
		return true;
	if (alert->reason == CHARON_DPD_TIMEOUT)
		return tunnel->is_up || ike_is_called_for(connection, tunnel->is_demanded);
	return !is_about_child(alert) ||
	       (!tunnel->is_up && ike_is_called_for(connection, tunnel->is_demanded));
}

static void take_alert(struct ike *ike, const char *id, const void *arg)
{
	const struct charon_alert *alert = arg;
	struct tunnel *tunnel = tunnels_get(&ike->tunnels, id);

	if (!concerns(ike, tunnel, alert))
		return;
	tunnel->reason = verdict_reason(alert->reason);
	tunnel->message[0] = '\0';
	if (alert->local[0] || alert->remote[0])
		(void)snprintf(tunnel->message, sizeof(tunnel->message),
			"ours: %.240s, the peer's: %.240s", alert->local, alert->remote);
	if (tunnel->reason == REASON_PEER_GONE || tunnel->reason == REASON_PEER_SILENT)
		tunnel_note_loss(tunnel, REASON_PEER_GONE);
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
	else
		each_member(ike, name, take_alert, alert);
}

/* What charon says of one child is no news of the others. */
static bool is_anothers(const char *text, const char *id)
{
	const char *child = strstr(text, "vco-");

	return child && strstr(text, id) == NULL;
}

static void take_line(struct ike *ike, const char *id, const void *arg)
{
	struct charon_line line = *(const struct charon_line *)arg;

	if (is_anothers(line.text, id))
		return;
	(void)snprintf(line.connection, sizeof(line.connection), "%s", id);
	tell_line(ike, &line);
}

void ike_line(struct ike *ike, const struct charon_line *line)
{
	each_member(ike, line->connection, take_line, line);
}
