/* SPDX-License-Identifier: Apache-2.0 */
/* Turns a command into a running process. */
#pragma once

#include "cli/program.h"

#include <sys/types.h>

struct child_command {
	const char *path;
	const struct arguments *arguments; /* behind its name */
	/* In the child, before exec: 0 or -errno, the reason is logged there. May be NULL. */
	int (*enter)(const void *arg);
	const void *arg;
};

/*
 * The child: own process group (a Ctrl-C at the terminal is the supervisor's), standard input
 * closed, SIGTERM when the supervisor dies. The pid, or -errno.
 */
MUST_CHECK int child_start(const struct child_command *command);
/* "exited with status 1", "was killed by signal 9"; an own string. */
char *child_describe(int status);
