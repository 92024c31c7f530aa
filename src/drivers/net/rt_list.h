/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The growing array a dump is collected in.
 */
#pragma once

#include "base/alloc.h"

#include <string.h>

struct rt_list {
	char *items;
	size_t len, room, item_size;
};

/* A zeroed place at the end. */
static inline void *rt_list_add(struct rt_list *list)
{
	char *place;

	if (list->len == list->room) {
		list->room = list->room ? 2 * list->room : 16;
		list->items = xreallocarray(list->items, list->room, list->item_size);
	}
	place = list->items + list->len++ * list->item_size;
	memset(place, 0, list->item_size);
	return place;
}

/* Ends a dump: gives the array away, or frees it after an error. */
static inline int rt_list_take(struct rt_list *list, int err, void *ret_items, size_t *ret_len)
{
	if (err < 0) {
		free(list->items);
		return err;
	}
	memcpy(ret_items, &list->items, sizeof(list->items));
	*ret_len = list->len;
	return 0;
}
