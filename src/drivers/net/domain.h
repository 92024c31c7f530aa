/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VPC namespaces as this process has them open: a descriptor, a netlink socket, and a monitor that
 * tells when somebody else removes something.
 */
#pragma once

#include "drivers/net/netlink.h"

#include <stdbool.h>
#include <uthash.h>

struct loop;
struct loop_io;
struct net;

struct domain {
	UT_hash_handle hh;
	char *vpc_id;
	int fd;
	struct netlink *netlink;
	struct mnl_socket *monitor;
	struct loop_io *monitor_io;
	struct domains *domains;
};

struct domains {
	struct loop *loop;
	struct netlink *own; /* in the agent's own namespace */
	int own_fd;
	struct domain *open;
	/* Something was removed that this process did not remove; link: its name, or NULL. */
	void (*removed)(void *arg, const char *link);
	void *arg;
};

MUST_CHECK int domains_init(struct domains *domains, struct loop *loop,
	void (*removed)(void *arg, const char *link), void *arg);
void domains_done(struct domains *domains);
/* The open domain; opens it when its namespace exists. -ENOENT. */
MUST_CHECK int domains_get(struct domains *domains, const char *vpc_id, struct domain **ret);
/* Makes the namespace (or finishes one that was half made) and opens it. One that is open and lost
 * its name gets it back. */
MUST_CHECK int domains_create(struct domains *domains, const char *vpc_id);
MUST_CHECK int domains_remove(struct domains *domains, const char *vpc_id);
/* Opens every namespace of ours that exists, and lets go of those whose name is another's now. */
MUST_CHECK int domains_open_all(struct domains *domains);
/* Does the namespace have its name, and were all settings made? */
bool domain_is_ready(const struct domain *domain);
