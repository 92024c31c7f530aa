/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Notices of the kernel about one namespace: what was removed, set down or has appeared. They only
 * say where to look; lost ones are told as a removal of something.
 */
#pragma once

#include "base/alloc.h"

#include <stdint.h>

struct loop;
struct monitor;

struct monitor_calls {
	/* link: its name; NULL: an address, route or rule, or nobody knows what. */
	void (*removed)(void *arg, const char *link);
	void (*is_down)(void *arg, const char *link);
	/* A link is there, new or changed. */
	void (*is_there)(void *arg, const char *link);
	void *arg;
};

/* In the namespace the thread is in now. */
MUST_CHECK int monitor_open(struct monitor **ret);
void monitor_close(struct monitor *monitor); /* NULL is fine */
DEFINE_CLEANUP(struct monitor, monitor_close)
/* Begins to call. own_port: removals of addresses, routes and rules over that netlink socket are
 * not told. Any call may be NULL. */
void monitor_start(struct monitor *monitor, struct loop *loop, uint32_t own_port,
	const struct monitor_calls *calls);
