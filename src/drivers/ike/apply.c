/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes charon do what is wanted of one connection.
 *
 *   settings differ:  unload-conn ─▶ terminate ─▶ unload-shared ─▶ load-shared ─▶ load-conn
 *                     ─▶ initiate, where it is to be effective immediately
 *
 * New settings reach only new IKE_SAs, so the old one has to end. The order makes a crash harmless:
 * the fingerprint in the key's id is there only together with either no connection or the right
 * one, and an SA of old settings never outlives the step in which they go.
 *
 * A member of a group with others leaves them alone. charon's load-conn puts the children of a
 * connection in place of the old ones and touches no SA, so:
 *
 *   comes or changes: unload-shared ─▶ load-conn with all ─▶ terminate its child ─▶ load-shared
 *   goes:             load-conn with the others ─▶ terminate its child ─▶ unload-shared
 *
 * A change of phase 1 is a going from one group and a coming to another one; who goes last, which
 * is the first to be applied where all change at once, takes the old group with it.
 */
#include "drivers/ike/command.h"
#include "drivers/ike/ike_private.h"
#include "drivers/ike/member.h"
#include "drivers/ike/script.h"
#include "drivers/ike/tell.h"

#include <errno.h>
#include <string.h>

/* A negotiation is under way: its end is announced by an event, this is the safety net. */
#define LOOK_AGAIN_MS 2000
#define DUPLICATE_LOOK_MS 500
/* Charon lists one IKE_SA after the other: a child on its way from one to the next may be in none.
 */
#define CHILD_MOVING_MS 500
/* An IKE_SA this young without a child is likely to get one from the negotiation under way. */
#define CHILD_COMING_S 3

struct application {
	struct ike *ike;
	char *id;
	bool is_removal;
	struct script *script;       /* gone once it is finished */
	struct clock_timer *nothing; /* answers where charon is not asked */
	void (*done)(void *arg, int err, const struct fault *fault);
	void *arg;
};

static void application_free(void *flight)
{
	struct application *application = flight;

	script_free(application->script);
	application->ike->parts.clock->timer_free(application->nothing);
	free(application->id);
	free(application);
}

static void finished(void *arg, int err, const struct fault *fault)
{
	struct application *application = arg;

	application->script = NULL;
	application->ike->flight = NULL;
	if (err < 0)
		keyring_forget(&application->ike->keyring);
	if (err == 0 && application->is_removal)
		tunnels_remove(&application->ike->tunnels, application->id);
	application->done(application->arg, err, fault);
	application_free(application);
}

static void nothing_to_do(void *arg)
{
	finished(arg, 0, NULL);
}

static void starting(void *arg, const struct script_line *line)
{
	struct application *application = arg;
	struct ike *ike = application->ike;

	if (line->kind == LINE_LOAD_KEY)
		tell_new_settings(ike, application->id);
	if (line->kind != LINE_INITIATE)
		return;
	tunnel_tried(tunnels_get(&ike->tunnels, application->id));
	tell_attempt(ike, tunnels_get(&ike->tunnels, application->id));
}

static void succeeded(void *arg, const struct script_line *line)
{
	struct application *application = arg;

	if (line->kind == LINE_LOAD_KEY)
		keyring_add(&application->ike->keyring, line->key_id);
	if (line->kind == LINE_UNLOAD_KEY)
		keyring_remove(&application->ike->keyring, line->key_id);
}

static bool is_same_pair(const struct ike_settings *a, const struct ike_settings *b)
{
	return ike_settings_are_complete(b) &&
	       addr_equal(a->gateway->local_ip, b->gateway->local_ip) &&
	       addr_equal(a->customer_gateway->ip_address, b->customer_gateway->ip_address);
}

/* The plug-in knows peers by address; one connection that forbids it forbids it for the pair. */
static bool allows_nat_traversal(const struct world *world, const struct ike_settings *settings)
{
	size_t len;
	const void *const *list = world_list(world, KIND_VPN_CONNECTION, &len);

	for (size_t i = 0; i < len; i++) {
		const struct vpn_connection *connection = list[i];
		struct ike_settings other;

		if (connection->enable_nat_traversal)
			continue;
		ike_settings_of(world, connection, &other);
		if (is_same_pair(settings, &other))
			return false;
	}
	return true;
}

static int tell_plug_in(struct ike *ike, const struct ike_settings *settings)
{
	const struct peer_port *peers = &ike->parts.peers;

	if (!peers->start)
		return 0;
	return peers->set_nat_traversal(peers->ctx, settings->gateway->local_ip,
		settings->customer_gateway->ip_address,
		allows_nat_traversal(ike->parts.world, settings));
}

/* Is a child to be expected without our doing? */
static bool is_child_coming(const struct tunnel *tunnel, const struct ike_plan *plan)
{
	if (!plan->sa || plan->sa->age_s >= CHILD_COMING_S || tunnel->failures >= 2)
		return false;
	/* On an IKE_SA that was begun here for another member nobody asks for this one's. */
	return !*tunnel->group || !plan->sa->is_initiator || tunnel->failures > 0;
}

static void plan_negotiation(
	struct script *script, struct tunnel *tunnel, const struct ike_plan *plan, const char *name)
{
	if (plan->is_connecting || is_child_coming(tunnel, plan)) {
		tunnel_look_in(tunnel, LOOK_AGAIN_MS);
		return;
	}
	if (plan->sa && tunnel_lost_within(tunnel, CHILD_MOVING_MS)) {
		tunnel_look_in(tunnel, CHILD_MOVING_MS);
		return;
	}
	if (tunnel_may_try(tunnel))
		command_initiate(script, name, tunnel->id);
	else
		tunnel_look_at_next_try(tunnel);
}

/* The settings are right: only the SAs are not. */
static void plan_sas(struct ike *ike, struct script *script, const struct ike_want *want,
	const struct ike_seen *seen)
{
	const struct vpn_connection *connection = want->settings.connection;
	struct tunnel *tunnel = tunnels_get(&ike->tunnels, connection->meta.id);
	struct ike_plan plan;
	char id[11];

	ike_plan_of(seen, &plan);
	for (size_t i = 0; i < plan.old_sas_len; i++) {
		(void)snprintf(id, sizeof(id), "%u", plan.old_sas[i]);
		command_terminate(script, "ike-id", id, NO_WAIT);
	}
	for (size_t i = 0; i < plan.old_children_len; i++) {
		(void)snprintf(id, sizeof(id), "%u", plan.old_children[i]);
		command_terminate(script, "child-id", id, NO_WAIT);
	}
	tell_duplicates(ike, connection->meta.id, &plan);
	if (plan.has_young_duplicate)
		tunnel_look_in(tunnel, DUPLICATE_LOOK_MS);
	else if (plan.child && plan.is_connecting)
		tunnel_look_in(tunnel, LOOK_AGAIN_MS);
	else if (!plan.child && ike_is_called_for(connection, tunnel->is_demanded))
		plan_negotiation(script, tunnel, &plan, seen->loaded.items[0]);
	ike_plan_clear(&plan);
}

static void remember_group(struct tunnel *tunnel, const char *name)
{
	bool is_group = ike_is_group_name(name, strlen(name));

	(void)snprintf(tunnel->group, sizeof(tunnel->group), "%s", is_group ? name : "");
}

static int plan_settings(struct ike *ike, struct script *script, const struct ike_want *want,
	const struct ike_seen *seen)
{
	const struct vpn_connection *connection = want->settings.connection;
	struct tunnel *tunnel = tunnels_get(&ike->tunnels, connection->meta.id);
	int err = tell_plug_in(ike, &want->settings);
	struct ike_group group;
	bool is_demanded;

	if (err < 0)
		return err;
	ike_group_of(ike->parts.world, &want->settings, ike->parts.fingerprint_key, &group);
	if (seen) {
		member_leave_all(ike, script, seen, group.name);
		if (group.len == 1)
			member_unload(script, seen, group.name);
		member_unload_keys(script, seen);
	}
	member_enter(ike, script, &group, &want->settings, seen);
	/* Traffic may have asked before the first load; what it asked of old settings is over. */
	is_demanded = !seen && tunnel->is_demanded;
	tunnel_reset(tunnel);
	tunnel->is_demanded = is_demanded;
	remember_group(tunnel, group.name);
	if (ike_is_called_for(connection, is_demanded))
		command_initiate(script, group.name, connection->meta.id);
	ike_group_clear(&group);
	return 0;
}

/* The peer is told, and negotiation starts at once, also where traffic had asked for it. Of a group
 * the other members go on as long as the peer is there: their checks speak for themselves. */
static void plan_reset(struct ike *ike, struct script *script, const struct ike_want *want)
{
	const char *id = want->settings.connection->meta.id;
	struct ike_group group;

	ike_group_of(ike->parts.world, &want->settings, ike->parts.fingerprint_key, &group);
	tunnel_reset(tunnels_get(&ike->tunnels, id));
	if (group.len > 1) {
		command_terminate_child(script, group.name, id);
		command_terminate_unless_confirmed(script, group.name);
	} else {
		command_terminate(script, "ike", group.name, CLOSE_LIMIT_MS);
	}
	command_initiate(script, group.name, id);
	ike_group_clear(&group);
}

static int plan_all(struct ike *ike, struct script *script, const struct ike_want *want,
	const struct ike_seen *seen)
{
	if (!want) {
		member_leave_all(ike, script, seen, NULL);
		member_unload_keys(script, seen);
		return 0;
	}
	if (!ike_settings_are_complete(&want->settings))
		return -ENOENT;
	if (!seen || !ike_seen_has_settings(seen, &want->settings))
		return plan_settings(ike, script, want, seen);
	if (seen->must_reset)
		plan_reset(ike, script, want);
	else
		plan_sas(ike, script, want, seen);
	return 0;
}

int ike_apply(void *ctx, const struct item *want, const struct item *seen,
	void (*done)(void *arg, int err, const struct fault *fault), void *arg)
{
	struct ike *ike = ctx;
	struct application *application = xcalloc(1, sizeof(*application));
	const struct script_calls calls = {
		.starting = starting,
		.succeeded = succeeded,
		.done = finished,
		.arg = application,
	};
	int err;

	application->ike = ike;
	application->id = xstrdup(want ? want->owner : seen->owner);
	application->is_removal = !want;
	application->done = done;
	application->arg = arg;
	application->nothing =
		ike->parts.clock->timer_new(ike->parts.clock->ctx, nothing_to_do, application);
	application->script = script_new(&ike->parts.vici, &calls);
	err = plan_all(
		ike, application->script, want ? want->data : NULL, seen ? seen->data : NULL);
	if (err < 0) {
		application_free(application);
		return err;
	}
	ike->flight = application;
	ike->flight_free = application_free;
	if (script_is_empty(application->script)) {
		script_free(TAKE_PTR(application->script));
		ike->parts.clock->timer_set(application->nothing, 0);
		return 0;
	}
	script_run(application->script);
	return 0;
}
