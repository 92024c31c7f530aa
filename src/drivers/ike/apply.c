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

static void add_terminate_child(struct script *script, const char *name, const char *id)
{
	struct script_line line = { .command = "terminate", .may_fail = true };

	vici_value(&line.message, "child", id);
	vici_value(&line.message, "ike", name);
	vici_value(&line.message, "force", "yes");
	vici_value(&line.message, "timeout", CLOSE_LIMIT_MS);
	script_add(script, &line);
}

static void add_initiate(struct script *script, const char *name, const char *id)
{
	struct script_line line = {
		.command = "initiate",
		.may_fail = true,
		.kind = LINE_INITIATE,
	};

	vici_value(&line.message, "child", id);
	vici_value(&line.message, "ike", name);
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

static void add_unload_keys(struct script *script, const struct ike_seen *seen)
{
	for (size_t i = 0; i < seen->key_ids_len; i++)
		add_unload_key(script, seen->key_ids[i]);
}

static void add_unload(struct script *script, const struct ike_seen *seen, const char *name)
{
	if (ike_names_has(&seen->loaded, name)) {
		struct script_line line = {
			.command = "unload-conn",
			/* Another member may have taken it away a moment ago. */
			.may_fail = ike_is_group_name(name, strlen(name)),
		};

		vici_value(&line.message, "name", name);
		script_add(script, &line);
	}
	/* Always: a peer may have connected since charon was asked. */
	add_terminate(script, "ike", name, CLOSE_LIMIT_MS);
}

static void add_load_conn(struct script *script, const struct ike_group *group)
{
	struct script_line line = { .command = "load-conn" };

	ike_load_conn(group->name, group->members, group->len, &line.message);
	script_add(script, &line);
}

static void add_load_key(
	const struct ike *ike, struct script *script, const struct ike_settings *settings)
{
	struct script_line line = { .command = "load-shared", .kind = LINE_LOAD_KEY };

	line.key_id = fingerprint_key_id(settings, ike->parts.fingerprint_key);
	ike_load_shared(settings, line.key_id, &line.message);
	script_add(script, &line);
}

/* Out of one of charon's connections; whoever else is in it stays. */
static void add_leave(
	struct ike *ike, struct script *script, const struct ike_seen *seen, const char *name)
{
	struct ike_group others = { .len = 0 };
	struct tunnel *tunnel, *next;

	(void)snprintf(others.name, sizeof(others.name), "%s", name);
	HASH_ITER (hh, ike->tunnels.items, tunnel, next)
		if (strcmp(tunnel->group, name) == 0 && strcmp(tunnel->id, seen->id) != 0)
			ike_group_add(
				&others, ike->parts.world, tunnel->id, ike->parts.fingerprint_key);
	if (others.len) {
		add_load_conn(script, &others);
		add_terminate_child(script, name, seen->id);
	} else {
		add_unload(script, seen, name);
	}
	ike_group_clear(&others);
}

/* but: the one that is not left; NULL: all. */
static void add_leave_all(
	struct ike *ike, struct script *script, const struct ike_seen *seen, const char *but)
{
	struct ike_names names;

	ike_seen_names(seen, &names);
	for (size_t i = 0; i < names.len; i++)
		if (!but || strcmp(names.items[i], but) != 0)
			add_leave(ike, script, seen, names.items[i]);
	ike_names_clear(&names);
}

/* Where phase 1 has changed for all, old keys of members whose turn comes later would be tried with
 * the peer as well. */
static void add_unload_others_keys(
	struct ike *ike, struct script *script, const struct ike_group *group, const char *id)
{
	for (size_t i = 0; i < group->len; i++) {
		const char *other = group->members[i].connection->meta.id;
		const struct keyring_entry *entry = keyring_find(&ike->keyring, other);
		AUTO_FREE char *right =
			fingerprint_key_id(&group->members[i], ike->parts.fingerprint_key);

		for (size_t j = 0; entry && j < entry->len; j++)
			if (strcmp(other, id) != 0 && strcmp(entry->key_ids[j], right) != 0)
				add_unload_key(script, entry->key_ids[j]);
	}
}

/* Has it been in this group before? Otherwise what is under negotiation there is others'. */
static bool was_in(const struct ike_seen *seen, const char *name)
{
	char group[IKE_NAME_SIZE];

	for (size_t i = 0; i < seen->key_ids_len; i++) {
		fingerprint_group(seen->key_ids[i], group);
		if (strcmp(group, name) == 0)
			return true;
	}
	return false;
}

/* A child that we have asked for comes up as it was configured then, and cannot be ended before. Of
 * the others an IKE_SA that does not stand yet carries nothing: they ask again. */
static void add_end_of_asking(struct script *script, const struct ike_seen *seen, const char *name)
{
	char id[11];

	for (size_t i = 0; i < seen->sas_len && was_in(seen, name); i++) {
		const struct ike_sa_seen *sa = &seen->sas[i];

		if (sa->state != SA_CONNECTING || !sa->is_initiator || sa->children_len ||
			strcmp(sa->name, name) != 0)
			continue;
		(void)snprintf(id, sizeof(id), "%u", sa->id);
		add_terminate(script, "ike-id", id, CLOSE_LIMIT_MS);
	}
}

/* Into the connection it belongs in. */
static void add_enter(struct ike *ike, struct script *script, const struct ike_group *group,
	const struct ike_settings *settings, const struct ike_seen *seen)
{
	const char *id = settings->connection->meta.id;

	add_unload_others_keys(ike, script, group, id);
	if (seen && group->len > 1) {
		add_load_conn(script, group);
		add_terminate_child(script, group->name, id);
		add_end_of_asking(script, seen, group->name);
		add_load_key(ike, script, settings);
	} else {
		add_load_key(ike, script, settings);
		add_load_conn(script, group);
	}
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
		add_initiate(script, name, tunnel->id);
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
		add_leave_all(ike, script, seen, group.name);
		if (group.len == 1)
			add_unload(script, seen, group.name);
		add_unload_keys(script, seen);
	}
	add_enter(ike, script, &group, &want->settings, seen);
	/* Traffic may have asked before the first load; what it asked of old settings is over. */
	is_demanded = !seen && tunnel->is_demanded;
	tunnel_reset(tunnel);
	tunnel->is_demanded = is_demanded;
	remember_group(tunnel, group.name);
	if (ike_is_called_for(connection, is_demanded))
		add_initiate(script, group.name, connection->meta.id);
	ike_group_clear(&group);
	return 0;
}

/* The peer is told, and negotiation starts at once, also where traffic had asked for it. Of a group
 * the other members go on: their checks speak for themselves. */
static void plan_reset(struct ike *ike, struct script *script, const struct ike_want *want)
{
	const char *id = want->settings.connection->meta.id;
	struct ike_group group;

	ike_group_of(ike->parts.world, &want->settings, ike->parts.fingerprint_key, &group);
	tunnel_reset(tunnels_get(&ike->tunnels, id));
	if (group.len > 1)
		add_terminate_child(script, group.name, id);
	else
		add_terminate(script, "ike", group.name, CLOSE_LIMIT_MS);
	add_initiate(script, group.name, id);
	ike_group_clear(&group);
}

static int plan_all(struct ike *ike, struct script *script, const struct ike_want *want,
	const struct ike_seen *seen)
{
	if (!want) {
		add_leave_all(ike, script, seen, NULL);
		add_unload_keys(script, seen);
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
