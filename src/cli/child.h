/* SPDX-License-Identifier: Apache-2.0 */
/* Turns a row of the table of programs into a running process. */
#pragma once

#include "cli/program.h"

#include <sys/types.h>

/*
 * The child: own process group (a Ctrl-C at the terminal is the supervisor's), standard input
 * closed, SIGTERM when the supervisor dies. The pid, or -errno.
 */
MUST_CHECK int child_start(const struct launch *launch, enum program_id id);
/* "exited with status 1", "was killed by signal 9"; an own string. */
char *child_describe(int status);
