/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes out of BIRD's control socket: the first byte is the size of the pieces in which the
 * rest arrives. Pieces change nothing of what is heard, and what is kept of it is bounded.
 */
#include "drivers/bgp/seen_session.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROUTES_MAX 5
#define ATTRIBUTE_MAX 1000

struct heard {
	struct sessions_reader sessions;
	struct routes_reader routes;
	uint64_t hash; /* FNV-1a of all lines */
};

static void mix(struct heard *heard, const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		heard->hash = (heard->hash ^ ((const uint8_t *)bytes)[i]) * 1099511628211U;
}

static void hear_session(void *arg, const struct seen_session *session)
{
	struct heard *heard = arg;

	assert(session->number);
	assert(strnlen(session->error, sizeof(session->error)) < sizeof(session->error));
	assert(strnlen(session->since, sizeof(session->since)) < sizeof(session->since));
	mix(heard, &session->number, sizeof(session->number));
}

static void hear(void *arg, const struct bird_line *line)
{
	struct heard *heard = arg;

	assert(line->code <= 9999);
	mix(heard, &line->code, sizeof(line->code));
	mix(heard, line->text, strlen(line->text));
	sessions_line(&heard->sessions, line);
	routes_line(&heard->routes, line);
}

static uint64_t read_all(const uint8_t *data, size_t size, size_t piece)
{
	struct heard heard = { .routes.max = ROUTES_MAX };
	struct bird_reply reply = { 0 };
	struct learned_routes routes;
	int err = 0;

	heard.sessions = (struct sessions_reader){ .each = hear_session, .arg = &heard };
	for (size_t at = 0; at < size && !err; at += piece)
		err = bird_reply_feed(&reply, (const char *)data + at,
			size - at < piece ? size - at : piece, hear, &heard);
	sessions_end(&heard.sessions);
	routes = routes_take(&heard.routes);
	assert(routes.len <= ROUTES_MAX);
	for (size_t i = 0; i < routes.len; i++) {
		assert(strlen(routes.items[i].as_path) <= ATTRIBUTE_MAX);
		assert(strlen(routes.items[i].community) <= ATTRIBUTE_MAX);
	}
	learned_routes_clear(&routes);
	return heard.hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	assert(read_all(data + 1, size - 1, 1 + data[0]) == read_all(data + 1, size - 1, size));
	return 0;
}
