/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records each switch of routes between connections: active to standby and back. One event in the
 * log of either connection says why, how long the loss took to be noticed and what it cost.
 *
 *   failover_changed() ──20 ms──▶ look: which routes went where? ──▶ traffic() asked
 *                                                                        │
 *                                      event ◀──300 ms, answer or 2 s────┘  cause() asked
 *
 * It decides nothing: routes follow what carries by the network driver. What carries is asked in
 * one place, the same that driver asks. A connection of which nothing is known (the agent or
 * vpngw-espd has just started) is taken to be as it was recorded.
 */
#pragma once

#include "reconcile/clock.h"
#include "reconcile/world.h"

struct connection_log;
struct failover;
struct store;

#define FAILOVER_LOOK_MS 20         /* changes of several connections within it are one */
#define FAILOVER_CAUSE_MS 300       /* news of why it went may come after the news that it went */
#define FAILOVER_ANSWER_MS 2000     /* an answer that takes longer is not waited for */
#define FAILOVER_ALIVE_MS 1000      /* a tunnel with packets out of it within it is not dead */
#define FAILOVER_PROOF_MAX_MS 60000 /* older traffic is no proof of anything */

/* What the data plane has seen of a connection. */
struct failover_traffic {
	int64_t last_in_ms;  /* CLOCK_MONOTONIC of the last packet out of the tunnel, 0 = none */
	uint64_t unanswered; /* packets into it since then, sent or dropped for want of an SA */
};

struct failover_parts {
	const struct clock *clock;
	const struct world *world;
	struct store *store;        /* statuses as recorded before this start; may be NULL */
	struct connection_log *log; /* may be NULL */
	/* May this connection's routes be used: 1, 0, or -EAGAIN. */
	int (*carries)(void *arg, uint32_t number);
	/* Why a connection carries no longer, as far as is known now. *ret_proof: the last sign of
	 * life of what that reason is about, when it is not just any packet; else left alone. */
	enum reason (*cause)(
		void *arg, const struct vpn_connection *connection, struct mono *ret_proof);
	/* Asks the data plane; the answer comes by failover_traffic_seen() with the same ticket, or
	 * never. */
	void (*traffic)(void *arg, uint32_t number, uint64_t ticket);
	void *arg;
};

struct failover *failover_new(const struct failover_parts *parts);
void failover_free(struct failover *failover); /* what waits is written; NULL is fine */
/* What carries() says of this connection may have changed; 0: of any of them. */
void failover_changed(struct failover *failover, uint32_t number);
void failover_traffic_seen(
	struct failover *failover, uint64_t ticket, const struct failover_traffic *traffic);
