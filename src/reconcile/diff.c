/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The merge-walk. Pure.
 */
#include "reconcile/diff.h"

#include <string.h>

static size_t next_key(const struct items *items, size_t at)
{
	size_t next = at + 1;

	while (next < items->len && strcmp(items->items[next].key, items->items[at].key) == 0)
		next++;
	return next;
}

static int compare_numbers(unsigned int a, unsigned int b)
{
	return (a > b) - (a < b);
}

static int compare_changes(const void *a, const void *b)
{
	const struct change *left = a, *right = b;
	int order;

	if (!left->want != !right->want)
		return left->want ? 1 : -1;
	if (!left->want) {
		order = compare_numbers(right->seen->rank, left->seen->rank);
		return order ? order : strcmp(left->seen->key, right->seen->key);
	}
	order = compare_numbers(left->want->rank, right->want->rank);
	return order ? order : strcmp(left->want->key, right->want->key);
}

void diff_items(const struct items *want, const struct items *seen,
	bool (*same)(const struct item *want, const struct item *seen), struct changes *ret)
{
	size_t w = 0, s = 0;

	*ret = (struct changes){ 0 };
	if (want->len + seen->len == 0)
		return;
	ret->items = xcalloc(want->len + seen->len, sizeof(*ret->items));
	while (w < want->len || s < seen->len) {
		struct change change = { 0 };
		int order = w == want->len   ? 1
			    : s == seen->len ? -1
					     : strcmp(want->items[w].key, seen->items[s].key);

		if (order <= 0) {
			change.want = &want->items[w];
			w = next_key(want, w);
		}
		if (order >= 0) {
			change.seen = &seen->items[s];
			s = next_key(seen, s);
		}
		if (order == 0 && same(change.want, change.seen))
			continue;
		ret->items[ret->len++] = change;
	}
	if (ret->len > 1)
		qsort(ret->items, ret->len, sizeof(*ret->items), compare_changes);
}

void changes_clear(struct changes *changes)
{
	free(changes->items);
	*changes = (struct changes){ 0 };
}
