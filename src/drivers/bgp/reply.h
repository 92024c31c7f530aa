/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replies of BIRD's control socket, read as they come in, in pieces of any size:
 *
 *   1002-vco12      BGP  ...       a line with its code; more of the reply follows
 *    vco13      BGP  ...           a further line of the same code
 *   0003 Reconfigured              a blank behind the code: the last line of the reply
 *   +text                          a line of BIRD's log; never asked for and left out
 */
#pragma once

#include "base/alloc.h"

#include <stdbool.h>

#define BIRD_LINE_MAX 4096

struct bird_reply {
	char line[BIRD_LINE_MAX + 1];
	size_t size;
	unsigned int code; /* of the reply's line before; 0: the next one begins a reply */
	bool is_begun;
};

struct bird_line {
	unsigned int code;
	const char *text;
	bool is_last;
};

/* Calls for each whole line. -EBADMSG: nothing BIRD would say; the connection is of no more use. */
MUST_CHECK int bird_reply_feed(struct bird_reply *reply, const char *bytes, size_t size,
	void (*line)(void *arg, const struct bird_line *line), void *arg);
/* 8xxx: refused; 9xxx: not understood. */
bool bird_code_is_error(unsigned int code);
