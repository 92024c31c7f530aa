/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of a store shared by several processes have in common: children that report
 * through a pipe, and how a child fails.
 */
#pragma once

#include "base/alloc.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>

/* For children: cmocka's assertions would jump into the parent's test. */
#define CHILD_REQUIRE(condition)                                                                   \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: %s (errno %s)\n", __FILE__, __LINE__, #condition,  \
				strerror(errno));                                                  \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

static inline bool child_succeeded(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

/* Reads exactly size bytes; false at the end of the pipe. */
static inline bool pipe_read(int fd, void *bytes, size_t size)
{
	for (size_t at = 0; at < size;) {
		ssize_t got = read(fd, (char *)bytes + at, size - at);

		if (got <= 0)
			return false;
		at += (size_t)got;
	}
	return true;
}
