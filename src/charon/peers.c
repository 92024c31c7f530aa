/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hash table from (remote, local) address to the setting, with the round of the agent's telling
 * each entry was last repeated in.
 */
#include "charon/peers.h"

#include <collections/hashtable.h>
#include <library.h>
#include <threading/rwlock.h>

struct entry {
	uint32_t addresses[2]; /* remote, local */
	bool nat_traversal;
	uint32_t round;
};

struct peers {
	rwlock_t *lock;
	hashtable_t *entries;
	uint32_t round;
};

static u_int hash_addresses(const void *key)
{
	return chunk_hash(chunk_create((u_char *)(uintptr_t)key, 2 * sizeof(uint32_t)));
}

static bool equal_addresses(const void *left, const void *right)
{
	return memeq(left, right, 2 * sizeof(uint32_t));
}

static void free_entry(void *value, const void *key)
{
	free(value);
}

struct peers *peers_new(void)
{
	struct peers *peers;

	INIT(peers, .lock = rwlock_create(RWLOCK_TYPE_DEFAULT),
		.entries = hashtable_create(hash_addresses, equal_addresses, 64));
	return peers;
}

void peers_free(struct peers *peers)
{
	if (!peers)
		return;
	peers->entries->destroy_function(peers->entries, free_entry);
	peers->lock->destroy(peers->lock);
	free(peers);
}

void peers_begin(struct peers *peers)
{
	peers->lock->write_lock(peers->lock);
	peers->round++;
	peers->lock->unlock(peers->lock);
}

void peers_set(struct peers *peers, const struct charon_peer *peer)
{
	struct entry *entry;

	peers->lock->write_lock(peers->lock);
	INIT(entry, .addresses = { peer->remote_address, peer->local_address },
		.nat_traversal = peer->nat_traversal != 0, .round = peers->round);
	free(peers->entries->remove(peers->entries, entry->addresses));
	peers->entries->put(peers->entries, entry->addresses, entry);
	peers->lock->unlock(peers->lock);
}

void peers_done(struct peers *peers)
{
	enumerator_t *enumerator;
	struct entry *entry;
	void *key;

	peers->lock->write_lock(peers->lock);
	enumerator = peers->entries->create_enumerator(peers->entries);
	while (enumerator->enumerate(enumerator, &key, &entry)) {
		if (entry->round != peers->round) {
			peers->entries->remove_at(peers->entries, enumerator);
			free(entry);
		}
	}
	enumerator->destroy(enumerator);
	peers->lock->unlock(peers->lock);
}

bool peers_nat_traversal(struct peers *peers, uint32_t local_address, uint32_t remote_address)
{
	uint32_t addresses[2] = { remote_address, local_address };
	bool nat_traversal = TRUE;
	struct entry *entry;

	peers->lock->read_lock(peers->lock);
	entry = peers->entries->get(peers->entries, addresses);
	addresses[1] = 0;
	if (!entry)
		entry = peers->entries->get(peers->entries, addresses);
	if (entry)
		nat_traversal = entry->nat_traversal;
	peers->lock->unlock(peers->lock);
	return nat_traversal;
}
