/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hash table of SAs under a mutex. Knows keys and destinations, not what charon or espd make of
 * them.
 */
#include "charon/sa_table.h"

#include <collections/hashtable.h>
#include <library.h>
#include <threading/mutex.h>

struct entry {
	struct espd_sa_key key;
	host_t *destination;
	uint32_t if_id, generation;
};

struct sa_table {
	mutex_t *lock;
	hashtable_t *entries; /* struct espd_sa_key -> struct entry */
};

static u_int hash_key(const void *key)
{
	return chunk_hash(chunk_create((u_char *)(uintptr_t)key, sizeof(struct espd_sa_key)));
}

static bool equal_keys(const void *left, const void *right)
{
	return memeq(left, right, sizeof(struct espd_sa_key));
}

static void free_entry(struct entry *entry)
{
	if (!entry)
		return;
	entry->destination->destroy(entry->destination);
	free(entry);
}

static void free_value(void *value, const void *key)
{
	free_entry(value);
}

struct sa_table *sa_table_new(void)
{
	struct sa_table *table;

	INIT(table, .lock = mutex_create(MUTEX_TYPE_DEFAULT),
		.entries = hashtable_create(hash_key, equal_keys, 64));
	return table;
}

void sa_table_free(struct sa_table *table)
{
	if (!table)
		return;
	table->entries->destroy_function(table->entries, free_value);
	table->lock->destroy(table->lock);
	free(table);
}

/* With the lock held. */
static void put(struct sa_table *table, const struct espd_sa_key *key, uint32_t if_id,
	host_t *destination, uint32_t generation)
{
	struct entry *entry;

	free_entry(table->entries->remove(table->entries, key));
	INIT(entry, .key = *key, .destination = destination->clone(destination), .if_id = if_id,
		.generation = generation);
	table->entries->put(table->entries, &entry->key, entry);
}

void sa_table_add(struct sa_table *table, const struct espd_sa_key *key, uint32_t if_id,
	host_t *destination, uint32_t generation)
{
	table->lock->lock(table->lock);
	put(table, key, if_id, destination, generation);
	table->lock->unlock(table->lock);
}

void sa_table_remove(struct sa_table *table, const struct espd_sa_key *key)
{
	table->lock->lock(table->lock);
	free_entry(table->entries->remove(table->entries, key));
	table->lock->unlock(table->lock);
}

void sa_table_move(struct sa_table *table, const struct espd_sa_key *key,
	const struct espd_sa_key *new_key, host_t *new_destination)
{
	struct entry *entry;

	table->lock->lock(table->lock);
	entry = table->entries->remove(table->entries, key);
	if (entry)
		put(table, new_key, entry->if_id, new_destination, entry->generation);
	free_entry(entry);
	table->lock->unlock(table->lock);
}

host_t *sa_table_destination(struct sa_table *table, const struct espd_sa_key *key)
{
	host_t *destination = NULL;
	struct entry *entry;

	table->lock->lock(table->lock);
	entry = table->entries->get(table->entries, key);
	if (entry)
		destination = entry->destination->clone(entry->destination);
	table->lock->unlock(table->lock);
	return destination;
}

void sa_table_each_lost(struct sa_table *table, uint32_t generation,
	void (*visit)(void *context, uint32_t spi, uint32_t if_id, host_t *destination),
	void *context)
{
	enumerator_t *enumerator;
	struct entry *entry;
	void *key;

	table->lock->lock(table->lock);
	enumerator = table->entries->create_enumerator(table->entries);
	while (enumerator->enumerate(enumerator, &key, &entry)) {
		if (entry->key.direction == ESPD_IN && entry->generation < generation)
			visit(context, entry->key.spi, entry->if_id, entry->destination);
	}
	enumerator->destroy(enumerator);
	table->lock->unlock(table->lock);
}
