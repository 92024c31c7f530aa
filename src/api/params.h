/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RPC parameters: the union of the URL query and the form body, decoded. Lists are flattened with
 * 1-based indexes ("Tag.1.Key"). Sizes are capped when read: 64 KiB in all, 1,000 parameters.
 */
#pragma once

#include "base/alloc.h"

#include <stdbool.h>
#include <stddef.h>

#define PARAMS_MAX 1000

struct param {
	char *name, *value;
};

struct params {
	struct param *items; /* sorted by name, byte order; names are unique */
	size_t len, room;
};

/* Adds "a=b&c=d", decoding it. -EINVAL: broken encoding or a name twice; -E2BIG: too many. */
MUST_CHECK int params_add_form(struct params *params, const char *text, size_t size);
/* One more, out of order until params_sort(). Takes both strings. */
void params_append(struct params *params, char *name, char *value);
void params_sort(struct params *params);
void params_clear(struct params *params);
void params_remove(struct params *params, const char *name);
/* NULL when absent. "" is a value. */
const char *params_get(const struct params *params, const char *name);
/* "<name>.<index>", or "<name>.<index>.<sub>" with sub not NULL; index from 1. */
const char *params_get_item(
	const struct params *params, const char *name, size_t index, const char *sub);
/* Number of consecutive items from 1 on. */
size_t params_count(const struct params *params, const char *name);
