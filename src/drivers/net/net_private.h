/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this driver share.
 */
#pragma once

#include "drivers/net/domain.h"
#include "drivers/net/net.h"
#include "drivers/net/part.h"
#include "drivers/net/tun.h"

#include <string.h>
#include <uthash.h>

/* Who owned an item when that could still be told: the resource may be gone when it is removed. */
struct owner {
	UT_hash_handle hh;
	char *key, *id;
	uint64_t look; /* the last one that saw the item */
};

struct net {
	struct net_parts parts;
	struct domains domains;
	struct tuns tuns;
	struct owner *owners;
	uint64_t look;            /* how often was looked */
	struct loop_timer *drift; /* runs while drift was seen and is not marked yet */
	bool has_drifted;
};

int net_want(const struct world *world, const struct scope *scope, struct items *ret);
bool net_same(const struct item *want, const struct item *seen);
int net_seen(struct net *net, const struct scope *scope, struct items *ret);
void net_forget_owner(struct net *net, struct owner *owner);
int net_apply(
	struct net *net, const struct part *want, const struct part *seen, struct fault *fault);
