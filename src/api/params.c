/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decoding and lookup of RPC parameters. Knows the form encoding and the flattening of lists;
 * what a name means is the action table's business. Values may be secrets and are wiped.
 */
#include "api/params.h"

#include "base/encode.h"
#include "base/secret.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NAME_MAX_SIZE 256

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct param *)a)->name, ((const struct param *)b)->name);
}

void params_append(struct params *params, char *name, char *value)
{
	if (params->len == params->room) {
		params->room = params->room ? params->room * 2 : 16;
		params->items = xreallocarray(params->items, params->room, sizeof(*params->items));
	}
	params->items[params->len++] = (struct param){ .name = name, .value = value };
}

/* One "name=value" or "name". */
static int add_pair(struct params *params, const char *text, size_t size)
{
	const char *equals = memchr(text, '=', size);
	size_t name_size = equals ? (size_t)(equals - text) : size;
	AUTO_FREE char *name = NULL;
	char *value;
	int err;

	if (params->len == PARAMS_MAX)
		return -E2BIG;
	err = percent_decode(text, name_size, &name);
	if (err < 0)
		return err;
	if (!*name)
		return -EINVAL;
	err = percent_decode(equals ? equals + 1 : "", equals ? size - name_size - 1 : 0, &value);
	if (err < 0)
		return err;
	params_append(params, TAKE_PTR(name), value);
	return 0;
}

int params_add_form(struct params *params, const char *text, size_t size)
{
	const char *end = text + size;

	while (text < end) {
		const char *and = memchr(text, '&', (size_t)(end - text));
		const char *stop = and? and : end;
		int err = stop > text ? add_pair(params, text, (size_t)(stop - text)) : 0;

		if (err < 0)
			return err;
		text = stop + 1;
	}
	params_sort(params);
	for (size_t i = 1; i < params->len; i++)
		if (!strcmp(params->items[i - 1].name, params->items[i].name))
			return -EINVAL;
	return 0;
}

void params_sort(struct params *params)
{
	if (params->len)
		qsort(params->items, params->len, sizeof(*params->items), compare);
}

static void free_param(struct param *param)
{
	wipe(param->value, strlen(param->value));
	free(param->value);
	free(param->name);
}

void params_clear(struct params *params)
{
	for (size_t i = 0; i < params->len; i++)
		free_param(&params->items[i]);
	free(params->items);
	*params = (struct params){ 0 };
}

static int compare_name(const void *name, const void *item)
{
	return strcmp(name, ((const struct param *)item)->name);
}

static struct param *find(const struct params *params, const char *name)
{
	if (!params->len)
		return NULL;
	return bsearch(name, params->items, params->len, sizeof(*params->items), compare_name);
}

const char *params_get(const struct params *params, const char *name)
{
	struct param *param = find(params, name);

	return param ? param->value : NULL;
}

void params_remove(struct params *params, const char *name)
{
	struct param *param = find(params, name);

	if (!param)
		return;
	free_param(param);
	params->len--;
	memmove(param, param + 1, (params->len - (size_t)(param - params->items)) * sizeof(*param));
}

const char *params_get_item(
	const struct params *params, const char *name, size_t index, const char *sub)
{
	char full[NAME_MAX_SIZE];
	int size = snprintf(full, sizeof(full), sub ? "%s.%zu.%s" : "%s.%zu", name, index, sub);

	return size > 0 && (size_t)size < sizeof(full) ? params_get(params, full) : NULL;
}

static bool has_item(const struct params *params, const char *name, size_t index)
{
	char prefix[NAME_MAX_SIZE];
	int size = snprintf(prefix, sizeof(prefix), "%s.%zu", name, index);

	if (size <= 0 || (size_t)size >= sizeof(prefix))
		return false;
	for (size_t i = 0; i < params->len; i++) {
		const char *item = params->items[i].name;

		if (!strncmp(item, prefix, (size_t)size) && (!item[size] || item[size] == '.'))
			return true;
	}
	return false;
}

size_t params_count(const struct params *params, const char *name)
{
	size_t count = 0;

	while (count < PARAMS_MAX && has_item(params, name, count + 1))
		count++;
	return count;
}
