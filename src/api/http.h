/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP server: listeners, TLS, keep-alive, limits. One callback turns a request into an answer;
 * what HTTP itself refuses (garbage, limits) goes through the same kind of JSON. Only http.c knows
 * which library is behind it.
 */
#pragma once

#include "api/params.h"

#include <openssl/types.h>
#include <stdint.h>

#define HTTP_BODY_MAX (64 * 1024) /* bytes */
#define HTTP_HEAD_MAX                                                                              \
	(64 * 1024 + 16384) /* request line and headers: SDKs send all in the query                \
			     */

struct loop;
struct http_server;

struct http_request {
	bool is_get, is_post, is_head;
	const char *path;  /* still encoded */
	const char *query; /* still encoded, "" when there is none */
	struct params
		headers; /* names in lower case, values trimmed; repeated ones joined by "," */
	const char *body;
	size_t body_size;
	const char *source; /* "192.0.2.7", or "unix" */
	bool is_root;       /* a unix socket with uid 0 at the other end */
	/* HTTP refused it before it was whole: the status, else 0. The rest is then empty. */
	int broken;
};

struct http_answer {
	int status;
	const char *content_type;
	char *text;         /* the server wipes and frees it; NULL: shared is sent */
	const void *shared; /* lasts longer than the server; to HEAD only its size is told */
	size_t shared_size;
	struct params headers;     /* further ones; the server clears them */
	const char *cache_control; /* NULL: no-store */
	uint64_t retry_after_ms;   /* 0: not said */
};

struct http_limits {
	uint32_t connections, connections_per_source;
};

typedef void http_handler(void *arg, const struct http_request *request, struct http_answer *ret);

/* One server a process: libevent's own error pages are answered by it. */
struct http_server *http_new(
	struct loop *loop, const struct http_limits *limits, http_handler *handle, void *arg);
void http_set_limits(struct http_server *server, const struct http_limits *limits);
void http_free(struct http_server *server);
DEFINE_CLEANUP(struct http_server, http_free)
/* Serves a listening stream socket, with TLS when tls is not NULL. Takes ownership of fd. */
MUST_CHECK int http_serve_take(struct http_server *server, int fd, SSL_CTX *tls);
/* New connections get this context; those that are open go on with theirs. */
void http_set_tls(struct http_server *server, SSL_CTX *tls);
/* Accepts no more, finishes what is being sent or answered: calls done from the loop when nothing
 * is left, or after two seconds. */
void http_drain(struct http_server *server, void (*done)(void *arg), void *arg);
/* A TCP socket with its address; nobody can connect before http_listen(). */
MUST_CHECK int http_bind_tcp(const char *address, uint16_t port);
/* From now on connections wait for the socket to be served. */
MUST_CHECK int http_listen(int fd);
