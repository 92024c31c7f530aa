/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A value that somebody made of documents, with the keys and revisions of those it was made of: it
 * is good while they are the same. Knows no documents.
 */
#pragma once

#include "base/alloc.h"

#include <stdbool.h>
#include <stdint.h>

/* The keys that were looked at. */
struct trace {
	struct dependency {
		char *key;
		uint64_t revision; /* 0: there was no such key */
	} * items;
	size_t len;
};

void trace_add(struct trace *trace, const char *key, uint64_t revision);
void trace_clear(struct trace *trace);

struct kept {
	struct trace made_of;
	void *value; /* NULL: nothing is kept */
	size_t size; /* bytes of it all */
	void (*release)(void *value);
};

/* Takes over the value and the trace, which is empty afterwards. size: of the value. */
void kept_set_take(struct kept *kept, struct trace *made_of, void *value, size_t size,
	void (*release)(void *value));
void kept_clear(struct kept *kept);
/* Has none of the keys another revision? revision: of a key now. */
bool kept_is_good(const struct kept *kept, uint64_t (*revision)(const void *arg, const char *key),
	const void *arg);
