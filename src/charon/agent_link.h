/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The socket the agent connects to (charon/proto.h): one thread accepts, reads the agent's peer
 * settings and writes alerts. Alerts wait in a ring of 64 while there is no agent; the oldest gives
 * way. A new connection replaces the old one.
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
