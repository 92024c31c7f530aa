/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kept values. A few keys each, so that they are a plain array.
 */
#include "api/kept.h"

#include <string.h>

void trace_add(struct trace *trace, const char *key, uint64_t revision)
{
	trace->items = xreallocarray(trace->items, trace->len + 1, sizeof(*trace->items));
	trace->items[trace->len++] = (struct dependency){ xstrdup(key), revision };
}

void trace_clear(struct trace *trace)
{
	for (size_t i = 0; i < trace->len; i++)
		free(trace->items[i].key);
	free(trace->items);
	*trace = (struct trace){};
}

void kept_set_take(struct kept *kept, struct trace *made_of, void *value, size_t size,
	void (*release)(void *value))
{
	kept_clear(kept);
	*kept = (struct kept){ *made_of, value, size, release };
	*made_of = (struct trace){};
	for (size_t i = 0; i < kept->made_of.len; i++)
		kept->size += sizeof(struct dependency) + strlen(kept->made_of.items[i].key);
}

void kept_clear(struct kept *kept)
{
	if (kept->value)
		kept->release(kept->value);
	trace_clear(&kept->made_of);
	*kept = (struct kept){};
}

bool kept_is_good(const struct kept *kept, uint64_t (*revision)(const void *arg, const char *key),
	const void *arg)
{
	for (size_t i = 0; i < kept->made_of.len; i++)
		if (revision(arg, kept->made_of.items[i].key) != kept->made_of.items[i].revision)
			return false;
	return kept->value;
}
