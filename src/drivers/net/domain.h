/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VPC namespaces as this process has them open: a descriptor, a netlink socket, and a monitor that
 * tells when somebody else changes something.
 */
#pragma once

#include "drivers/net/monitor.h"
#include "drivers/net/netlink.h"

#include <stdbool.h>
#include <uthash.h>

struct loop;
struct loop_io;

struct domain {
	UT_hash_handle hh;
	char *vpc_id;
	int fd;
	struct netlink *netlink;
	struct monitor *monitor;
	struct domains *domains;
};

struct domains_calls {
	/* Something is no longer as this process left it; link: its name, or NULL. */
	void (*removed)(void *arg, const char *link);
	/* A link is there in the agent's own namespace. */
	void (*appeared)(void *arg, const char *link);
	void *arg;
};

struct domains {
	struct loop *loop;
	struct netlink *own; /* in the agent's own namespace */
	int own_fd;
	struct monitor *own_monitor;
	int names_fd; /* inotify on the folder of the names */
	struct loop_io *names_io;
	struct domain *open;
	struct domains_calls calls;
};

MUST_CHECK int domains_init(
	struct domains *domains, struct loop *loop, const struct domains_calls *calls);
void domains_done(struct domains *domains);
/* The open domain; opens it when its namespace exists. -ENOENT. */
MUST_CHECK int domains_get(struct domains *domains, const char *vpc_id, struct domain **ret);
/* Makes the namespace and opens it, or finishes one that was half made or lost its name. -EEXIST:
 * somebody made another one of that name meanwhile. */
MUST_CHECK int domains_create(struct domains *domains, const char *vpc_id);
MUST_CHECK int domains_remove(struct domains *domains, const char *vpc_id);
/* Opens every namespace of ours that exists, and lets go of those whose name is another's now. */
MUST_CHECK int domains_open_all(struct domains *domains);
/* Has the namespace its name, and were all its settings made? */
bool domain_is_ready(const struct domain *domain);
