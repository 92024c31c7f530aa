/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A driver for the removal of everything, around another one: when the program behind that one has
 * not been there for a while, it counts as holding nothing of ours, because what it held died with
 * it. Otherwise `vpngw down` would wait for a daemon that crashed.
 */
#pragma once

#include "base/instant.h"
#include "reconcile/driver.h"

#define ABSENT_MS 3000

struct absent {
	struct driver driver; /* to be used instead; its ctx is this struct */
	const struct driver *inner;
	void *inner_ctx;
	struct loop *loop;
	struct mono patience_ends;
};

/* Patience begins now. */
void absent_init(struct absent *absent, struct loop *loop, const struct driver *inner, void *ctx);
