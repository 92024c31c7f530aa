/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arrays of items: add, sort by key, find. Knows nothing of what stands behind `data`.
 */
#include "reconcile/item.h"

#include <string.h>

void items_add_take(struct items *items, struct item item)
{
	if (items->len == items->room) {
		items->room = items->room ? items->room * 2 : 8;
		items->items = xreallocarray(items->items, items->room, sizeof(*items->items));
	}
	items->items[items->len++] = item;
}

static int compare_items(const void *a, const void *b)
{
	const struct item *left = a, *right = b;

	return strcmp(left->key, right->key);
}

void items_sort(struct items *items)
{
	if (items->len > 1)
		qsort(items->items, items->len, sizeof(*items->items), compare_items);
}

const struct item *items_find(const struct items *items, const char *key)
{
	size_t low = 0, high = items->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(key, items->items[middle].key);

		if (order == 0)
			return &items->items[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

void items_clear(struct items *items)
{
	for (size_t i = 0; i < items->len; i++) {
		struct item *item = &items->items[i];

		free(item->key);
		free(item->owner);
		if (item->free_data)
			item->free_data(item->data);
	}
	free(items->items);
	*items = (struct items){ 0 };
}
