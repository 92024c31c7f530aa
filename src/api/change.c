/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collects the store operations of one action. Knows the keys of desired documents; the dispatcher
 * commits them.
 */
#include "api/action.h"

#include <string.h>

static char *own(struct change *change, char *text)
{
	change->owned = xreallocarray(change->owned, change->owned_len + 1, sizeof(char *));
	change->owned[change->owned_len++] = text;
	return text;
}

static void add(struct change *change, struct store_op op)
{
	if (change->len == change->room) {
		change->room = change->room ? change->room * 2 : 8;
		change->ops = xreallocarray(change->ops, change->room, sizeof(*change->ops));
	}
	change->ops[change->len++] = op;
}

static char *desired_key(enum kind kind, const struct resource *meta)
{
	return xasprintf("desired/%s/%s", kind_info(kind)->name, meta->id);
}

void change_put(struct change *change, const struct api *api, enum kind kind, const void *resource)
{
	const struct resource *meta = resource;
	json_auto_t *document = resource_encode(kind, resource, api->vault);
	char *key = own(change, desired_key(kind, meta));
	char *value = own(change, json_dumps(document, JSON_COMPACT | JSON_SORT_KEYS));

	add(change, (struct store_op){ .key = key,
			    .value = value,
			    .value_size = strlen(value),
			    .expected = meta->revision });
}

void change_replace(struct change *change, const struct api *api, enum kind kind,
	const void *before, const void *after)
{
	if (!resource_equal(kind, before, after))
		change_put(change, api, kind, after);
}

void change_delete(struct change *change, enum kind kind, const void *resource)
{
	const struct resource *meta = resource;

	add(change, (struct store_op){ .key = own(change, desired_key(kind, meta)),
			    .expected = meta->revision });
}

void change_check(struct change *change, enum kind kind, const void *resource)
{
	const struct resource *meta = resource;

	add(change, (struct store_op){ .key = own(change, desired_key(kind, meta)),
			    .expected = meta->revision,
			    .is_check = true });
}

void change_op(struct change *change, const struct store_op *op)
{
	struct store_op copy = *op;

	copy.key = own(change, xstrdup(op->key));
	if (op->value) {
		char *value = xmalloc(op->value_size + 1);

		memcpy(value, op->value, op->value_size);
		value[op->value_size] = '\0';
		copy.value = own(change, value);
	}
	add(change, copy);
}

void change_clear(struct change *change)
{
	for (size_t i = 0; i < change->owned_len; i++)
		free(change->owned[i]);
	free(change->owned);
	free(change->ops);
	free(change->resource_id);
	*change = (struct change){ 0 };
}
