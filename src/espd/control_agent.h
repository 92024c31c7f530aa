/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent's requests: tunnels and sockets, dumps and counters.
 */
#pragma once

#include "espd/plane.h"

#include <stddef.h>
#include <stdint.h>

struct session;
struct walk;

/* Is it one of the agent's request types? */
bool agent_has(uint16_t type);
/*
 * Carries a request out. The error for its ACK; for DUMP and COUNTERS of everything a walk is
 * started, whose end the ACK has to wait for. *fd is taken when it is kept.
 */
int agent_request(struct plane *plane, struct session *session, struct walk *walk,
	const struct espd_header *header, const uint8_t *body, size_t size, int *fd);
