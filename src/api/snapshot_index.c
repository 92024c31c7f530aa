/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Postings: one ordered array for each (kind, way of listing, text), found by a map. An item is in
 * a few dozen of them at most; those with nearly all items of a kind (the kind, the region, a
 * common network) cost a binary search and a memmove of pointers.
 *
 * Texts are indexed that have a '-' or a '.' in them: every id and address has, the words of
 * enumerations have not, and base64 of sealed secrets has neither.
 */
#include "api/snapshot_index.h"

#include "api/textmap.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MAX 128
#define KEY_SIZE (TEXT_MAX + 16)
#define BELOW_PARTS 2 /* "vpn-1." and "vpn-1.vco-1." */

struct posting {
	struct snapshot_item **items;
	size_t len, room;
	char key[]; /* of the map */
};

struct snapshot_index {
	struct textmap *postings;
	bool is_adding_many; /* lists have no order meanwhile */
};

struct snapshot_index *snapshot_index_new(void)
{
	struct snapshot_index *index = xcalloc(1, sizeof(*index));

	index->postings = textmap_new();
	return index;
}

static void posting_free(struct posting *posting)
{
	free(posting->items);
	free(posting);
}

void snapshot_index_free(struct snapshot_index *index)
{
	struct posting *posting;
	const struct textmap_entry *at = NULL;

	if (!index)
		return;
	while ((posting = textmap_next(index->postings, &at)))
		posting_free(posting);
	textmap_free(index->postings);
	free(index);
}

int snapshot_item_compare(const struct snapshot_item *a, const struct snapshot_item *b)
{
	const struct resource *x = a->resource, *y = b->resource;

	if (!x || !y) /* no order among the unreadable, but the same one each time */
		return a < b ? -1 : a > b;
	if (x->create_time_ms != y->create_time_ms)
		return x->create_time_ms < y->create_time_ms ? -1 : 1;
	return strcmp(x->id, y->id);
}

static int compare_places(const void *a, const void *b)
{
	return snapshot_item_compare(
		*(struct snapshot_item *const *)a, *(struct snapshot_item *const *)b);
}

void snapshot_index_begin_many(struct snapshot_index *index)
{
	index->is_adding_many = true;
}

void snapshot_index_end_many(struct snapshot_index *index)
{
	struct posting *posting;
	const struct textmap_entry *at = NULL;

	while ((posting = textmap_next(index->postings, &at)))
		qsort(posting->items, posting->len, sizeof(struct snapshot_item *), compare_places);
	index->is_adding_many = false;
}

/* The place of the first item that is not before this one. */
static size_t lower_bound(const struct posting *posting, const struct snapshot_item *item)
{
	size_t low = 0, high = posting->len;

	/* new ones mostly come last */
	if (high && snapshot_item_compare(posting->items[high - 1], item) < 0)
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (snapshot_item_compare(posting->items[middle], item) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void make_key(
	enum kind kind, enum listed_by by, const char *text, size_t size, char ret[static KEY_SIZE])
{
	snprintf(ret, KEY_SIZE, "%d/%d/%.*s", (int)kind, (int)by, (int)size, text);
}

static struct posting *get_posting(struct snapshot_index *index, const char *key)
{
	struct posting *posting = textmap_get(index->postings, key);
	size_t size = strlen(key) + 1;

	if (posting)
		return posting;
	posting = xcalloc(1, sizeof(*posting) + size);
	memcpy(posting->key, key, size);
	textmap_add(index->postings, posting->key, posting);
	return posting;
}

static bool is_in(const struct places *places, const struct posting *posting)
{
	for (size_t i = 0; i < places->len; i++)
		if (places->items[i] == posting)
			return true;
	return false;
}

/* What one item is being put into. */
struct entering {
	struct snapshot_index *index;
	struct snapshot_item *item;
	struct places *places;
};

static void enter(const struct entering *entering, enum listed_by by, const char *text, size_t size)
{
	struct snapshot_item *item = entering->item;
	struct places *places = entering->places;
	struct posting *posting;
	char key[KEY_SIZE];
	size_t at;

	if (size > TEXT_MAX)
		return;
	make_key(item->kind, by, text, size, key);
	posting = get_posting(entering->index, key);
	if (is_in(places, posting))
		return;
	if (posting->len == posting->room) {
		posting->room = posting->room ? posting->room * 2 : 2;
		posting->items = xreallocarray(
			posting->items, posting->room, sizeof(struct snapshot_item *));
	}
	at = entering->index->is_adding_many ? posting->len : lower_bound(posting, item);
	memmove(&posting->items[at + 1], &posting->items[at],
		(posting->len - at) * sizeof(struct snapshot_item *));
	posting->items[at] = item;
	posting->len++;
	places->items = xreallocarray(places->items, places->len + 1, sizeof(struct posting *));
	places->items[places->len++] = posting;
}

/* Texts that JSON writes as they are, or a document would not hold them as they are asked for. */
static bool is_indexed(const char *text)
{
	size_t size = strcspn(text, "\"\\\x01\x02\x03\x04\x05\x06\x07\b\t\n\v\f\r\x0e\x0f\x10\x11"
				    "\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f");

	return !text[size] && size <= TEXT_MAX && strpbrk(text, "-.");
}

static void enter_texts(const struct entering *entering, const json_t *value)
{
	const char *name, *text = json_string_value(value);
	json_t *item;
	size_t i;

	if (text && is_indexed(text))
		enter(entering, BY_MENTION, text, strlen(text));
	json_object_foreach ((json_t *)(uintptr_t)value, name, item)
		enter_texts(entering, item);
	json_array_foreach (value, i, item)
		enter_texts(entering, item);
}

static void enter_parts(const struct entering *entering, const char *id)
{
	const char *dot = id;

	for (int part = 0; part < BELOW_PARTS; part++) {
		dot = strchr(dot, '.');
		if (!dot)
			return;
		dot++;
		enter(entering, BY_BELOW, id, (size_t)(dot - id));
	}
}

void snapshot_index_add(struct snapshot_index *index, struct snapshot_item *item,
	const json_t *document, struct places *places)
{
	const struct entering entering = { index, item, places };
	const struct resource *resource = item->resource;

	if (!resource) {
		enter(&entering, BY_DEFECT, "", 0);
		return;
	}
	enter(&entering, BY_KIND, "", 0);
	enter(&entering, BY_REGION, resource->region_id, strlen(resource->region_id));
	enter_parts(&entering, resource->id);
	enter_texts(&entering, document);
}

static void leave(
	struct snapshot_index *index, struct posting *posting, const struct snapshot_item *item)
{
	size_t at = lower_bound(posting, item);

	posting->len--;
	memmove(&posting->items[at], &posting->items[at + 1],
		(posting->len - at) * sizeof(struct snapshot_item *));
	if (posting->len)
		return;
	textmap_remove(index->postings, posting->key);
	posting_free(posting);
}

void snapshot_index_remove(
	struct snapshot_index *index, struct snapshot_item *item, struct places *places)
{
	for (size_t i = 0; i < places->len; i++)
		leave(index, places->items[i], item);
	free(places->items);
	*places = (struct places){};
}

struct snapshot_list snapshot_index_list(
	const struct snapshot_index *index, enum kind kind, enum listed_by by, const char *text)
{
	const struct posting *posting;
	char key[KEY_SIZE];

	make_key(kind, by, text, strlen(text), key);
	posting = textmap_get(index->postings, key);
	return posting ? (struct snapshot_list){ posting->items, posting->len }
		       : (struct snapshot_list){};
}

static size_t dots(const char *text)
{
	size_t len = 0;

	for (; *text; text++)
		len += *text == '.';
	return len;
}

bool snapshot_index_knows(enum listed_by by, const char *text)
{
	size_t size = strlen(text);

	if (by == BY_MENTION)
		return is_indexed(text);
	if (by == BY_BELOW)
		return size && size <= TEXT_MAX && text[size - 1] == '.' &&
		       dots(text) <= BELOW_PARTS;
	return size <= TEXT_MAX;
}
