/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real clock: timers of the event loop, the machine's time, random jitter. Virtual time is in
 * tests/scenario.
 */
#include "reconcile/clock.h"

#include "base/loop.h"
#include "base/secret.h"

struct clock_timer {
	struct loop_timer *timer;
};

static struct mono loop_now(void *ctx)
{
	(void)ctx;
	return mono_now();
}

static int64_t loop_wall_ms(void *ctx)
{
	(void)ctx;
	return wall_now_ms();
}

static uint32_t loop_random(void *ctx)
{
	uint32_t value;

	(void)ctx;
	random_bytes(&value, sizeof(value));
	return value;
}

static struct clock_timer *timer_new(void *ctx, void (*expired)(void *arg), void *arg)
{
	struct clock_timer *timer = xmalloc(sizeof(*timer));

	timer->timer = loop_timer_new(ctx, expired, arg);
	return timer;
}

static void timer_set(struct clock_timer *timer, uint64_t delay_ms)
{
	loop_timer_set(timer->timer, delay_ms);
}

static void timer_clear(struct clock_timer *timer)
{
	loop_timer_clear(timer->timer);
}

static void timer_free(struct clock_timer *timer)
{
	if (!timer)
		return;
	loop_timer_free(timer->timer);
	free(timer);
}

struct clock clock_of_loop(struct loop *loop)
{
	return (struct clock){
		.now = loop_now,
		.wall_ms = loop_wall_ms,
		.random = loop_random,
		.timer_new = timer_new,
		.timer_set = timer_set,
		.timer_clear = timer_clear,
		.timer_free = timer_free,
		.ctx = loop,
	};
}
