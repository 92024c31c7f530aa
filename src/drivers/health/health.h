/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The health-check driver: one item per connection whose health check is on. It sends an ICMP echo
 * from Sip to Dip into the connection's own tunnel device every Interval, and judges by the answers
 * that come out of it (check.h). A failure is told to whoever routes, and resets the tunnel with
 * growing pauses. A probe is traffic: it brings a tunnel up that waits for some.
 */
#pragma once

#include "reconcile/clock.h"
#include "reconcile/driver.h"

struct health;
struct loop;

/* Where tunnel devices are: the network driver, as this one sees it. */
struct device_port {
	/* Runs call in the namespace of the tunnel device; its result, or -ENODEV. */
	int (*run)(void *ctx, const struct vpn_connection *connection,
		int (*call)(void *arg, const char *interface), void *arg);
	uint64_t (*generation)(void *ctx, uint32_t number); /* changes with the device; 0: none */
	void *ctx;
};

struct health_parts {
	struct loop *loop;
	const struct clock *clock;
	const struct world *world;
	struct device_port devices;
	/* Has the data plane SAs for this connection: 1, 0, or -EAGAIN. */
	int (*carries)(void *arg, uint32_t number);
	void (*mark)(void *arg, enum kind kind, const char *id);
	/* What health_allows() says of this connection has changed. */
	void (*changed)(void *arg, uint32_t number);
	/* The connection's tunnel is to be made anew. */
	void (*reset)(void *arg, const char *id);
	void *arg; /* of all of them */
};

extern const struct driver health_driver; /* its ctx is a struct health */

struct health *health_new(const struct health_parts *parts);
void health_free(struct health *health); /* NULL is fine */
/* May this connection's routes be used: 1; 0: its check failed and its policy is to revoke them;
 * -EAGAIN: no probe was answered yet. */
int health_allows(const struct health *health, uint32_t number);
/* When a probe of this connection was answered last; 0 = never. */
struct mono health_last_answer(const struct health *health, uint32_t number);
/* The data plane's SAs for this connection have come or gone. */
void health_carrying_changed(struct health *health, uint32_t number);
