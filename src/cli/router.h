/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of one BIRD, the router of one VPC, inside the VPC's network namespace: started, started
 * again after pauses when it ends (restart.h), started anew when the namespace is another one.
 * Which of them there should be is routers.h's to know.
 *
 *   PAUSED ──timer──▶ RUNNING ──told to end──▶ ENDING
 *      ▲                 │                       │
 *      └─────ends────────┘◀──still wanted, ends──┘
 */
#pragma once

#include "base/alloc.h"

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#define ROUTERS_DIR "bird" /* in run_dir */
#define ROUTER_CONF ".conf"
#define ROUTER_CONTROL ".ctl"
#define ROUTER_NAMESPACE "/run/netns/vpngw-" /* and the VPC's id: drivers/net makes it */

struct config;
struct loop;
struct router;

/* vpc: the name of its configuration without ".conf"; changed: the pid is another one. */
struct router *router_new(struct loop *loop, const struct config *config, const char *vpc,
	void (*changed)(void *arg), void *arg);
/* Only one without a process. Its control socket goes too. */
void router_free(struct router *router);
const char *router_vpc(const struct router *router);
/* 0 = there is no process. */
pid_t router_pid(const struct router *router);
/* The namespace it should be in, as stat(2) tells it; one in another namespace is ended first. */
void router_want(struct router *router, const struct stat *namespace);
/* SIGTERM, and SIGKILL when that does not help. */
void router_end(struct router *router);
/* Its process has ended. */
void router_ended(struct router *router, int status);
