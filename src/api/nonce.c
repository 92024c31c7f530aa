/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For each key a ring of generations by the time they expire, each an open-addressing table of
 * keyed 64-bit fingerprints that is freed as a whole. Knows no request.
 */
#include "api/nonce.h"

#include "api/text_hash.h"
#include "api/textmap.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define ROOM_MIN 16
#define WIDTH_S 128
#define GENERATIONS 16 /* NONCES_AHEAD_S touches 16 of them at most */

struct generation {
	uint32_t number;  /* expire_s / WIDTH_S of all in it */
	uint64_t *prints; /* 0: an empty slot */
	size_t len, room; /* room is 0 or a power of two */
};

struct owner {
	char *id;
	size_t len;
	struct generation generations[GENERATIONS];
};

struct nonces {
	struct textmap *owners; /* by access key id */
	size_t len, max;
	uint32_t swept; /* the number of the generation that was the oldest then */
};

static_assert(NONCES_AHEAD_S / WIDTH_S + 2 <= GENERATIONS, "two live generations in one place");

struct nonces *nonces_new(size_t max)
{
	struct nonces *nonces = xcalloc(1, sizeof(*nonces));

	nonces->max = max;
	nonces->owners = textmap_new();
	return nonces;
}

static void owner_free(struct owner *owner)
{
	for (size_t i = 0; i < GENERATIONS; i++)
		free(owner->generations[i].prints);
	free(owner->id);
	free(owner);
}

void nonces_free(struct nonces *nonces)
{
	const struct textmap_entry *at = NULL;
	struct owner *owner;

	if (!nonces)
		return;
	while ((owner = textmap_next(nonces->owners, &at)))
		owner_free(owner);
	textmap_free(nonces->owners);
	free(nonces);
}

static struct owner *get_owner(struct nonces *nonces, const char *id)
{
	struct owner *owner = textmap_get(nonces->owners, id);

	if (owner)
		return owner;
	owner = xcalloc(1, sizeof(*owner));
	owner->id = xstrdup(id);
	textmap_add(nonces->owners, owner->id, owner);
	return owner;
}

static void drop(struct nonces *nonces, struct owner *owner, struct generation *generation)
{
	nonces->len -= generation->len;
	owner->len -= generation->len;
	free(generation->prints);
	*generation = (struct generation){};
}

static void drop_old(struct nonces *nonces, struct owner *owner, uint32_t oldest)
{
	for (size_t i = 0; i < GENERATIONS; i++)
		if (owner->generations[i].number < oldest)
			drop(nonces, owner, &owner->generations[i]);
}

/* Forgets what has expired, and keys that hold nothing any more. */
static void sweep(struct nonces *nonces, uint32_t oldest)
{
	AUTO_FREE struct owner **empty =
		xcalloc(textmap_len(nonces->owners) + 1, sizeof(struct owner *));
	const struct textmap_entry *at = NULL;
	struct owner *owner;
	size_t len = 0;

	while ((owner = textmap_next(nonces->owners, &at))) {
		drop_old(nonces, owner, oldest);
		if (!owner->len)
			empty[len++] = owner;
	}
	for (size_t i = 0; i < len; i++)
		owner_free(textmap_remove(nonces->owners, empty[i]->id));
	nonces->swept = oldest;
}

/* The slot that has this print, or the empty one where it belongs. */
static uint64_t *slot(const struct generation *generation, uint64_t print)
{
	size_t mask = generation->room - 1;
	size_t i = print & mask;

	while (generation->prints[i] && generation->prints[i] != print)
		i = (i + 1) & mask;
	return &generation->prints[i];
}

static bool was_used(const struct owner *owner, uint64_t print)
{
	for (size_t i = 0; i < GENERATIONS; i++)
		if (owner->generations[i].len && *slot(&owner->generations[i], print))
			return true;
	return false;
}

static void grow(struct generation *generation)
{
	struct generation larger = *generation;

	larger.room = generation->room ? generation->room * 2 : ROOM_MIN;
	larger.prints = xcalloc(larger.room, sizeof(*larger.prints));
	for (size_t i = 0; i < generation->room; i++)
		if (generation->prints[i])
			*slot(&larger, generation->prints[i]) = generation->prints[i];
	free(generation->prints);
	*generation = larger;
}

static void add(struct nonces *nonces, struct owner *owner, uint64_t print, uint32_t number)
{
	struct generation *generation = &owner->generations[number % GENERATIONS];

	/* Only after the clock was set back by hours: what lies so far ahead was never valid. */
	if (generation->number != number)
		drop(nonces, owner, generation);
	generation->number = number;
	if (generation->len >= generation->room / 8 * 7)
		grow(generation);
	*slot(generation, print) = print;
	generation->len++;
	owner->len++;
	nonces->len++;
}

int nonces_use(struct nonces *nonces, const char *access_key_id, const char *nonce, uint32_t now_s,
	uint32_t expire_s)
{
	uint64_t print = text_hash(nonce, strlen(nonce));
	struct owner *owner;

	assert(expire_s >= now_s && expire_s - now_s <= NONCES_AHEAD_S);
	if (now_s / WIDTH_S != nonces->swept)
		sweep(nonces, now_s / WIDTH_S);
	owner = get_owner(nonces, access_key_id);
	if (was_used(owner, print))
		return -EEXIST;
	if (nonces->len >= nonces->max)
		return -ENOSPC;
	if (owner->len >= nonces->max - nonces->len)
		return -EDQUOT;
	add(nonces, owner, print, expire_s / WIDTH_S);
	return 0;
}
