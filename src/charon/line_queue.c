/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A ring of lines.
 */
#include "charon/line_queue.h"

#include <stddef.h>
#include <string.h>

bool line_queue_add(struct line_queue *queue, const struct charon_line *line)
{
	struct charon_line *slot;

	if (queue->count == LINE_QUEUE_SIZE) {
		if (queue->lost < UINT32_MAX)
			queue->lost++;
		return false;
	}
	slot = &queue->lines[(queue->first + queue->count++) % LINE_QUEUE_SIZE];
	*slot = *line;
	slot->lost = queue->lost;
	queue->lost = 0;
	return true;
}

const struct charon_line *line_queue_first(const struct line_queue *queue)
{
	return queue->count ? &queue->lines[queue->first] : NULL;
}

void line_queue_remove_first(struct line_queue *queue)
{
	if (!queue->count)
		return;
	queue->first = (queue->first + 1) % LINE_QUEUE_SIZE;
	queue->count--;
}

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), end_size = strlen(end);

	return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

bool line_is_noise(const char *text)
{
	if (strncmp(text, "sending DPD", 11) == 0 || strstr(text, "N(DPD") != NULL)
		return true;
	/* An empty INFORMATIONAL exchange is IKEv2's DPD, RFC 7296 section 1.4. */
	return strstr(text, " INFORMATIONAL ") != NULL && ends_with(text, "[ ]");
}
