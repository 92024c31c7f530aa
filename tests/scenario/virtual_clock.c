/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of timers and a number. Timers of the same moment run in the order they were set.
 */
#include "scenario/virtual_clock.h"

#include "base/alloc.h"

#include <utlist.h>

struct clock_timer {
	struct virtual_clock *clock;
	void (*expired)(void *arg);
	void *arg;
	bool is_set;
	int64_t due_ms;
	uint64_t order;
	struct clock_timer *prev, *next;
};

struct virtual_clock {
	int64_t now_ms;
	uint64_t order;
	uint32_t random;
	struct clock_timer *timers;
};

struct virtual_clock *virtual_clock_new(void)
{
	struct virtual_clock *clock = xcalloc(1, sizeof(*clock));

	clock->now_ms = 1000000;
	clock->random = 12345;
	return clock;
}

void virtual_clock_free(struct virtual_clock *virtual_clock)
{
	free(virtual_clock);
}

static struct mono now(void *ctx)
{
	return (struct mono){ .ns = ((struct virtual_clock *)ctx)->now_ms * 1000000 };
}

static int64_t wall_ms(void *ctx)
{
	return 1700000000000 + ((struct virtual_clock *)ctx)->now_ms;
}

/* Numerical Recipes' generator: the same every run. */
static uint32_t next_random(void *ctx)
{
	struct virtual_clock *clock = ctx;

	clock->random = clock->random * 1664525 + 1013904223;
	return clock->random >> 8;
}

static struct clock_timer *timer_new(void *ctx, void (*expired)(void *arg), void *arg)
{
	struct virtual_clock *clock = ctx;
	struct clock_timer *timer = xcalloc(1, sizeof(*timer));

	timer->clock = clock;
	timer->expired = expired;
	timer->arg = arg;
	DL_APPEND(clock->timers, timer);
	return timer;
}

static void timer_set(struct clock_timer *timer, uint64_t delay_ms)
{
	timer->is_set = true;
	timer->due_ms = timer->clock->now_ms + (int64_t)delay_ms;
	timer->order = ++timer->clock->order;
}

static void timer_clear(struct clock_timer *timer)
{
	timer->is_set = false;
}

static void timer_free(struct clock_timer *timer)
{
	if (!timer)
		return;
	DL_DELETE(timer->clock->timers, timer);
	free(timer);
}

struct clock virtual_clock_of(struct virtual_clock *virtual_clock)
{
	return (struct clock){
		.now = now,
		.wall_ms = wall_ms,
		.random = next_random,
		.timer_new = timer_new,
		.timer_set = timer_set,
		.timer_clear = timer_clear,
		.timer_free = timer_free,
		.ctx = virtual_clock,
	};
}

int64_t virtual_clock_ms(const struct virtual_clock *virtual_clock)
{
	return virtual_clock->now_ms;
}

bool virtual_clock_step(struct virtual_clock *virtual_clock, int64_t until_ms)
{
	struct clock_timer *timer, *next = NULL;

	DL_FOREACH(virtual_clock->timers, timer)
	{
		if (!timer->is_set || timer->due_ms > until_ms)
			continue;
		if (!next || timer->due_ms < next->due_ms ||
			(timer->due_ms == next->due_ms && timer->order < next->order))
			next = timer;
	}
	if (!next) {
		virtual_clock->now_ms = until_ms;
		return false;
	}
	if (next->due_ms > virtual_clock->now_ms)
		virtual_clock->now_ms = next->due_ms;
	next->is_set = false;
	next->expired(next->arg);
	return true;
}
