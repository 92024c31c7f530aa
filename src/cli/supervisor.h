/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps the programs running: starts them one after the other, each when the one before answers,
 * restarts what ends, stops them in the opposite order. Ends when it is told to (a signal, or
 * `vpngw down` through control.h), or when a program fails again and again before everything has
 * been up once.
 */
#pragma once

#include "cli/program.h"

struct loop;
struct supervisor;

struct supervisor *supervisor_new(
	struct loop *loop, const struct launch *launch, void (*up)(void *arg), void *arg);
void supervisor_free(struct supervisor *supervisor);
DEFINE_CLEANUP(struct supervisor, supervisor_free)
/* Starts the first program; what follows happens on the loop. */
void supervisor_start(struct supervisor *supervisor);
/*
 * Stops all and then the loop. remove: the agent first removes everything of ours from the machine;
 * where that is not possible any more it is a problem.
 */
void supervisor_stop(struct supervisor *supervisor, bool remove);
/* After the loop has ended: NULL, or what went wrong; borrowed. */
const char *supervisor_problem(const struct supervisor *supervisor);
