/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Network namespaces by name, as iproute2 shows them: a namespace lives as long as it is mounted on
 * its file under /run/netns. The agent has one thread; it enters a namespace to make a socket or a
 * device there and always comes back.
 */
#pragma once

#include "base/alloc.h"

#include <stdbool.h>

#define NAMESPACE_DIR "/run/netns"
#define NAMESPACE_PREFIX "vpngw-"

/* The folder of the names exists afterwards. */
MUST_CHECK int namespace_dir_make(void);
/* Makes and mounts a namespace. -EEXIST. */
MUST_CHECK int namespace_create(const char *name);
/* A descriptor of it. -ENOENT: there is none (an unmounted leftover file counts as none). */
MUST_CHECK int namespace_open(const char *name);
/* Is it this namespace that has the name? */
bool namespace_is(const char *name, int fd);
/* Gives the namespace behind a descriptor a name. -EEXIST: some namespace has it. */
MUST_CHECK int namespace_name(const char *name, int fd);
/* The caller's own one. */
MUST_CHECK int namespace_open_own(void);
/* Unmounts it; what still uses it keeps it alive, unnamed. 0 when there was none. */
MUST_CHECK int namespace_remove(const char *name);
/* Calls for every name that starts with NAMESPACE_PREFIX. */
MUST_CHECK int namespace_each(void (*call)(void *arg, const char *name), void *arg);

/* Runs call inside the namespace; returns its result, or the -errno of getting there. Not being
 * able to come back ends the process. */
MUST_CHECK int namespace_run(int namespace_fd, int (*call)(void *arg), void *arg);
