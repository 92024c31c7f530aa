/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_dir/up.sock: what `vpngw down` says to the running `vpngw up`. SOCK_SEQPACKET, root only. One
 * message each way: "down", and when everything has been removed and stopped "ok" or the reason why
 * something is left; then the supervisor ends.
 */
#pragma once

#include "base/alloc.h"

#define CONTROL_SOCKET "up.sock"
#define CONTROL_DOWN "down"
#define CONTROL_OK "ok"
#define CONTROL_MAX 512 /* bytes of a message */

struct control;
struct loop;

/* down: called once, at the first request. NULL with errno set when the socket cannot be made. */
struct control *control_new(
	struct loop *loop, const char *run_dir, void (*down)(void *arg), void *arg);
/* Removes the socket; whoever has asked goes on waiting. */
void control_close(struct control *control);
/* Answers whoever has asked (problem NULL: all is well). The next `vpngw up` may come at once. */
void control_free(struct control *control, const char *problem);
