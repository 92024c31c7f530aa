/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has to change so that what is seen becomes what is wanted: one merge-walk over two sorted
 * arrays.
 */
#pragma once

#include "reconcile/item.h"

/* seen NULL: create; want NULL: remove; both: change. The items are borrowed from the arrays. */
struct change {
	const struct item *want, *seen;
};

struct changes {
	struct change *items;
	size_t len;
};

/*
 * Both arrays are sorted. Of items with equal keys in one array only the first counts: a driver
 * that lists something twice must not have it removed. ret: removals first, by descending rank,
 * then creations and changes by ascending rank.
 */
void diff_items(const struct items *want, const struct items *seen,
	bool (*same)(const struct item *want, const struct item *seen), struct changes *ret);
void changes_clear(struct changes *changes);
