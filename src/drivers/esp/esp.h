/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data plane driver: gives vpngw-espd the sockets of every gateway's address and the TUN device
 * of every connection, keeps duplicates for the case that espd dies, takes them back from espd when
 * the agent was away, and reports how many SAs the data plane holds.
 */
#pragma once

#include "reconcile/connection_log.h"
#include "reconcile/driver.h"

struct esp;
struct loop;
struct store;

/* Where TUN devices come from and go to: the network driver, as this one sees it. */
struct tunnel_port {
	int (*fd)(void *ctx, uint32_t number);              /* borrowed; -1 = none */
	uint64_t (*generation)(void *ctx, uint32_t number); /* changes with the device */
	void (*adopt_take)(void *ctx, uint32_t number, int fd);
	void (*all_adopted)(void *ctx); /* whatever espd held is adopted now */
	void *ctx;
};

struct esp_parts {
	struct loop *loop;
	const char *socket_path; /* espd's agent.sock */
	const struct world *world;
	struct store *store;        /* for counters; NULL: none are kept */
	struct connection_log *log; /* may be NULL */
	struct tunnel_port tunnels;
	void (*mark)(void *arg, enum kind kind, const char *id);
	void *mark_arg;
	/* A packet found no SA. */
	void (*wake)(void *arg, uint32_t number);
	void *wake_arg;
	/* May be NULL. What esp_carries() says of this tunnel has changed. */
	void (*carrying_changed)(void *arg, uint32_t number);
	/* May be NULL. The same of many at once, which are not told one by one. */
	void (*all_changed)(void *arg);
	void *carrying_arg;
};

extern const struct driver esp_driver; /* its ctx is a struct esp */

struct esp *esp_new(const struct esp_parts *parts);
/* Has the data plane SAs both ways for this connection: 1 or 0; -EAGAIN: it has not said yet. */
int esp_carries(const struct esp *esp, uint32_t number);
/* What has passed through a tunnel. */
struct esp_traffic {
	int64_t last_in_ms;  /* CLOCK_MONOTONIC of the last packet out of it, 0 = none */
	uint64_t unanswered; /* packets into it since then, sent or without an SA */
};

/* Asks vpngw-espd. seen is called later, with NULL when there is no such tunnel; or never. */
void esp_ask_traffic(struct esp *esp, uint32_t number,
	void (*seen)(void *arg, uint64_t ticket, const struct esp_traffic *traffic), void *arg,
	uint64_t ticket);
/* vpngw-espd came or went at most so long ago, or is not there. */
bool esp_was_lost_within(const struct esp *esp, int64_t ms);
void esp_free(struct esp *esp); /* espd keeps what it has; NULL is fine */
