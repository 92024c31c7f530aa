/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time as the engine and the drivers see it: now, one-shot timers and a source of jitter. The real
 * one stands on the event loop; scenario tests pass one whose time they move themselves.
 */
#pragma once

#include "base/instant.h"

#include <stdint.h>

struct clock_timer;
struct loop;

struct clock {
	struct mono (*now)(void *ctx);
	int64_t (*wall_ms)(void *ctx);
	uint32_t (*random)(void *ctx);
	/* A one-shot timer that is not running until set; it never expires inside a call. */
	struct clock_timer *(*timer_new)(void *ctx, void (*expired)(void *arg), void *arg);
	void (*timer_set)(struct clock_timer *timer, uint64_t delay_ms);
	void (*timer_clear)(struct clock_timer *timer);
	void (*timer_free)(struct clock_timer *timer); /* NULL is fine; safe in its own callback */
	void *ctx;
};

/* The clock of a loop; valid as long as the loop. */
struct clock clock_of_loop(struct loop *loop);
