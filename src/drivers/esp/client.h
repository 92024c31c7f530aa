/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent's connection to vpngw-espd: requests with their answers, events, and reconnecting for
 * ever. Knows framing and order, not what is asked. Completions run on the loop, never inside a
 * call; when the connection is lost every request that waits ends with -ECONNRESET.
 */
#pragma once

#include "base/alloc.h"
#include "espd/proto.h"

#include <stdbool.h>

struct client;
struct loop;

struct client_handlers {
	void (*connected)(void *arg);
	void (*lost)(void *arg);
	void (*event)(void *arg, uint16_t type, const void *body, size_t size);
	void *arg;
};

/* One answer item of a request; fd is the handler's to keep or close, -1 = none. */
typedef void client_item(void *arg, uint16_t type, const void *body, size_t size, int fd);
typedef void client_done(void *arg, int error, uint32_t value);

struct client *client_new(
	struct loop *loop, const char *path, const struct client_handlers *handlers);
void client_free(struct client *client); /* NULL is fine; no request is answered any more */
bool client_is_connected(const struct client *client);
/* fd, borrowed: a descriptor to pass along, -1 = none. item may be NULL. -ENOTCONN. */
MUST_CHECK int client_request(struct client *client, uint16_t type, const void *body, size_t size,
	int fd, client_item *item, client_done *done, void *arg);
