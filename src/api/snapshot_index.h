/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lists of a snapshot: which items of a kind are in a region, stand below a part of an id, name
 * a text, or cannot be read. Every list is kept in order. Knows documents only as JSON with texts.
 */
#pragma once

#include "api/snapshot.h"

struct snapshot_index;
struct posting;

/* Where an item stands; kept by its owner, all zero at first. */
struct places {
	struct posting **items;
	size_t len;
};

enum listed_by { BY_KIND, BY_REGION, BY_BELOW, BY_MENTION, BY_DEFECT };

struct snapshot_index *snapshot_index_new(void);
void snapshot_index_free(struct snapshot_index *index); /* not the items; NULL is fine */
/*
 * Between the two many items are added in any order, and nothing else is called: an order for each
 * one of them would make the work grow with the square.
 */
void snapshot_index_begin_many(struct snapshot_index *index);
void snapshot_index_end_many(struct snapshot_index *index);
/* document: the item's, parsed; NULL for one that cannot be read. */
void snapshot_index_add(struct snapshot_index *index, struct snapshot_item *item,
	const json_t *document, struct places *places);
void snapshot_index_remove(
	struct snapshot_index *index, struct snapshot_item *item, struct places *places);
/* text: "" where the way of listing needs none. */
struct snapshot_list snapshot_index_list(
	const struct snapshot_index *index, enum kind kind, enum listed_by by, const char *text);
/* Are all items with this text in the list of that text? Otherwise ask for the whole kind. */
bool snapshot_index_knows(enum listed_by by, const char *text);
/* The order of lists, for items that can be read. */
int snapshot_item_compare(const struct snapshot_item *a, const struct snapshot_item *b);
