/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open addressing with linear probing, at most half full; removing moves the followers back, so
 * that there are no marks of what was. The hash stays with the slot: growing reads no text.
 */
#include "api/textmap.h"

#include "base/secret.h"

#include <sodium.h>
#include <stdint.h>
#include <string.h>

#define ROOM_MIN 64

struct slot {
	uint64_t hash;
	const char *text; /* NULL: empty */
	void *value;
};

struct textmap {
	struct slot *slots;
	size_t len, room; /* room: a power of two */
	unsigned char key[crypto_shorthash_KEYBYTES];
};

static uint64_t hash_of(const struct textmap *map, const char *text)
{
	unsigned char hash[crypto_shorthash_BYTES];
	uint64_t number;

	crypto_shorthash(hash, (const unsigned char *)text, strlen(text), map->key);
	memcpy(&number, hash, sizeof(number));
	return number;
}

struct textmap *textmap_new(void)
{
	struct textmap *map = xcalloc(1, sizeof(*map));

	map->room = ROOM_MIN;
	map->slots = xcalloc(map->room, sizeof(*map->slots));
	random_bytes(map->key, sizeof(map->key));
	return map;
}

void textmap_free(struct textmap *map)
{
	if (!map)
		return;
	free(map->slots);
	free(map);
}

/* The slot of the text, or the empty one where it would go. */
static struct slot *find(const struct textmap *map, uint64_t hash, const char *text)
{
	size_t mask = map->room - 1;

	for (size_t at = hash & mask;; at = (at + 1) & mask) {
		struct slot *slot = &map->slots[at];

		if (!slot->text || (slot->hash == hash && strcmp(slot->text, text) == 0))
			return slot;
	}
}

void *textmap_get(const struct textmap *map, const char *text)
{
	return find(map, hash_of(map, text), text)->value;
}

static void grow(struct textmap *map)
{
	struct slot *old = map->slots;
	size_t old_room = map->room;

	map->room *= 2;
	map->slots = xcalloc(map->room, sizeof(*map->slots));
	for (size_t i = 0; i < old_room; i++)
		if (old[i].text)
			*find(map, old[i].hash, old[i].text) = old[i];
	free(old);
}

void textmap_add(struct textmap *map, const char *text, void *value)
{
	uint64_t hash = hash_of(map, text);

	if (map->len >= map->room / 2)
		grow(map);
	*find(map, hash, text) = (struct slot){ hash, text, value };
	map->len++;
}

/* Moves back what would no longer be found behind the hole. */
static void close_hole(struct textmap *map, size_t hole)
{
	size_t mask = map->room - 1;

	for (size_t at = (hole + 1) & mask; map->slots[at].text; at = (at + 1) & mask) {
		size_t home = map->slots[at].hash & mask;

		if (((at - home) & mask) < ((at - hole) & mask))
			continue;
		map->slots[hole] = map->slots[at];
		hole = at;
	}
	map->slots[hole] = (struct slot){};
}

void *textmap_remove(struct textmap *map, const char *text)
{
	struct slot *slot = find(map, hash_of(map, text), text);
	void *value = slot->value;

	if (!slot->text)
		return NULL;
	map->len--;
	close_hole(map, (size_t)(slot - map->slots));
	return value;
}

size_t textmap_len(const struct textmap *map)
{
	return map->len;
}

void *textmap_next(const struct textmap *map, size_t *at)
{
	while (*at < map->room) {
		struct slot *slot = &map->slots[(*at)++];

		if (slot->text)
			return slot->value;
	}
	return NULL;
}
