/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/http.h over libevent's evhttp. Requests are small and answered at once, so a request never
 * outlives its callback. How long a connection may take for what, and how many there may be, is in
 * http_guard.c; no other file includes evhttp.
 */
#include "api/http.h"

#include "api/http_guard.h"
#include "api/http_linger.h"

#include "base/fd.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/secret.h"

#include <arpa/inet.h>
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <string.h>

#define TIMEOUT_S 60
#define BACKLOG 512
#define HEADERS_MAX 100
#define DRAIN_MAX_MS 2000
#define DRAIN_LOOK_MS 20
#define ACCEPT_PAUSE_MS 100
#define ACCEPT_BATCH 4 /* then those who are connected have their turn */
#define ACCEPT_BREATH_MS 1
#define ALL_METHODS                                                                                \
	(EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE | \
		EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE | EVHTTP_REQ_CONNECT | EVHTTP_REQ_PATCH)

/* One evhttp a listener: plain and TLS differ in how connections are made. */
struct listener {
	struct evhttp *http;
	struct evhttp_bound_socket *socket;
	SSL_CTX *tls;
	struct loop_timer *pause; /* until it accepts again */
	unsigned int accepted;    /* since the last pause */
	struct listener *next;
};

struct http_server {
	struct loop *loop;
	http_handler *handle;
	void *arg;
	struct listener *listeners;
	struct http_guard *guard;
	struct loop_timer *drain_timer;
	uint32_t drain_left_ms;
	void (*drained)(void *arg);
	void *drained_arg;
};

/* evhttp_send_error() below is called by libevent without a context. */
static struct http_server *the_server;

static void add_header(struct params *headers, const char *key, const char *value)
{
	AUTO_FREE char *name = xstrdup(key);
	size_t start = strspn(value, " \t"), size = strlen(value);

	while (size > start && (value[size - 1] == ' ' || value[size - 1] == '\t'))
		size--;
	for (char *at = name; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	for (size_t i = 0; i < headers->len; i++) {
		AUTO_FREE char *first = headers->items[i].value;

		if (strcmp(headers->items[i].name, name)) {
			first = NULL;
			continue;
		}
		headers->items[i].value =
			xasprintf("%s,%.*s", first, (int)(size - start), value + start);
		return;
	}
	params_append(headers, TAKE_PTR(name), xstrndup(value + start, size - start));
}

static int read_headers(struct evhttp_request *req, struct params *ret)
{
	const struct evkeyvalq *list = evhttp_request_get_input_headers(req);

	for (const struct evkeyval *header = list->tqh_first; header;
		header = header->next.tqe_next) {
		if (ret->len == HEADERS_MAX)
			return -E2BIG;
		add_header(ret, header->key, header->value);
	}
	params_sort(ret);
	return 0;
}

static void read_peer(struct evhttp_request *req, struct http_request *ret)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(req);
	int fd = bufferevent_getfd(evhttp_connection_get_bufferevent(connection));
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	char *host = NULL;
	ev_uint16_t port;
	uid_t uid;
	pid_t pid;

	ret->source = "";
	if (getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		return;
	if (address.ss_family == AF_UNIX) {
		ret->source = "unix";
		ret->is_root = !unix_peer(fd, &uid, &pid) && uid == 0;
		return;
	}
	evhttp_connection_get_peer(connection, &host, &port);
	if (host)
		ret->source = host;
}

/* Splits the request target; an absolute one (RFC 9112 3.2.2) is reduced to its path and query. */
static void read_target(struct evhttp_request *req, char **ret_path, char **ret_query)
{
	const char *target = evhttp_request_get_uri(req);
	const struct evhttp_uri *parsed = evhttp_request_get_evhttp_uri(req);
	const char *path, *query;

	if (*target == '/') {
		*ret_path = xstrndup(target, strcspn(target, "?#"));
		query = strchr(target, '?');
		*ret_query = xstrndup(query ? query + 1 : "", query ? strcspn(query, "#") - 1 : 0);
		return;
	}
	path = parsed ? evhttp_uri_get_path(parsed) : NULL;
	query = parsed ? evhttp_uri_get_query(parsed) : NULL;
	*ret_path = xstrdup(path && *path ? path : "/");
	*ret_query = xstrdup(query ? query : "");
}

static struct bufferevent *bufferevent_of(struct evhttp_request *req)
{
	return evhttp_connection_get_bufferevent(evhttp_request_get_connection(req));
}

static void sent(struct evhttp_request *req, void *arg)
{
	struct http_server *server = arg;

	http_guard_sent(server->guard, bufferevent_of(req));
}

/* The request was refused before all of it came. */
static void refusal_sent(struct evhttp_request *req, void *arg)
{
	struct http_server *server = arg;

	http_linger(server->loop, bufferevent_getfd(bufferevent_of(req)));
	sent(req, arg);
}

static void write_headers(
	struct evkeyvalq *headers, const struct http_answer *answer, bool must_close)
{
	evhttp_clear_headers(headers);
	evhttp_add_header(headers, "Content-Type", answer->content_type);
	evhttp_add_header(headers, "Cache-Control",
		answer->cache_control ? answer->cache_control : "no-store");
	evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
	for (size_t i = 0; i < answer->headers.len; i++)
		evhttp_add_header(
			headers, answer->headers.items[i].name, answer->headers.items[i].value);
	if (answer->retry_after_ms) {
		AUTO_FREE char *wait = xasprintf("%" PRIu64, answer->retry_after_ms);

		evhttp_add_header(headers, "x-acs-retry-after", wait);
	}
	if (must_close)
		evhttp_add_header(headers, "Connection", "close");
}

static void write_body(struct evkeyvalq *headers, struct evbuffer *body,
	const struct http_request *request, const struct http_answer *answer)
{
	AUTO_FREE char *size = NULL;

	if (answer->text) {
		evbuffer_add(body, answer->text, strlen(answer->text));
		wipe(answer->text, strlen(answer->text));
		free(answer->text);
		return;
	}
	if (!request->is_head) {
		evbuffer_add_reference(body, answer->shared, answer->shared_size, NULL, NULL);
		return;
	}
	size = xasprintf("%zu", answer->shared_size);
	evhttp_add_header(headers, "Content-Length", size);
}

static void answer(struct http_server *server, struct evhttp_request *req,
	const struct http_request *request, bool must_close)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(req);
	struct evbuffer *body = evbuffer_new();
	struct http_answer answer = { 0 };

	server->handle(server->arg, request, &answer);
	/* A broken first line leaves the version of the answer unset. */
	if (!req->major) {
		req->major = 1;
		req->minor = 1;
	}
	write_headers(headers, &answer, must_close || server->drained);
	write_body(headers, body, request, &answer);
	params_clear(&answer.headers);
	http_guard_answer(server->guard, bufferevent_of(req));
	evhttp_request_set_on_complete_cb(req, request->broken ? refusal_sent : sent, server);
	evhttp_send_reply(req, answer.status, NULL, body);
	evbuffer_free(body);
}

/*
 * libevent's page for requests it refuses itself (no callback exists for those before 2.2). Its
 * library calls this function through its public name, so ours is taken: clients parse every answer
 * as JSON.
 */
void evhttp_send_error(struct evhttp_request *req, int error, const char *reason)
{
	struct http_request request = {
		.path = "/", .query = "", .body = "", .broken = error ? error : HTTP_BADREQUEST
	};

	(void)reason;
	read_peer(req, &request);
	answer(the_server, req, &request, true);
}

/* RFC 9112 6.3: a length that can be read in two ways may hide a second request. */
static bool is_framing_clear(const struct http_request *request)
{
	const char *length = params_get(&request->headers, "content-length");
	bool is_chunked = params_get(&request->headers, "transfer-encoding");

	return !length || (!is_chunked && !strchr(length, ','));
}

static void received(struct evhttp_request *req, void *arg)
{
	struct http_server *server = arg;
	struct evbuffer *input = evhttp_request_get_input_buffer(req);
	enum evhttp_cmd_type method = evhttp_request_get_command(req);
	struct http_request request = { .is_get = method == EVHTTP_REQ_GET,
		.is_post = method == EVHTTP_REQ_POST,
		.is_head = method == EVHTTP_REQ_HEAD,
		.body_size = evbuffer_get_length(input),
		.body = "" };
	AUTO_FREE char *path = NULL;
	AUTO_FREE char *query = NULL;
	unsigned char *body = request.body_size ? evbuffer_pullup(input, -1) : NULL;

	read_target(req, &path, &query);
	request.path = path;
	request.query = query;
	if (body)
		request.body = (const char *)body;
	read_peer(req, &request);
	if (read_headers(req, &request.headers) < 0 || !is_framing_clear(&request))
		request.broken = HTTP_BADREQUEST;
	/* The answer to HEAD has a body too, so nothing may follow it. */
	answer(server, req, &request, request.broken || !(request.is_get || request.is_post));
	if (body)
		wipe(body, request.body_size);
	wipe(query, strlen(query));
	params_clear(&request.headers);
}

/* libevent accepts all that wait in one go, unless it is stopped. */
static void count_accepted(struct listener *listener)
{
	if (!listener->socket || ++listener->accepted < ACCEPT_BATCH)
		return;
	evconnlistener_disable(evhttp_bound_socket_get_listener(listener->socket));
	loop_timer_set(listener->pause, ACCEPT_BREATH_MS);
}

static struct bufferevent *new_plain(struct event_base *base, void *arg)
{
	struct bufferevent *connection = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);

	count_accepted(arg);
	if (connection)
		http_guard_watch(the_server->guard, connection);
	return connection;
}

static struct bufferevent *new_tls(struct event_base *base, void *arg)
{
	struct listener *listener = arg;
	struct bufferevent *connection = bufferevent_openssl_socket_new(
		base, -1, SSL_new(listener->tls), BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);

	count_accepted(listener);
	if (!connection)
		return NULL;
	bufferevent_openssl_set_allow_dirty_shutdown(connection, 1);
	http_guard_watch(the_server->guard, connection);
	return connection;
}

static void accept_again(void *arg)
{
	struct listener *listener = arg;

	listener->accepted = 0;
	if (listener->socket)
		evconnlistener_enable(evhttp_bound_socket_get_listener(listener->socket));
}

/* Out of descriptors: the waiting connection stays readable, so trying at once would spin. */
static void accept_failed(struct evconnlistener *socket, void *arg)
{
	static struct log_limit limit;
	struct listener *listener = the_server->listeners;

	(void)arg;
	if (log_allow(&limit, 1, 60000))
		log_warn("connections have to wait: %s", strerror(errno));
	while (listener &&
		(!listener->socket || evhttp_bound_socket_get_listener(listener->socket) != socket))
		listener = listener->next;
	evconnlistener_disable(socket);
	if (listener)
		loop_timer_set(listener->pause, ACCEPT_PAUSE_MS);
}

static void library_says(int severity, const char *text)
{
	(void)severity;
	log_debug("libevent: %s", text);
}

static void drain(void *arg)
{
	struct http_server *server = arg;

	if (http_guard_is_quiet(server->guard) || server->drain_left_ms < DRAIN_LOOK_MS) {
		server->drained(server->drained_arg);
		return;
	}
	server->drain_left_ms -= DRAIN_LOOK_MS;
	loop_timer_set(server->drain_timer, DRAIN_LOOK_MS);
}

struct http_server *http_new(
	struct loop *loop, const struct http_limits *limits, http_handler *handle, void *arg)
{
	struct http_server *server = xcalloc(1, sizeof(*server));

	assert(!the_server);
	/* Outsiders can cause its messages. */
	event_set_log_callback(library_says);
	server->loop = loop;
	server->handle = handle;
	server->arg = arg;
	server->guard = http_guard_new(loop, limits->connections, limits->connections_per_source);
	server->drain_timer = loop_timer_new(loop, drain, server);
	the_server = server;
	return server;
}

static void free_listener(struct listener *listener)
{
	evhttp_free(listener->http);
	loop_timer_free(listener->pause);
	SSL_CTX_free(listener->tls);
	free(listener);
}

void http_free(struct http_server *server)
{
	if (!server)
		return;
	while (server->listeners) {
		struct listener *first = server->listeners;

		server->listeners = first->next;
		free_listener(first);
	}
	http_guard_free(server->guard);
	loop_timer_free(server->drain_timer);
	free(server);
	the_server = NULL;
}

void http_set_limits(struct http_server *server, const struct http_limits *limits)
{
	http_guard_set(server->guard, limits->connections, limits->connections_per_source);
}

int http_serve_take(struct http_server *server, int fd, SSL_CTX *tls)
{
	struct listener *listener = xcalloc(1, sizeof(*listener));

	listener->http = evhttp_new(loop_event_base(server->loop));
	if (tls && SSL_CTX_up_ref(tls))
		listener->tls = tls;
	evhttp_set_allowed_methods(listener->http, ALL_METHODS);
	evhttp_set_max_headers_size(listener->http, HTTP_HEAD_MAX);
	evhttp_set_max_body_size(listener->http, HTTP_BODY_MAX);
	evhttp_set_timeout(listener->http, TIMEOUT_S);
	evhttp_set_default_content_type(listener->http, NULL);
	evhttp_set_gencb(listener->http, received, server);
	evhttp_set_bevcb(listener->http, tls ? new_tls : new_plain, listener);
	listener->socket = evhttp_accept_socket_with_handle(listener->http, fd);
	if (!listener->socket) {
		close(fd);
		free_listener(listener);
		return -EIO;
	}
	listener->pause = loop_timer_new(server->loop, accept_again, listener);
	evconnlistener_set_error_cb(
		evhttp_bound_socket_get_listener(listener->socket), accept_failed);
	listener->next = server->listeners;
	server->listeners = listener;
	return 0;
}

void http_set_tls(struct http_server *server, SSL_CTX *tls)
{
	for (struct listener *listener = server->listeners; listener; listener = listener->next)
		if (listener->tls && SSL_CTX_up_ref(tls)) {
			SSL_CTX_free(listener->tls);
			listener->tls = tls;
		}
}

void http_drain(struct http_server *server, void (*done)(void *arg), void *arg)
{
	server->drained = done;
	server->drained_arg = arg;
	for (struct listener *listener = server->listeners; listener; listener = listener->next) {
		if (listener->socket)
			evhttp_del_accept_socket(listener->http, listener->socket);
		listener->socket = NULL;
	}
	server->drain_left_ms = DRAIN_MAX_MS;
	loop_timer_set(server->drain_timer, 0);
}

int http_bind_tcp(const char *address, uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	AUTO_CLOSE int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;

	if (inet_pton(AF_INET, address, &to.sin_addr) != 1)
		return -EINVAL;
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0 ||
		bind(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		return -errno;
	return TAKE_FD(fd);
}

int http_listen(int fd)
{
	return listen(fd, BACKLOG) < 0 ? -errno : 0;
}
