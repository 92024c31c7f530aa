/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Items: the parts of the world a driver wants or sees, each with a key that sorts and an owner. A
 * driver's own struct stands behind `data`; the engine looks at keys only. Arrays are sorted by key
 * before the merge-walk; keys are unique within one driver.
 */
#pragma once

#include "resource/resource.h"

#include <stddef.h>

/* One resource, or everything (id NULL). A scope of a gateway or VPC includes what hangs below it.
 */
struct scope {
	enum kind kind;
	const char *id; /* NULL: everything */
};

struct item {
	char *key;         /* "link/vco12", "route/3/10.9.0.0-16": the driver's choice */
	char *owner;       /* id of the resource it serves; failures are reported on it */
	unsigned int rank; /* creation goes by ascending rank, removal by descending */
	void *data;
	void (*free_data)(void *data); /* NULL: data is not owned */
};

struct items {
	struct item *items;
	size_t len, room;
};

/* Takes ownership of key, owner and data. */
void items_add_take(struct items *items, struct item item);
void items_sort(struct items *items);
const struct item *items_find(const struct items *items, const char *key); /* after items_sort */
void items_clear(struct items *items);
