/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The socket the agent connects to (charon/proto.h): one thread accepts, reads the agent's peer
 * settings and writes alerts and log lines. Alerts wait in a ring of 64 while there is no agent;
 * the oldest gives way. Lines wait behind them in a queue of their own; what does not fit is
 * counted. A new connection replaces the old one.
 */
#pragma once

#include "charon/peers.h"
#include "charon/proto.h"

struct agent_link;

/* Listens at path (mode 0660; a socket left there by a former process is replaced) and starts the
 * thread. NULL when it cannot, which was logged. Borrows peers until freed. */
struct agent_link *agent_link_new(const char *path, struct peers *peers);
/* Accepts NULL. */
void agent_link_free(struct agent_link *link);

/* From any thread; never waits. An alert equal to one of the last second in reason, connection and
 * remote address is dropped, and so is what a flood of unknown peers causes beyond 10 a second. */
void agent_link_alert(struct agent_link *link, const struct charon_alert *alert);
/* From any thread; never waits. */
void agent_link_line(struct agent_link *link, const struct charon_line *line);
