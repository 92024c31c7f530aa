/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --wait: until the gateway has done what was asked.
 */
#pragma once

#include "cli/run.h"

/*
 * answer: of the action that was just called. Progress goes to stderr, a line whenever something
 * changes. The exit status: failure when the time is over, after a line that says why.
 */
int wait_until_done(const struct context *context, const json_t *answer);
