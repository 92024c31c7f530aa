/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this driver share.
 */
#pragma once

#include "drivers/net/domain.h"
#include "drivers/net/net.h"
#include "drivers/net/owner.h"
#include "drivers/net/part.h"
#include "drivers/net/tun.h"

#include <string.h>
#include <uthash.h>

struct net {
	struct net_parts parts;
	struct domains domains;
	struct tuns tuns;
	struct owners owners;
	struct loop_timer *drift;
	bool drift_is_due; /* was seen and is not marked yet */
};

int net_want(const struct world *world, const struct scope *scope, struct items *ret);
bool net_same(const struct item *want, const struct item *seen);
int net_seen(struct net *net, const struct scope *scope, struct items *ret);
/* Of a connection, as far as the data plane has said. */
enum carrying net_carrying(const struct net *net, uint32_t number);
/* The routes into this connection's tunnel get their place by whether it carries. */
void net_steer(struct net *net, const struct vpn_connection *connection);
/* Sums the counters in what the kernel says (/proc/net/netstat), which is cut up. -EBADMSG. */
MUST_CHECK int tcp_key_failures_parse(char *text, uint64_t *ret);
int net_apply(
	struct net *net, const struct part *want, const struct part *seen, struct fault *fault);
