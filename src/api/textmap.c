/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uthash with a hash function that nobody outside can predict.
 */
#include "api/textmap.h"

#include "base/secret.h"

#include <sodium.h>
#include <string.h>

static unsigned char hash_key[crypto_shorthash_KEYBYTES]; /* one for the process */

static unsigned int hash_of(const void *text, size_t size)
{
	unsigned char hash[crypto_shorthash_BYTES];
	unsigned int number;

	crypto_shorthash(hash, text, size, hash_key);
	memcpy(&number, hash, sizeof(number));
	return number;
}

#define HASH_FUNCTION(text, size, ret) ((ret) = hash_of(text, size))
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
	static const unsigned char none[sizeof(hash_key)];

	if (memcmp(hash_key, none, sizeof(none)) == 0)
		random_bytes(hash_key, sizeof(hash_key));
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
