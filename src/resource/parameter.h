/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a parameter of an action is: the server checks requests by these rows and the reference
 * prints them; the command line is given the same rows and makes its flags of them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum parameter_type { PARAM_STRING, PARAM_BOOL, PARAM_INTEGER, PARAM_JSON, PARAM_LIST, PARAM_TAGS };

struct parameter {
	const char *name;
	enum parameter_type type;
	bool required;
	uint64_t min,
		max; /* INTEGER: range; STRING: characters; LIST, TAGS: items; 0, 0 = unchecked */
	const char *const *values; /* NULL-terminated legal texts, or NULL */
	bool any_case;             /* of the legal texts */
	const char *doc;
};
