/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watches over the connections of the HTTP server: how long each may take to begin, to send a
 * request, to take the answer and to rest, and how many there may be in all and from one address.
 * Too many: one that is idle is closed. Private to http.c.
 */
#pragma once

#include "base/alloc.h"

#include <stdbool.h>
#include <stdint.h>

#define HTTP_BEGIN_MS 10000   /* from accept, with TLS's handshake, to the first byte */
#define HTTP_REQUEST_MS 15000 /* from its first byte to its last */
#define HTTP_ANSWER_MS 30000  /* until the client has taken it */
#define HTTP_IDLE_MS 60000    /* between two requests */

struct bufferevent;
struct http_guard;
struct loop;

struct http_guard *http_guard_new(struct loop *loop, uint32_t max, uint32_t max_per_source);
void http_guard_free(struct http_guard *guard); /* after the connections */
void http_guard_set(struct http_guard *guard, uint32_t max, uint32_t max_per_source);
/* Called while evhttp accepts: the connection is about to own this. */
void http_guard_watch(struct http_guard *guard, struct bufferevent *connection);
/* No request is being sent or answered. */
bool http_guard_is_quiet(const struct http_guard *guard);
/* A request was read whole, its answer is on its way. */
void http_guard_answer(struct http_guard *guard, struct bufferevent *connection);
/* The answer is out. */
void http_guard_sent(struct http_guard *guard, struct bufferevent *connection);
