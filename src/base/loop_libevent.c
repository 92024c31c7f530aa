/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/loop.h over libevent. The only file that includes libevent's event API (evhttp users ask for
 * the base).
 */
#include "base/loop.h"

#include "base/secret.h"

#include <event2/event.h>
#include <signal.h>
#include <sys/queue.h>

struct loop_signal {
	struct event *event;
	void (*received)(void *arg);
	void *arg;
	SLIST_ENTRY(loop_signal) next;
};

struct loop {
	struct event_base *base;
	SLIST_HEAD(, loop_signal) signals;
};

struct loop_io {
	struct event *event;
	void (*ready)(void *arg, int events);
	void *arg;
};

struct loop_timer {
	struct event *event;
	void (*expired)(void *arg);
	void *arg;
};

struct deferred {
	void (*call)(void *arg);
	void *arg;
};

struct loop *loop_new(void)
{
	struct loop *loop = xcalloc(1, sizeof(*loop));

	/* requests, answers and keys go through its buffers */
	event_set_mem_functions(xmalloc, xrealloc, free_wiped);
	loop->base = event_base_new();
	if (!loop->base)
		abort();
	SLIST_INIT(&loop->signals);
	return loop;
}

void loop_free(struct loop *loop)
{
	struct loop_signal *signal;

	if (!loop)
		return;
	while ((signal = SLIST_FIRST(&loop->signals))) {
		SLIST_REMOVE_HEAD(&loop->signals, next);
		event_free(signal->event);
		free(signal);
	}
	event_base_free(loop->base);
	free(loop);
}

void loop_run(struct loop *loop)
{
	event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY);
}

static void nothing(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

void loop_run_once(struct loop *loop, uint32_t wait_ms)
{
	struct timeval wait = { .tv_sec = wait_ms / 1000, .tv_usec = (wait_ms % 1000) * 1000 };
	struct event *limit = evtimer_new(loop->base, nothing, NULL);

	evtimer_add(limit, &wait);
	event_base_loop(loop->base, EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY);
	event_free(limit);
}

void loop_stop(struct loop *loop)
{
	event_base_loopbreak(loop->base);
}

struct event_base *loop_event_base(struct loop *loop)
{
	return loop->base;
}

static void io_ready(evutil_socket_t fd, short what, void *arg)
{
	struct loop_io *io = arg;
	int events = (what & EV_READ ? LOOP_READ : 0) | (what & EV_WRITE ? LOOP_WRITE : 0);

	(void)fd;
	io->ready(io->arg, events);
}

static short io_flags(int events)
{
	return (short)(EV_PERSIST | (events & LOOP_READ ? EV_READ : 0) |
		       (events & LOOP_WRITE ? EV_WRITE : 0));
}

struct loop_io *loop_io_new(
	struct loop *loop, int fd, int events, void (*ready)(void *arg, int events), void *arg)
{
	struct loop_io *io = xcalloc(1, sizeof(*io));

	io->ready = ready;
	io->arg = arg;
	io->event = event_new(loop->base, fd, io_flags(events), io_ready, io);
	if (!io->event)
		abort();
	if (events)
		event_add(io->event, NULL);
	return io;
}

void loop_io_set(struct loop_io *io, int events)
{
	struct event_base *base = event_get_base(io->event);
	evutil_socket_t fd = event_get_fd(io->event);

	event_del(io->event);
	event_assign(io->event, base, fd, io_flags(events), io_ready, io);
	if (events)
		event_add(io->event, NULL);
}

void loop_io_free(struct loop_io *io)
{
	if (!io)
		return;
	event_free(io->event);
	free(io);
}

static void timer_expired(evutil_socket_t fd, short what, void *arg)
{
	struct loop_timer *timer = arg;

	(void)fd;
	(void)what;
	timer->expired(timer->arg);
}

struct loop_timer *loop_timer_new(struct loop *loop, void (*expired)(void *arg), void *arg)
{
	struct loop_timer *timer = xcalloc(1, sizeof(*timer));

	timer->expired = expired;
	timer->arg = arg;
	timer->event = evtimer_new(loop->base, timer_expired, timer);
	if (!timer->event)
		abort();
	return timer;
}

void loop_timer_set(struct loop_timer *timer, uint64_t delay_ms)
{
	struct timeval delay = { .tv_sec = (time_t)(delay_ms / 1000),
		.tv_usec = (suseconds_t)(delay_ms % 1000) * 1000 };

	evtimer_add(timer->event, &delay);
}

void loop_timer_clear(struct loop_timer *timer)
{
	evtimer_del(timer->event);
}

void loop_timer_free(struct loop_timer *timer)
{
	if (!timer)
		return;
	event_free(timer->event);
	free(timer);
}

static void run_deferred(evutil_socket_t fd, short what, void *arg)
{
	struct deferred deferred = *(struct deferred *)arg;

	(void)fd;
	(void)what;
	free(arg);
	deferred.call(deferred.arg);
}

void loop_defer(struct loop *loop, void (*call)(void *arg), void *arg)
{
	static const struct timeval now = { 0, 0 };
	struct deferred *deferred = xmalloc(sizeof(*deferred));

	*deferred = (struct deferred){ .call = call, .arg = arg };
	if (event_base_once(loop->base, -1, EV_TIMEOUT, run_deferred, deferred, &now) < 0)
		abort();
}

static void signal_received(evutil_socket_t fd, short what, void *arg)
{
	struct loop_signal *signal = arg;

	(void)fd;
	(void)what;
	signal->received(signal->arg);
}

void loop_on_signal(struct loop *loop, int number, void (*received)(void *arg), void *arg)
{
	struct loop_signal *signal = xcalloc(1, sizeof(*signal));

	signal->received = received;
	signal->arg = arg;
	signal->event = evsignal_new(loop->base, number, signal_received, signal);
	if (!signal->event || evsignal_add(signal->event, NULL) < 0)
		abort();
	SLIST_INSERT_HEAD(&loop->signals, signal, next);
}
