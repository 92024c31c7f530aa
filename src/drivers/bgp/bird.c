/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conversation with one BIRD.
 *
 *   connected ─▶ configure soft ─▶ show protocols ─▶ show route of each session that changed ─┐
 *                     ▲                  ▲                                                    │
 *      files changed ─┘                  └── every second ◀───────────────────────────────────┘
 */
#include "drivers/bgp/bird.h"

#include "base/log.h"
#include "drivers/bgp/seen_session.h"
#include "drivers/bgp/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <uthash.h>

#define RELOAD_MS 10 /* gathers what one edit changes */

struct session {
	uint32_t number;
	UT_hash_handle hh;
	struct seen_session seen;
	uint32_t poll;     /* that saw it last */
	bool is_fetch_due; /* it learned something since its routes were asked for */
	bool is_learned;   /* they were */
	struct learned_routes learned;
	char error[SESSION_TEXT]; /* the last telling one */
	struct mono down_since;   /* not up, although its tunnel is */
	struct bgp_verdict verdict;
};

struct bird {
	const struct bgp_parts *parts;
	char *vpc_id;
	struct bird_port port;
	bool is_there, is_dirty, is_reloading, is_polling;
	bool is_known; /* it has answered once, or it took too long */
	char refusal[200];
	uint32_t poll;
	struct sessions_reader sessions_reader;
	uint32_t fetching; /* the session whose routes are being read; 0: none */
	struct routes_reader routes_reader;
	struct session *sessions;
	uint64_t key_failures;
	bool are_keys_counted, has_bad_keys;
	uint32_t silent; /* sessions that wait for their peer */
	struct clock_timer *reload_timer, *poll_timer, *grace_timer;
};

static struct mono now(const struct bird *bird)
{
	return bird->parts->clock->now(bird->parts->clock->ctx);
}

static void ask(struct bird *bird, const struct bird_command *command)
{
	bird->port.request(bird->port.ctx, command);
}

static struct session *find(const struct bird *bird, uint32_t number)
{
	struct session *session;

	HASH_FIND(hh, bird->sessions, &number, sizeof(number), session);
	return session;
}

static void mark(const struct bird *bird, uint32_t number)
{
	const struct vpn_connection *connection =
		world_connection_by_number(bird->parts->world, number);

	if (connection)
		bird->parts->mark(bird->parts->arg, KIND_VPN_CONNECTION, connection->meta.id);
}

static void drop(struct bird *bird, struct session *session)
{
	HASH_DEL(bird->sessions, session);
	mark(bird, session->number);
	learned_routes_clear(&session->learned);
	free(session);
}

static void drop_all(struct bird *bird)
{
	struct session *session, *next;

	HASH_ITER (hh, bird->sessions, session, next)
		drop(bird, session);
}

static bool is_waiting(const struct session *session)
{
	return !session->seen.is_up && !session->seen.is_down && !*session->error;
}

/* Once a poll is over; what became of the session is told to whoever reports it. */
static void judge(struct bird *bird, struct session *session)
{
	const struct vpn_connection *connection =
		world_connection_by_number(bird->parts->world, session->number);
	const struct customer_gateway *peer =
		connection ? world_customer_gateway_of(bird->parts->world, connection) : NULL;
	struct bgp_verdict verdict;

	if (!peer)
		return;
	verdict = bgp_judge(connection, peer,
		&(struct bgp_evidence){ .is_up = session->seen.is_up,
			.carries = bird->parts->carries(bird->parts->arg, session->number),
			.may_carry = bird->parts->may_carry(bird->parts->arg, session->number),
			.error = session->error,
			.down_ms = mono_diff_ms(now(bird), session->down_since),
			.has_bad_keys = bird->has_bad_keys && is_waiting(session),
			.is_only_silent = bird->silent == 1 });
	if (verdict.is_up == session->verdict.is_up && verdict.reason == session->verdict.reason &&
		strcmp(verdict.message, session->verdict.message) == 0)
		return;
	session->verdict = verdict;
	mark(bird, session->number);
}

static void restarted(void *arg, int err, const struct bird_line *last)
{
	(void)arg;
	(void)err;
	(void)last;
}

/* Not disabled: its attempts to connect are the traffic that some tunnels wait for. */
static void end_session(struct bird *bird, uint32_t number)
{
	AUTO_FREE char *text = xasprintf("restart \"" BGP_SESSION_PREFIX "%u\"", number);

	ask(bird, &(struct bird_command){ .text = text, .done = restarted, .arg = bird });
}

static void unlearn(struct bird *bird, struct session *session)
{
	session->is_learned = true;
	session->is_fetch_due = false;
	if (!session->learned.len)
		return;
	learned_routes_clear(&session->learned);
	mark(bird, session->number);
}

static void take_session(void *arg, const struct seen_session *seen)
{
	struct bird *bird = arg;
	struct session *session = find(bird, seen->number);
	bool carries = bird->parts->carries(bird->parts->arg, seen->number) != 0;
	bool is_other;

	if (!session) {
		session = xcalloc(1, sizeof(*session));
		session->number = seen->number;
		session->down_since = now(bird);
		session->verdict.reason = REASON_BGP_DAEMON_GONE;
		HASH_ADD(hh, bird->sessions, number, sizeof(session->number), session);
	}
	is_other = !session->poll || session->seen.changes != seen->changes ||
		   strcmp(session->seen.since, seen->since) != 0;
	if (session->seen.is_up || seen->is_up || !carries)
		session->down_since = now(bird);
	session->seen = *seen;
	session->poll = bird->poll;
	if (seen->is_up)
		*session->error = '\0';
	else if (bgp_error_is_telling(seen->error))
		memcpy(session->error, seen->error, sizeof(session->error));
	if (!seen->is_up)
		unlearn(bird, session);
	else if (is_other)
		session->is_fetch_due = true;
	if (seen->is_up && !carries)
		end_session(bird, seen->number);
}

static void fetch_next(struct bird *bird);

static void take_routes(void *arg, const struct bird_line *line)
{
	struct bird *bird = arg;

	routes_line(&bird->routes_reader, line);
}

static void fetched(void *arg, int err, const struct bird_line *last)
{
	struct bird *bird = arg;
	struct learned_routes routes = routes_take(&bird->routes_reader);
	struct session *session = find(bird, bird->fetching);

	bird->fetching = 0;
	(void)last; /* an error of BIRD's: it has no such table, and so nothing is learned */
	if (err < 0 || !session) {
		learned_routes_clear(&routes);
	} else {
		if (!session->is_learned || !learned_routes_equal(&session->learned, &routes))
			mark(bird, session->number);
		learned_routes_clear(&session->learned);
		session->learned = routes;
		session->is_learned = true;
	}
	fetch_next(bird);
}

static const struct vpn_gateway *gateway_of(const struct bird *bird, uint32_t number)
{
	const struct vpn_connection *connection =
		world_connection_by_number(bird->parts->world, number);

	return connection ? world_gateway_of(bird->parts->world, connection) : NULL;
}

/* One after the other, so that what else is to be said comes in between. */
static void fetch_next(struct bird *bird)
{
	struct session *session = bird->sessions;
	const struct vpn_gateway *gateway;
	AUTO_FREE char *text = NULL;

	if (bird->fetching || !bird->is_there)
		return;
	for (; session; session = session->hh.next) {
		if (!session->is_fetch_due)
			continue;
		session->is_fetch_due = false;
		gateway = gateway_of(bird, session->number);
		if (gateway)
			break;
	}
	if (!session)
		return;
	bird->fetching = session->number;
	text = xasprintf("show route table " BGP_TABLE_PREFIX "%u protocol " BGP_SESSION_PREFIX
			 "%u all",
		gateway->number, session->number);
	ask(bird, &(struct bird_command){
			  .text = text, .line = take_routes, .done = fetched, .arg = bird });
}

/* A poll in which the counter stands still takes the suspicion back. */
static void count_key_failures(struct bird *bird)
{
	uint64_t failures;

	if (!bird->parts->key_failures ||
		bird->parts->key_failures(bird->parts->arg, bird->vpc_id, &failures) < 0)
		return;
	if (bird->are_keys_counted && failures > bird->key_failures)
		bird->has_bad_keys = true;
	else if (!bird->silent)
		bird->has_bad_keys = false;
	bird->key_failures = failures;
	bird->are_keys_counted = true;
}

static void take_protocols(void *arg, const struct bird_line *line)
{
	struct bird *bird = arg;

	sessions_line(&bird->sessions_reader, line);
}

static void polled(void *arg, int err, const struct bird_line *last)
{
	struct bird *bird = arg;
	struct session *session, *next;

	(void)last; /* 8003: it has none of ours */
	sessions_end(&bird->sessions_reader);
	bird->is_polling = false;
	if (err < 0)
		return;
	bird->is_known = true;
	bird->silent = 0;
	HASH_ITER (hh, bird->sessions, session, next) {
		if (session->poll != bird->poll)
			drop(bird, session);
		else if (is_waiting(session))
			bird->silent++;
	}
	count_key_failures(bird);
	HASH_ITER (hh, bird->sessions, session, next)
		judge(bird, session);
	fetch_next(bird);
	bird->parts->clock->timer_set(bird->poll_timer, BIRD_POLL_MS);
}

static void poll_now(void *arg)
{
	struct bird *bird = arg;

	if (bird->is_polling || !bird->is_there)
		return;
	bird->is_polling = true;
	/* 0 stands for never */
	if (++bird->poll == 0)
		bird->poll = 1;
	bird->sessions_reader = (struct sessions_reader){ .each = take_session, .arg = bird };
	ask(bird, &(struct bird_command){ .text = "show protocols all \"" BGP_SESSION_PREFIX "*\"",
			  .line = take_protocols,
			  .done = polled,
			  .arg = bird });
}

static void reload_now(void *arg);

static void reloaded(void *arg, int err, const struct bird_line *last)
{
	struct bird *bird = arg;
	bool is_refused;

	bird->is_reloading = false;
	if (err < 0) {
		bird->is_dirty = true; /* on the next connection */
		return;
	}
	is_refused = bird_code_is_error(last->code);
	snprintf(bird->refusal, sizeof(bird->refusal), "%s", is_refused ? last->text : "");
	if (is_refused)
		log_err("bird refuses its configuration vpc=%s reason=%s", bird->vpc_id,
			last->text);
	if (bird->is_dirty)
		reload_now(bird);
	/* The file that was refused may be one that was left half way: looking again mends it. */
	if (is_refused)
		bird->parts->mark(bird->parts->arg, KIND_VPC, bird->vpc_id);
	poll_now(bird);
}

/* "0004 Reconfiguration in progress" is taken too: sessions that are gone end first. */
static void reload_now(void *arg)
{
	struct bird *bird = arg;

	if (!bird->is_there || bird->is_reloading)
		return;
	bird->parts->clock->timer_clear(bird->reload_timer);
	bird->is_dirty = false;
	bird->is_reloading = true;
	ask(bird,
		&(struct bird_command){ .text = "configure soft", .done = reloaded, .arg = bird });
}

static void mark_all(const struct bird *bird)
{
	size_t len;
	const void *const *all = world_list(bird->parts->world, KIND_VPN_CONNECTION, &len);

	for (size_t i = 0; i < len; i++) {
		const struct vpn_connection *connection = all[i];
		const struct vpn_gateway *gateway =
			connection->bgp_config.enable_bgp
				? world_gateway_of(bird->parts->world, connection)
				: NULL;

		if (gateway && strcmp(gateway->vpc_id, bird->vpc_id) == 0)
			mark(bird, connection->number);
	}
}

static void grace_over(void *arg)
{
	struct bird *bird = arg;

	if (bird->is_known)
		return;
	bird->is_known = true;
	mark_all(bird);
}

static void ready(void *arg)
{
	struct bird *bird = arg;

	log_info("bird is there vpc=%s", bird->vpc_id);
	bird->is_there = true;
	/* It may have started before the last files were written. */
	reload_now(bird);
}

static void lost(void *arg)
{
	struct bird *bird = arg;

	log_warn("bird is gone vpc=%s", bird->vpc_id);
	bird->is_there = false;
	*bird->refusal = '\0';
	bird->are_keys_counted = false;
	drop_all(bird);
}

struct bird *bird_new(const struct bgp_parts *parts, const char *vpc_id)
{
	struct bird *bird = xcalloc(1, sizeof(*bird));
	AUTO_FREE char *path = xasprintf("%s/%s.ctl", parts->dir, vpc_id);

	bird->parts = parts;
	bird->vpc_id = xstrdup(vpc_id);
	bird->routes_reader.max = BGP_PREFIX_LIMIT;
	bird->reload_timer = parts->clock->timer_new(parts->clock->ctx, reload_now, bird);
	bird->poll_timer = parts->clock->timer_new(parts->clock->ctx, poll_now, bird);
	bird->grace_timer = parts->clock->timer_new(parts->clock->ctx, grace_over, bird);
	parts->clock->timer_set(bird->grace_timer, BIRD_GRACE_MS);
	bird->port = parts->open(parts->loop, parts->clock, path,
		&(struct bird_calls){ .ready = ready, .lost = lost, .arg = bird });
	return bird;
}

void bird_free(struct bird *bird)
{
	if (!bird)
		return;
	bird->port.close(bird->port.ctx);
	drop_all(bird);
	learned_routes_clear(&bird->routes_reader.routes);
	bird->parts->clock->timer_free(bird->reload_timer);
	bird->parts->clock->timer_free(bird->poll_timer);
	bird->parts->clock->timer_free(bird->grace_timer);
	free(bird->vpc_id);
	free(bird);
}

void bird_reload(struct bird *bird)
{
	bird->is_dirty = true;
	if (!bird->is_reloading)
		bird->parts->clock->timer_set(bird->reload_timer, RELOAD_MS);
}

void bird_forget(struct bird *bird, uint32_t number)
{
	struct session *session = find(bird, number);

	if (!session)
		return;
	*session->error = '\0';
	session->down_since = now(bird);
	bird->has_bad_keys = false;
}

void bird_carrying_changed(struct bird *bird, uint32_t number)
{
	struct session *session = find(bird, number);

	if (session && bird->parts->carries(bird->parts->arg, number) == 0)
		end_session(bird, number);
	if (session)
		judge(bird, session);
}

bool bird_is_unknown(const struct bird *bird)
{
	return !bird->is_known;
}

struct bgp_verdict bird_verdict(const struct bird *bird, uint32_t number)
{
	const struct session *session = find(bird, number);

	if (!bird->is_there)
		return (struct bgp_verdict){ .reason = REASON_BGP_DAEMON_GONE };
	return session ? session->verdict : (struct bgp_verdict){ .reason = REASON_BGP_CONNECTING };
}

const struct learned_routes *bird_learned(const struct bird *bird, uint32_t number)
{
	const struct session *session = find(bird, number);

	return session && session->is_learned ? &session->learned : NULL;
}

const char *bird_refusal(const struct bird *bird)
{
	return bird->refusal;
}
