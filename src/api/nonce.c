/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An open-addressing table of 96-bit fingerprints. Expired entries stay until the table is three
 * quarters full; then it is rebuilt without them, and doubled when that is not enough.
 */
#include "api/nonce.h"

#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#define ROOM_MIN 1024

struct entry {
	uint32_t print[3];
	uint32_t expire_s; /* 0: empty slot */
};

struct nonces {
	struct entry *entries;
	size_t len, room, max; /* room is a power of two */
	uint32_t earliest_s;   /* none expires before it */
};

struct nonces *nonces_new(size_t max)
{
	struct nonces *nonces = xcalloc(1, sizeof(*nonces));

	nonces->room = ROOM_MIN;
	nonces->max = max;
	nonces->earliest_s = UINT32_MAX;
	nonces->entries = xcalloc(nonces->room, sizeof(*nonces->entries));
	return nonces;
}

void nonces_free(struct nonces *nonces)
{
	if (!nonces)
		return;
	free(nonces->entries);
	free(nonces);
}

/* The entry with this fingerprint, or the empty slot where it belongs. */
static struct entry *slot(const struct nonces *nonces, const uint32_t print[3])
{
	size_t mask = nonces->room - 1;

	for (size_t i = print[0] & mask;; i = (i + 1) & mask) {
		struct entry *entry = &nonces->entries[i];

		if (!entry->expire_s || !memcmp(entry->print, print, sizeof(entry->print)))
			return entry;
	}
}

static void put(struct nonces *nonces, struct entry *at, const struct entry *entry)
{
	*at = *entry;
	if (entry->expire_s < nonces->earliest_s)
		nonces->earliest_s = entry->expire_s;
}

static void rebuild(struct nonces *nonces, uint32_t now_s)
{
	AUTO_FREE struct entry *old = nonces->entries;
	size_t old_room = nonces->room, alive = 0;

	for (size_t i = 0; i < old_room; i++)
		alive += old[i].expire_s >= now_s && old[i].expire_s;
	while (nonces->room < 2 * (alive + 1))
		nonces->room *= 2;
	nonces->entries = xcalloc(nonces->room, sizeof(*nonces->entries));
	nonces->len = alive;
	nonces->earliest_s = UINT32_MAX;
	for (size_t i = 0; i < old_room; i++)
		if (old[i].expire_s && old[i].expire_s >= now_s)
			put(nonces, slot(nonces, old[i].print), &old[i]);
}

/* Whether there is room for one more, in a table that leaves enough slots empty. */
static bool make_room(struct nonces *nonces, uint32_t now_s)
{
	bool is_full = nonces->len >= nonces->max;

	if (!is_full && nonces->len < nonces->room / 4 * 3)
		return true;
	/* a full one is not searched again for every request that it refuses */
	if (is_full && now_s <= nonces->earliest_s)
		return false;
	rebuild(nonces, now_s);
	return nonces->len < nonces->max;
}

static void fingerprint(const char *access_key_id, const char *nonce, uint32_t ret[3])
{
	unsigned char hash[crypto_generichash_BYTES];
	crypto_generichash_state state;

	/* The NUL between them keeps ("a", "bc") and ("ab", "c") apart. */
	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	crypto_generichash_update(
		&state, (const unsigned char *)access_key_id, strlen(access_key_id) + 1);
	crypto_generichash_update(&state, (const unsigned char *)nonce, strlen(nonce));
	crypto_generichash_final(&state, hash, sizeof(hash));
	memcpy(ret, hash, 3 * sizeof(*ret));
}

int nonces_use(struct nonces *nonces, const char *access_key_id, const char *nonce, uint32_t now_s,
	uint32_t expire_s)
{
	struct entry used = { .expire_s = expire_s }, *entry;

	fingerprint(access_key_id, nonce, used.print);
	entry = slot(nonces, used.print);
	if (entry->expire_s && entry->expire_s >= now_s)
		return -EEXIST;
	if (!entry->expire_s) {
		if (!make_room(nonces, now_s))
			return -ENOSPC;
		entry = slot(nonces, used.print);
		nonces->len++;
	}
	put(nonces, entry, &used);
	return 0;
}
