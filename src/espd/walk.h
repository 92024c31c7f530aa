/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answers to DUMP and COUNTERS as walks that can pause: item by item, as fast as the agent
 * reads. Tunnels and sockets only change by requests of the agent, which wait meanwhile; the SAs
 * are those of the walk's start.
 */
#pragma once

#include "espd/plane.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;

enum walk_stage { WALK_IDLE, WALK_SOCKETS, WALK_TUNNELS, WALK_SAS, WALK_COUNTERS };

struct walk {
	enum walk_stage stage;
	uint32_t sequence; /* of the request */
	size_t index;
	uint32_t if_id;
	struct espd_sa_held *sas;
	size_t sas_len;
};

void walk_start_dump(struct walk *walk, uint32_t sequence, const struct plane *plane);
void walk_start_counters(struct walk *walk, uint32_t sequence);
/* Sends until the session is behind. true: the end was reached (and not before). */
bool walk_continue(struct walk *walk, const struct plane *plane, struct session *session);
void walk_done(struct walk *walk);
