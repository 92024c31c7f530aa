/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One record a connection, in the order in which they last did something useful. A connection is
 * closed by shutting its socket down: evhttp sees the end and frees what is its own.
 */
#include "api/http_guard.h"

#include "api/http.h"
#include "base/log.h"
#include "base/loop.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <netinet/in.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <time.h>
#include <uthash.h>

#define SWEEP_MS 500
/* Closing costs as much as a request: thousands that came together must not go together. */
#define SWEEP_BATCH 8
#define SWEEP_BREATH_MS 2
/* What waits to be parsed, a whole request: evhttp also reads while it answers and in a line. */
#define INPUT_MAX (HTTP_HEAD_MAX + HTTP_BODY_MAX)

enum phase { BEGINNING, READING, ANSWERING, RESTING };

/* How many connections an address has. */
struct source {
	uint32_t address; /* IPv4, network order */
	uint32_t len;
	UT_hash_handle hh;
};

struct connection {
	struct http_guard *guard;
	struct bufferevent *bufferevent; /* NULL once it is being closed */
	enum phase phase;
	int64_t since_ms;      /* of the phase */
	struct source *source; /* NULL: a unix socket, which is not limited */
	TAILQ_ENTRY(connection) next;
	UT_hash_handle hh;
};

struct http_guard {
	struct loop *loop;
	uint32_t max, max_per_source;
	struct connection *by_bufferevent;
	struct source *sources;
	TAILQ_HEAD(connections, connection) connections, fresh;
	uint32_t len;
	struct loop_timer *sweep;
	bool is_deferred;
};

static const int64_t deadlines[] = { [BEGINNING] = HTTP_BEGIN_MS,
	[READING] = HTTP_REQUEST_MS,
	[ANSWERING] = HTTP_ANSWER_MS,
	[RESTING] = HTTP_IDLE_MS };

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static bool is_idle(const struct connection *connection)
{
	return connection->phase == BEGINNING || connection->phase == RESTING;
}

static void enter(struct connection *connection, enum phase phase)
{
	connection->phase = phase;
	connection->since_ms = now_ms();
}

static void forget(struct connection *connection)
{
	struct http_guard *guard = connection->guard;

	if (!connection->bufferevent)
		return;
	HASH_DEL(guard->by_bufferevent, connection);
	TAILQ_REMOVE(&guard->connections, connection, next);
	guard->len--;
	connection->bufferevent = NULL;
	if (connection->source && !--connection->source->len) {
		HASH_DEL(guard->sources, connection->source);
		free(connection->source);
	}
	connection->source = NULL;
}

/* It no longer counts from now on. */
static void close_now(struct connection *connection)
{
	int fd = bufferevent_getfd(connection->bufferevent);

	bufferevent_setwatermark(connection->bufferevent, EV_READ, 0, 0); /* the end is read */
	forget(connection);
	(void)shutdown(fd, SHUT_RDWR);
}

/* evhttp frees its connection. */
static void closed(struct evhttp_connection *http, void *arg)
{
	struct connection *connection = arg;

	(void)http;
	forget(connection);
	free(connection);
}

static void bytes_came(struct evbuffer *input, const struct evbuffer_cb_info *info, void *arg)
{
	struct connection *connection = arg;

	(void)input;
	if (info->n_added && connection->bufferevent && is_idle(connection))
		enter(connection, READING);
}

static struct source *source_of(struct http_guard *guard, int fd)
{
	struct sockaddr_storage address = {};
	struct sockaddr_in ip;
	socklen_t size = sizeof(address);
	struct source *source;

	if (getpeername(fd, (struct sockaddr *)&address, &size) < 0 || address.ss_family != AF_INET)
		return NULL;
	memcpy(&ip, &address, sizeof(ip));
	HASH_FIND_INT(guard->sources, &ip.sin_addr.s_addr, source);
	if (!source) {
		source = xcalloc(1, sizeof(*source));
		source->address = ip.sin_addr.s_addr;
		HASH_ADD_INT(guard->sources, address, source);
	}
	source->len++;
	return source;
}

/*
 * The one to go, of one source or of all (NULL): the oldest that never sent anything, else the one
 * that rests longest, else the oldest in a request.
 */
static struct connection *find_victim(const struct http_guard *guard, const struct source *source)
{
	static const enum phase order[] = { BEGINNING, RESTING, READING };
	struct connection *connection;

	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		TAILQ_FOREACH(connection, &guard->connections, next)
	if (connection->source && connection->phase == order[i] &&
		(!source || connection->source == source))
		return connection;
	return TAILQ_LAST(&guard->connections, connections);
}

static void make_room(struct http_guard *guard, const struct connection *newest)
{
	static struct log_limit limit;
	bool is_source = newest->source && newest->source->len > guard->max_per_source;

	if (!newest->source || (!is_source && guard->len <= guard->max))
		return;
	if (log_allow(&limit, 1, 60000))
		log_warn("too many connections, the idle ones are closed%s",
			is_source ? "; most come from one address" : "");
	close_now(find_victim(guard, is_source ? newest->source : NULL));
}

/* evhttp has taken the bufferevent by now, and nothing has happened on it yet. */
static void attach(struct http_guard *guard, struct connection *connection)
{
	struct bufferevent *bufferevent = connection->bufferevent;
	void *http = NULL;

	bufferevent_getcb(bufferevent, NULL, NULL, NULL, &http);
	if (!http)
		abort();
	evhttp_connection_set_closecb(http, closed, connection);
	evbuffer_add_cb(bufferevent_get_input(bufferevent), bytes_came, connection);
	bufferevent_setwatermark(bufferevent, EV_READ, 0, INPUT_MAX);
	connection->source = source_of(guard, bufferevent_getfd(bufferevent));
	HASH_ADD_PTR(guard->by_bufferevent, bufferevent, connection);
	TAILQ_INSERT_TAIL(&guard->connections, connection, next);
	guard->len++;
	make_room(guard, connection);
}

static void attach_fresh(void *arg)
{
	struct http_guard *guard = arg;
	struct connection *connection;

	guard->is_deferred = false;
	while ((connection = TAILQ_FIRST(&guard->fresh))) {
		TAILQ_REMOVE(&guard->fresh, connection, next);
		attach(guard, connection);
	}
}

static void sweep(void *arg)
{
	struct http_guard *guard = arg;
	struct connection *connection = TAILQ_FIRST(&guard->connections);
	int64_t now = now_ms();
	int len = 0;

	while (connection && len < SWEEP_BATCH) {
		struct connection *next = TAILQ_NEXT(connection, next);

		if (now - connection->since_ms >= deadlines[connection->phase]) {
			close_now(connection);
			len++;
		}
		connection = next;
	}
	loop_timer_set(guard->sweep, len < SWEEP_BATCH ? SWEEP_MS : SWEEP_BREATH_MS);
}

struct http_guard *http_guard_new(struct loop *loop, uint32_t max, uint32_t max_per_source)
{
	struct http_guard *guard = xcalloc(1, sizeof(*guard));

	guard->loop = loop;
	guard->sweep = loop_timer_new(loop, sweep, guard);
	TAILQ_INIT(&guard->connections);
	TAILQ_INIT(&guard->fresh);
	http_guard_set(guard, max, max_per_source);
	loop_timer_set(guard->sweep, SWEEP_MS);
	return guard;
}

void http_guard_free(struct http_guard *guard)
{
	if (!guard)
		return;
	loop_timer_free(guard->sweep);
	free(guard);
}

void http_guard_set(struct http_guard *guard, uint32_t max, uint32_t max_per_source)
{
	guard->max = max;
	guard->max_per_source = max_per_source;
}

bool http_guard_is_quiet(const struct http_guard *guard)
{
	const struct connection *connection;

	TAILQ_FOREACH(connection, &guard->connections, next)
	if (!is_idle(connection))
		return false;
	return true;
}

void http_guard_watch(struct http_guard *guard, struct bufferevent *bufferevent)
{
	struct connection *connection = xcalloc(1, sizeof(*connection));

	connection->guard = guard;
	connection->bufferevent = bufferevent;
	enter(connection, BEGINNING);
	TAILQ_INSERT_TAIL(&guard->fresh, connection, next);
	/* Deferred calls run before the loop looks at sockets again. */
	if (!guard->is_deferred)
		loop_defer(guard->loop, attach_fresh, guard);
	guard->is_deferred = true;
}

static struct connection *find(struct http_guard *guard, struct bufferevent *bufferevent)
{
	struct connection *connection;

	HASH_FIND_PTR(guard->by_bufferevent, &bufferevent, connection);
	return connection;
}

void http_guard_answer(struct http_guard *guard, struct bufferevent *bufferevent)
{
	struct connection *connection = find(guard, bufferevent);

	if (connection)
		enter(connection, ANSWERING);
}

void http_guard_sent(struct http_guard *guard, struct bufferevent *bufferevent)
{
	struct connection *connection = find(guard, bufferevent);
	bool is_next_there = evbuffer_get_length(bufferevent_get_input(bufferevent)) > 0;

	if (!connection)
		return;
	enter(connection, is_next_there ? READING : RESTING);
	TAILQ_REMOVE(&guard->connections, connection, next);
	TAILQ_INSERT_TAIL(&guard->connections, connection, next);
}
