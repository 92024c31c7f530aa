/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event loop of a single-threaded daemon: descriptors, timers, signals and deferred calls. A
 * completion never runs inside the call that started it: use loop_defer() for that. Only
 * loop_libevent.c knows which library is behind it.
 */
#pragma once

#include "base/alloc.h"

#include <stdint.h>

struct loop;
struct loop_io;
struct loop_timer;
struct event_base;

enum loop_events { LOOP_READ = 1, LOOP_WRITE = 2 };

struct loop *loop_new(void);
void loop_free(struct loop *loop);
DEFINE_CLEANUP(struct loop, loop_free)
/* Runs until loop_stop(). */
void loop_run(struct loop *loop);
/* Handles what is ready now and returns; waits at most wait_ms for the first event. */
void loop_run_once(struct loop *loop, uint32_t wait_ms);
void loop_stop(struct loop *loop);
/* Borrowed; only for libraries that are built on libevent themselves (evhttp). */
struct event_base *loop_event_base(struct loop *loop);

/* fd stays the caller's. events: enum loop_events. The callback gets what is ready. */
struct loop_io *loop_io_new(
	struct loop *loop, int fd, int events, void (*ready)(void *arg, int events), void *arg);
void loop_io_set(struct loop_io *io, int events);
void loop_io_free(struct loop_io *io); /* NULL is fine; safe inside its own callback */
DEFINE_CLEANUP(struct loop_io, loop_io_free)

/* A timer that is not running until set; one shot. */
struct loop_timer *loop_timer_new(struct loop *loop, void (*expired)(void *arg), void *arg);
void loop_timer_set(struct loop_timer *timer, uint64_t delay_ms);
void loop_timer_clear(struct loop_timer *timer);
void loop_timer_free(struct loop_timer *timer); /* NULL is fine; safe inside its own callback */
DEFINE_CLEANUP(struct loop_timer, loop_timer_free)

/* Calls once from the loop, after the current callback has returned. */
void loop_defer(struct loop *loop, void (*call)(void *arg), void *arg);
/* Signal handler that runs on the loop; kept until the loop is freed. */
void loop_on_signal(struct loop *loop, int signal, void (*received)(void *arg), void *arg);
