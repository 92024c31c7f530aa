/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log lines on their way to the agent: a bounded queue that keeps the beginning of a story. What
 * does not fit is counted, and the count goes with the next line that does. Knows neither charon
 * nor sockets nor threads.
 */
#pragma once

#include <stdbool.h>

#include "charon/proto.h"

#define LINE_QUEUE_SIZE 512

struct line_queue {
	struct charon_line lines[LINE_QUEUE_SIZE];
	unsigned int first, count;
	uint32_t lost; /* not told yet */
};

/* Copies the line; its `lost` is filled here. False: full, counted. */
bool line_queue_add(struct line_queue *queue, const struct charon_line *line);
/* NULL when empty. Valid until it is removed. */
const struct charon_line *line_queue_first(const struct line_queue *queue);
void line_queue_remove_first(struct line_queue *queue);
/* Says nothing new: probes of a connection that is up (DPD), which would fill every log. */
bool line_is_noise(const char *text);
