/* SPDX-License-Identifier: Apache-2.0 */
/*
 * INI text: [section] and [section "name"], key = value, # comments. Values are taken as they stand
 * (blanks around them stripped). Calls back per entry; what a section or key means is the caller's.
 */
#pragma once

#include "base/alloc.h"

#include <stddef.h>

struct ini_entry {
	const char *section; /* "" before the first one */
	const char *name;    /* the quoted part of [section "name"], else "" */
	const char *key;     /* NULL: the section header itself */
	const char *value;
	unsigned int line; /* 1-based */
};

/*
 * Walks text (modified in place). The callback's negative result ends the walk. Returns 0, the
 * callback's error, or -EINVAL with *ret_line set for a line that is none of the forms.
 */
MUST_CHECK int ini_walk(char *text, int (*entry)(void *arg, const struct ini_entry *entry),
	void *arg, unsigned int *ret_line);
