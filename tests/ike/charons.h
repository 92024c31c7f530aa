/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two of Debian's charons, each in a network namespace of its own, joined by a veth pair:
 *
 *   left 10.9.0.1 ──── 10.9.0.2 right
 *
 * Everything is private to this process tree and ends with it.
 */
#pragma once

#include <stdbool.h>

enum side { LEFT, RIGHT };

/*
 * Makes the namespaces and goes on in a child that is process 1 of its own; the parent waits and
 * exits with its result. False with *ret_why: it cannot be done here (no root, no charon).
 */
bool charons_enter(const char **ret_why);
void charons_start(enum side side);
/* SIGKILL. */
void charons_kill(enum side side);
const char *charons_vici_path(enum side side);
/* A folder that goes away at the end. */
const char *charons_folder(void);
/* Cuts and joins the wire. */
void charons_set_wire(bool is_up);
