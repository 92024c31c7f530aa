/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The BIRDs of the machine: one for each file `run_dir/bird/<vpc>.conf` whose VPC has a namespace,
 * its control socket beside it. Who writes the files (the agent) starts and ends BIRDs by that, and
 * tells a running one of a changed file through its socket; nothing of a file's content is known
 * here. The folder is watched; what a watch cannot tell (a namespace that comes or goes) is looked
 * for every second.
 */
#pragma once

#include "base/alloc.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct config;
struct loop;
struct routers;

struct routers_events {
	void (*changed)(void *arg); /* other processes than before */
	void (*stopped)(void *arg); /* routers_stop() has been obeyed */
	void *arg;
};

struct routers *routers_new(
	struct loop *loop, const struct config *config, const struct routers_events *events);
/* After routers_stop() has been obeyed, or before routers_start(). */
void routers_free(struct routers *routers);
DEFINE_CLEANUP(struct routers, routers_free)
/* From here on they come and go. The folder exists. */
void routers_start(struct routers *routers);
/* Ends all of them, and no more come. True: there is none any more; else events->stopped follows.
 */
bool routers_stop(struct routers *routers);
/* A child has ended: was it one of these? */
bool routers_reaped(struct routers *routers, pid_t pid, int status);
size_t routers_len(const struct routers *routers);
/* At most routers_len(); 0 stands for one that is not running now. */
void routers_pids(const struct routers *routers, pid_t *pids);
