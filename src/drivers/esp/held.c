/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of what espd holds.
 */
#include "drivers/esp/held.h"

#include <string.h>

bool held_is_carrying(const struct held *held)
{
	return held->is_there && held->inbound_sas && held->outbound_sas;
}

struct held *held_get(struct held **all, const struct endpoint *endpoint, const char *owner)
{
	struct items one = { 0 };
	struct held *held;

	endpoint_add(&one, endpoint, owner);
	HASH_FIND_STR(*all, one.items[0].key, held);
	if (!held) {
		held = xcalloc(1, sizeof(*held));
		held->key = xstrdup(one.items[0].key);
		held->owner = xstrdup("");
		held->fd = -1;
		HASH_ADD_KEYPTR(hh, *all, held->key, strlen(held->key), held);
	}
	if (*owner) {
		free(held->owner);
		held->owner = xstrdup(owner);
	}
	held->endpoint = *endpoint;
	items_clear(&one);
	return held;
}

struct held *held_find_tunnel(struct held *all, uint32_t number)
{
	AUTO_FREE char *key = xasprintf("tunnel/%u", number);
	struct held *held;

	HASH_FIND_STR(all, key, held);
	return held;
}

void held_remove(struct held **all, struct held *held)
{
	HASH_DEL(*all, held);
	if (held->fd >= 0)
		close(held->fd);
	free(held->key);
	free(held->owner);
	free(held);
}

void held_clear(struct held **all)
{
	struct held *held, *next;

	HASH_ITER (hh, *all, held, next) {
		held_remove(all, held);
	}
}

void held_forget(struct held *all)
{
	for (struct held *held = all; held; held = held->hh.next) {
		held->is_there = false;
		held->inbound_sas = held->outbound_sas = 0;
	}
}
