/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uthash with a hash function that nobody outside can predict.
 */
#include "api/textmap.h"

#include "api/text_hash.h"

#include <string.h>

#define HASH_FUNCTION(text, size, ret) ((ret) = (unsigned int)text_hash(text, size))
#include <uthash.h>

struct textmap_entry {
	UT_hash_handle hh;
	const char *text;
	void *value;
};

struct textmap {
	struct textmap_entry *entries;
};

struct textmap *textmap_new(void)
{
	return xcalloc(1, sizeof(struct textmap));
}

void textmap_free(struct textmap *map)
{
	struct textmap_entry *entry, *next;

	if (!map)
		return;
	HASH_ITER (hh, map->entries, entry, next) {
		HASH_DEL(map->entries, entry);
		free(entry);
	}
	free(map);
}

static struct textmap_entry *find(const struct textmap *map, const char *text)
{
	struct textmap_entry *entry;

	HASH_FIND_STR(map->entries, text, entry);
	return entry;
}

void *textmap_get(const struct textmap *map, const char *text)
{
	const struct textmap_entry *entry = find(map, text);

	return entry ? entry->value : NULL;
}

void textmap_add(struct textmap *map, const char *text, void *value)
{
	struct textmap_entry *entry = xcalloc(1, sizeof(*entry));

	entry->text = text;
	entry->value = value;
	HASH_ADD_KEYPTR(hh, map->entries, entry->text, strlen(entry->text), entry);
}

void *textmap_remove(struct textmap *map, const char *text)
{
	struct textmap_entry *entry = find(map, text);
	void *value = entry ? entry->value : NULL;

	if (!entry)
		return NULL;
	HASH_DEL(map->entries, entry);
	free(entry);
	return value;
}

size_t textmap_len(const struct textmap *map)
{
	return HASH_COUNT(map->entries);
}

void *textmap_next(const struct textmap *map, const struct textmap_entry **at)
{
	*at = *at ? (*at)->hh.next : map->entries;
	return *at ? (*at)->value : NULL;
}
