/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Remembers of each connection whether it carries and since when, looks at the groups of routes
 * when that changes, and writes an event once the cause and the cost are known. Knows no driver.
 */
#include "reconcile/failover.h"

#include "base/log.h"
#include "base/strbuf.h"
#include "reconcile/connection_log.h"
#include "reconcile/route_groups.h"
#include "resource/status.h"
#include "store/store.h"

#include <errno.h>
#include <string.h>
#include <uthash.h>

#define JUST_MS 1000 /* what came back so lately is what the routes went to */
#define STATUS_PREFIX STATUS_KEYS "vpn-connection/"

/* A connection. */
struct known {
	char *id;
	bool carries;
	bool is_observed;    /* and not only recorded */
	bool was_missed;     /* it was another when it was observed first */
	bool is_new;         /* it has changed since the last look */
	struct mono changed; /* when it was last told to be another */
	UT_hash_handle hh;
};

/* A switch whose event is not written yet. */
struct pending {
	struct failover *failover;
	struct route_switch what;
	uint64_t ticket;
	struct mono decided;
	int64_t wall_ms;   /* of the decision */
	enum reason cause; /* REASON_NONE: to be asked */
	bool was_missed;   /* nobody was there to see the cause */
	bool is_waiting;   /* for the data plane's answer */
	bool is_late;      /* the answer is all it waits for */
	struct failover_traffic traffic;
	struct mono proof; /* the cause's own last sign of life */
	struct clock_timer *timer;
	struct pending *next;
};

struct failover {
	struct failover_parts parts;
	struct known *known;
	struct route_groups *groups;
	struct clock_timer *look;
	bool is_armed, is_primed, has_new_routes;
	struct pending *pending;
	uint64_t tickets;
};

static struct mono now(const struct failover *failover)
{
	return failover->parts.clock->now(failover->parts.clock->ctx);
}

static struct known *find(const struct failover *failover, const char *id)
{
	struct known *known;

	HASH_FIND_STR(failover->known, id, known);
	return known;
}

static struct known *get(struct failover *failover, const char *id)
{
	struct known *known = find(failover, id);

	if (known)
		return known;
	known = xcalloc(1, sizeof(*known));
	known->id = xstrdup(id);
	HASH_ADD_KEYPTR(hh, failover->known, known->id, strlen(known->id), known);
	return known;
}

static void forget(struct failover *failover, struct known *known)
{
	HASH_DEL(failover->known, known);
	free(known->id);
	free(known);
}

static bool carries(void *arg, const struct vpn_connection *connection)
{
	return get(arg, connection->meta.id)->carries;
}

static bool is_before_limit(const struct failover *failover, struct mono from, int64_t limit_ms)
{
	return from.ns && mono_diff_ms(now(failover), from) <= limit_ms;
}

static void pending_free(struct pending *pending)
{
	struct failover *failover = pending->failover;
	struct pending **at = &failover->pending;

	while (*at != pending)
		at = &(*at)->next;
	*at = pending->next;
	failover->parts.clock->timer_free(pending->timer);
	route_switch_clear(&pending->what);
	free(pending);
}

static void find_cause(struct pending *pending)
{
	const struct failover_parts *parts = &pending->failover->parts;
	const struct vpn_connection *from =
		world_get(parts->world, KIND_VPN_CONNECTION, pending->what.from);

	if (pending->cause == REASON_NONE)
		pending->cause = from ? parts->cause(parts->arg, from, &pending->proof)
				      : REASON_SETTINGS_CHANGED;
	/* What is concluded of not having heard of anything else. */
	if (pending->was_missed && pending->cause == REASON_PEER_DELETED)
		pending->cause = REASON_AGENT_AWAY;
}

/* What the loss took and cost. */
struct cost {
	bool is_known, is_lost_known;
	int64_t detection_ms; /* from the last sign of life to the decision */
	uint64_t lost;
};

static bool is_loss(enum reason cause)
{
	return cause != REASON_RECOVERED && cause != REASON_ROUTES_CHANGED;
}

static int64_t passed_ms(const struct pending *pending, int64_t since_ms)
{
	int64_t passed = pending->decided.ns / 1000000 - since_ms;

	return passed > 0 ? passed : 0;
}

/*
 * The last packet out of the tunnel is the last sign of life. Where something still comes out of
 * it and only one host is dead, the probe's last answer is; which packets were for that host
 * nobody knows then.
 */
static void find_cost(const struct pending *pending, struct cost *ret)
{
	const struct failover_traffic *traffic = &pending->traffic;
	int64_t silent_ms = passed_ms(pending, traffic->last_in_ms);

	*ret = (struct cost){ .is_known = true, .is_lost_known = true };
	if (!is_loss(pending->cause))
		return; /* nothing died */
	if (pending->proof.ns && (!traffic->last_in_ms || silent_ms < FAILOVER_ALIVE_MS)) {
		ret->detection_ms = passed_ms(pending, pending->proof.ns / 1000000);
		ret->is_lost_known = false;
		return;
	}
	ret->is_known = ret->is_lost_known =
		traffic->last_in_ms && silent_ms <= FAILOVER_PROOF_MAX_MS;
	ret->detection_ms = silent_ms;
	ret->lost = traffic->unanswered;
}

static char *describe(const struct pending *pending, const struct cost *cost)
{
	const struct route_switch *what = &pending->what;
	AUTO_STRBUF struct strbuf text = STRBUF_INIT(1000);

	strbuf_addf(&text, "the traffic of %u route%s (%s) goes from %s to %s: %s", what->routes,
		what->routes == 1 ? "" : "s", what->destinations, what->from, what->to,
		reason_text(pending->cause));
	if (!is_loss(pending->cause))
		return xstrdup(strbuf_text(&text));
	if (cost->is_known)
		strbuf_addf(&text, "; decided %lld ms after the last sign of life",
			(long long)cost->detection_ms);
	else
		strbuf_add(&text, "; nothing had come out of the tunnel lately");
	if (cost->is_lost_known)
		strbuf_addf(&text, ", %llu packets went into the tunnel since",
			(unsigned long long)cost->lost);
	return xstrdup(strbuf_text(&text));
}

static json_t *data_of(const struct pending *pending, const struct cost *cost)
{
	const struct route_switch *what = &pending->what;
	json_t *data = json_pack("{s:s, s:s, s:I, s:s, s:s}", "From", what->from, "To", what->to,
		"Routes", (json_int_t)what->routes, "Destinations", what->destinations, "Cause",
		reason_text(pending->cause));

	if (cost->is_known)
		json_object_set_new(data, "DetectionMs", json_integer(cost->detection_ms));
	if (cost->is_lost_known)
		json_object_set_new(data, "PacketsLost", json_integer((json_int_t)cost->lost));
	return data;
}

static void write_event(struct pending *pending)
{
	const char *ids[] = { pending->what.from, pending->what.to };
	AUTO_FREE char *text = NULL;
	struct cost cost;

	find_cause(pending);
	find_cost(pending, &cost);
	text = describe(pending, &cost);
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		connection_log_add(pending->failover->parts.log,
			&(struct connection_log_entry){ .connection_id = ids[i],
				.type = "RoutesSwitched",
				.level = is_loss(pending->cause) ? CONNECTION_LOG_WARN
								 : CONNECTION_LOG_INFO,
				.reason = pending->cause,
				.wall_ms = pending->wall_ms,
				.text = text,
				.data = data_of(pending, &cost) });
	log_notice("routes switched from=%s to=%s routes=%u reason=%s", pending->what.from,
		pending->what.to, pending->what.routes, reason_code(pending->cause));
	pending_free(pending);
}

static void pending_expired(void *arg)
{
	struct pending *pending = arg;
	const struct clock *clock = pending->failover->parts.clock;

	if (pending->is_waiting && !pending->is_late) {
		pending->is_late = true;
		clock->timer_set(pending->timer, FAILOVER_ANSWER_MS - FAILOVER_CAUSE_MS);
		return;
	}
	write_event(pending);
}

/* When it still carries it is not a loss, and the cause is plain. */
static enum reason plain_cause(const struct failover *failover, const struct route_switch *one)
{
	const struct known *from = find(failover, one->from), *to = find(failover, one->to);

	if (!world_get(failover->parts.world, KIND_VPN_CONNECTION, one->from))
		return REASON_SETTINGS_CHANGED;
	if (!from || !from->carries)
		return REASON_NONE;
	return to && is_before_limit(failover, to->changed, JUST_MS) ? REASON_RECOVERED
								     : REASON_ROUTES_CHANGED;
}

static void ask_traffic(struct pending *pending)
{
	const struct failover_parts *parts = &pending->failover->parts;
	const struct vpn_connection *from =
		world_get(parts->world, KIND_VPN_CONNECTION, pending->what.from);

	pending->is_waiting = from != NULL;
	if (from)
		parts->traffic(parts->arg, from->number, pending->ticket);
}

static void switched(void *arg, const struct route_switch *one)
{
	struct failover *failover = arg;
	const struct clock *clock = failover->parts.clock;
	const struct known *from = find(failover, one->from);
	struct pending *pending = xcalloc(1, sizeof(*pending));

	*pending = (struct pending){ .failover = failover,
		.what = *one,
		.ticket = ++failover->tickets,
		.cause = plain_cause(failover, one),
		.was_missed = from && from->was_missed,
		.decided =
			from && !from->carries && from->changed.ns ? from->changed : now(failover),
		.next = failover->pending };
	pending->what.from = xstrdup(one->from);
	pending->what.to = xstrdup(one->to);
	pending->wall_ms =
		clock->wall_ms(clock->ctx) - mono_diff_ms(now(failover), pending->decided);
	pending->timer = clock->timer_new(clock->ctx, pending_expired, pending);
	failover->pending = pending;
	if (pending->cause == REASON_NONE)
		ask_traffic(pending);
	clock->timer_set(pending->timer, pending->cause == REASON_NONE ? FAILOVER_CAUSE_MS : 0);
}

static void not_switched(void *arg, const struct route_switch *one)
{
	(void)arg;
	(void)one;
}

static void look_at_groups(struct failover *failover)
{
	struct known *known, *next;

	failover->has_new_routes = false;
	route_groups_look(failover->groups, failover->parts.world, carries, switched, failover);
	HASH_ITER (hh, failover->known, known, next) {
		known->is_new = false;
		if (!world_get(failover->parts.world, KIND_VPN_CONNECTION, known->id))
			forget(failover, known);
	}
}

static void update(struct failover *failover, const struct vpn_connection *connection)
{
	struct known *known = get(failover, connection->meta.id);
	bool is_first;
	int carrying = failover->parts.carries(failover->parts.arg, connection->number);

	if (carrying < 0)
		return;
	is_first = !known->is_observed;
	known->is_observed = true;
	if (known->carries == (carrying > 0))
		return;
	/* Its last turn, or who carries new routes, has not been looked at: that would be lost. */
	if (known->is_new || failover->has_new_routes)
		look_at_groups(failover);
	known->is_new = true;
	known->was_missed = is_first;
	known->carries = carrying > 0;
	known->changed = now(failover);
}

static void update_all(struct failover *failover)
{
	size_t len;
	const void *const *all = world_list(failover->parts.world, KIND_VPN_CONNECTION, &len);

	for (size_t i = 0; i < len; i++)
		update(failover, all[i]);
}

static void look(void *arg)
{
	struct failover *failover = arg;

	failover->is_armed = false;
	update_all(failover);
	look_at_groups(failover);
}

/* As it was recorded: what has changed since is a switch. */
static void prime(struct failover *failover)
{
	failover->is_primed = true;
	route_groups_look(failover->groups, failover->parts.world, carries, not_switched, failover);
}

static void load_status(struct failover *failover, const struct store_entry *entry)
{
	json_auto_t *document =
		json_loadb(entry->value, entry->value_size, JSON_REJECT_DUPLICATES, NULL);
	const struct condition *conditions;
	struct status status = { 0 };

	if (!document || status_decode(document, &status) < 0)
		return;
	conditions = status.conditions;
	get(failover, entry->key + strlen(STATUS_PREFIX))->carries =
		conditions[CONDITION_IPSEC].is_true &&
		(!conditions[CONDITION_HEALTH].known || conditions[CONDITION_HEALTH].is_true);
	status_clear(&status);
}

static void load(struct failover *failover)
{
	struct store_entries entries = { 0 };
	int err = failover->parts.store
			  ? store_list(failover->parts.store, STATUS_PREFIX, NULL, 0, &entries)
			  : 0;

	/* Without them a switch during the start is not told. */
	if (err < 0)
		log_warn("what carried before is not known error=%s", strerror(-err));
	for (size_t i = 0; err == 0 && i < entries.len; i++)
		load_status(failover, &entries.items[i]);
	store_entries_clear(&entries);
}

struct failover *failover_new(const struct failover_parts *parts)
{
	struct failover *failover = xcalloc(1, sizeof(*failover));

	failover->parts = *parts;
	failover->groups = route_groups_new();
	failover->look = parts->clock->timer_new(parts->clock->ctx, look, failover);
	load(failover);
	return failover;
}

void failover_free(struct failover *failover)
{
	struct known *known, *next;

	if (!failover)
		return;
	while (failover->pending)
		write_event(failover->pending);
	HASH_ITER (hh, failover->known, known, next)
		forget(failover, known);
	route_groups_free(failover->groups);
	failover->parts.clock->timer_free(failover->look);
	free(failover);
}

void failover_changed(struct failover *failover, uint32_t number)
{
	const struct clock *clock = failover->parts.clock;
	const struct vpn_connection *connection =
		number ? world_connection_by_number(failover->parts.world, number) : NULL;

	if (!failover->is_primed)
		prime(failover);
	if (connection)
		update(failover, connection);
	else
		failover->has_new_routes = true;
	if (failover->is_armed)
		return;
	failover->is_armed = true;
	clock->timer_set(failover->look, FAILOVER_LOOK_MS);
}

void failover_traffic_seen(
	struct failover *failover, uint64_t ticket, const struct failover_traffic *traffic)
{
	const struct clock *clock = failover->parts.clock;

	for (struct pending *pending = failover->pending; pending; pending = pending->next) {
		if (pending->ticket != ticket)
			continue;
		pending->is_waiting = false;
		pending->traffic = *traffic;
		if (pending->is_late)
			clock->timer_set(pending->timer, 0);
		return;
	}
}
