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
 */
#include "drivers/ike/ike_private.h"
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

/* The DELETE must be on the wire before what follows may take the sockets away, and a live peer
 * confirms it within a round trip; a dead one is not waited for longer than this. */
#define CLOSE_LIMIT_MS "500"
#define NO_WAIT "-1"

static void add_terminate(
	struct script *script, const char *what, const char *value, const char *timeout_ms)
{
	struct script_line line = { .command = "terminate", .may_fail = true };

	vici_value(&line.message, what, value);
	vici_value(&line.message, "force", "yes");
	vici_value(&line.message, "timeout", timeout_ms);
	script_add(script, &line);
}

static void add_initiate(struct script *script, const char *id)
{
	struct script_line line = {
		.command = "initiate",
		.may_fail = true,
		.kind = LINE_INITIATE,
	};

	vici_value(&line.message, "child", id);
	vici_value(&line.message, "ike", id);
	vici_value(&line.message, "timeout", "-1");
	script_add(script, &line);
}

static void add_unload_key(struct script *script, const char *key_id)
{
	struct script_line line = {
		.command = "unload-shared",
		.may_fail = true,
		.kind = LINE_UNLOAD_KEY,
		.key_id = xstrdup(key_id),
	};

	vici_value(&line.message, "id", key_id);
	script_add(script, &line);
}

static void add_unload(struct script *script, const struct ike_seen *seen)
{
	if (seen->is_loaded) {
		struct script_line line = { .command = "unload-conn" };

		vici_value(&line.message, "name", seen->id);
		script_add(script, &line);
	}
	/* Always: a peer may have connected since charon was asked. */
	add_terminate(script, "ike", seen->id, CLOSE_LIMIT_MS);
	for (size_t i = 0; i < seen->key_ids_len; i++)
		add_unload_key(script, seen->key_ids[i]);
}

static void add_load(
	const struct ike *ike, struct script *script, const struct ike_settings *settings)
{
	struct script_line key = { .command = "load-shared", .kind = LINE_LOAD_KEY };
	struct script_line connection = { .command = "load-conn" };
	char fingerprint[FINGERPRINT_TEXT_SIZE];

	fingerprint_of(settings, ike->parts.fingerprint_key, fingerprint);
	key.key_id = fingerprint_key_id(settings->connection->meta.id, fingerprint);
	ike_load_shared(settings, key.key_id, &key.message);
	script_add(script, &key);
	ike_load_conn(settings, &connection.message);
	script_add(script, &connection);
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

static void plan_negotiation(
	struct script *script, struct tunnel *tunnel, const struct ike_plan *plan, const char *id)
{
	if (plan->is_connecting ||
		(plan->sa && plan->sa->age_s < CHILD_COMING_S && tunnel->failures < 2)) {
		tunnel_look_in(tunnel, LOOK_AGAIN_MS);
		return;
	}
	if (plan->sa && tunnel_lost_within(tunnel, CHILD_MOVING_MS)) {
		tunnel_look_in(tunnel, CHILD_MOVING_MS);
		return;
	}
	if (tunnel_may_try(tunnel))
		add_initiate(script, id);
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
		add_terminate(script, "ike-id", id, NO_WAIT);
	}
	for (size_t i = 0; i < plan.old_children_len; i++) {
		(void)snprintf(id, sizeof(id), "%u", plan.old_children[i]);
		add_terminate(script, "child-id", id, NO_WAIT);
	}
	tell_duplicates(ike, connection->meta.id, &plan);
	if (plan.has_young_duplicate)
		tunnel_look_in(tunnel, DUPLICATE_LOOK_MS);
	else if (plan.child && plan.is_connecting)
		tunnel_look_in(tunnel, LOOK_AGAIN_MS);
	else if (!plan.child && ike_is_called_for(connection, tunnel->is_demanded))
		plan_negotiation(script, tunnel, &plan, connection->meta.id);
	ike_plan_clear(&plan);
}

static int plan_settings(struct ike *ike, struct script *script, const struct ike_want *want,
	const struct ike_seen *seen)
{
	const struct vpn_connection *connection = want->settings.connection;
	struct tunnel *tunnel = tunnels_get(&ike->tunnels, connection->meta.id);
	int err = tell_plug_in(ike, &want->settings);
	bool is_demanded;

	if (err < 0)
		return err;
	if (seen)
		add_unload(script, seen);
	add_load(ike, script, &want->settings);
	/* Traffic may have asked before the first load; what it asked of old settings is over. */
	is_demanded = !seen && tunnel->is_demanded;
	tunnel_reset(tunnel);
	tunnel->is_demanded = is_demanded;
	if (ike_is_called_for(connection, is_demanded))
		add_initiate(script, connection->meta.id);
	return 0;
}

/* The peer is told, and negotiation starts at once, also where traffic had asked for it. */
static void plan_reset(struct ike *ike, struct script *script, const struct ike_want *want)
{
	const char *id = want->settings.connection->meta.id;

	tunnel_reset(tunnels_get(&ike->tunnels, id));
	add_terminate(script, "ike", id, CLOSE_LIMIT_MS);
	add_initiate(script, id);
}

static int plan_all(struct ike *ike, struct script *script, const struct ike_want *want,
	const struct ike_seen *seen)
{
	if (!want) {
		add_unload(script, seen);
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
