/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What BIRD says of sessions and routes ("show protocols all", "show route ... all"), line by line,
 * as values. Lines it does not know are left out: other versions say more.
 */
#pragma once

#include "drivers/bgp/reply.h"
#include "resource/status.h"

#include <stdint.h>

#define SESSION_TEXT 120

/* One protocol of ours. */
struct seen_session {
	uint32_t number; /* of its connection; 0: none of ours */
	bool is_up;      /* Established */
	bool is_down;    /* disabled, or not started */
	char since[32];  /* of that state; counted back from the present: the same one may differ by
			    1 ms */
	char error[SESSION_TEXT];
	uint64_t changes; /* how often what it learned has changed since then */
};

/* Collects one session after the other; `each` gets a whole one. */
struct sessions_reader {
	struct seen_session session;
	void (*each)(void *arg, const struct seen_session *session);
	void *arg;
};

void sessions_line(struct sessions_reader *reader, const struct bird_line *line);
void sessions_end(struct sessions_reader *reader);

/* Collects the routes of one session, at most `max`. */
struct routes_reader {
	struct learned_routes routes;
	size_t max;
	char **last;      /* the text that a further line belongs to */
	bool is_skipping; /* more than max: their attributes are nobody's */
};

void routes_line(struct routes_reader *reader, const struct bird_line *line);
/* Sorted; the reader is empty afterwards. */
struct learned_routes routes_take(struct routes_reader *reader);
