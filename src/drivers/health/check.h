/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of one health check, without sockets or time: what a probe that was answered or not
 * makes of the state. `retry` probes in a row without an answer fail the check; as many answers in
 * a row end a failure, so that a path that comes and goes does not switch all the time. While the
 * tunnel itself is down nothing is counted: the data plane has said so already.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum check_state { CHECK_UNKNOWN, CHECK_SUCCESS, CHECK_FAILED };

struct check {
	uint32_t retry;
	enum check_state state;
	uint32_t missed, answered; /* in a row */
	uint16_t sequence;         /* of the last probe */
	bool is_waiting;           /* for its answer */
	uint32_t resets;           /* of the tunnel, since they were forgotten */
};

void check_init(struct check *check, uint32_t retry);
/* A probe is sent; its sequence number. */
uint16_t check_send(struct check *check);
/* An answer came. True when it is that of the last probe; *ret_changed: the state is another. */
bool check_answer(struct check *check, uint16_t sequence, bool *ret_changed);
/* The time for the answer is over. True when the state is another now. */
bool check_expire(struct check *check, bool is_tunnel_up);
/* The tunnel went down: what was known of the path no longer holds; a failure does. True when the
 * state is another now. */
bool check_tunnel_down(struct check *check);
/*
 * The tunnel is to be reset because of the failure; returns how long to leave it alone then, ms: a
 * growing time, so that a dead host does not make a good tunnel flap for ever.
 */
uint64_t check_reset(struct check *check);
/* It was well for long enough: the next failure is a new one. */
void check_forget_resets(struct check *check);
