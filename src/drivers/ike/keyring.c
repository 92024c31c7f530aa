/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash from connections to the ids of their shared keys. Holds no key.
 */
#include "drivers/ike/keyring.h"

#include <string.h>

static void entry_free(struct keyring *keyring, struct keyring_entry *entry)
{
	HASH_DEL(keyring->entries, entry);
	for (size_t i = 0; i < entry->len; i++)
		free(entry->key_ids[i]);
	free(entry->key_ids);
	free(entry);
}

void keyring_forget(struct keyring *keyring)
{
	struct keyring_entry *entry, *next;

	HASH_ITER (hh, keyring->entries, entry, next)
		entry_free(keyring, entry);
	keyring->is_known = false;
}

static struct keyring_entry *find(const struct keyring *keyring, const char *id)
{
	struct keyring_entry *entry;

	HASH_FIND_STR(keyring->entries, id, entry);
	return entry;
}

const struct keyring_entry *keyring_find(const struct keyring *keyring, const char *id)
{
	return find(keyring, id);
}

void keyring_add(struct keyring *keyring, const char *key_id)
{
	char id[IKE_NAME_SIZE];
	struct keyring_entry *entry;

	if (!fingerprint_split(key_id, id))
		return;
	entry = find(keyring, id);
	if (!entry) {
		entry = xcalloc(1, sizeof(*entry));
		memcpy(entry->id, id, sizeof(id));
		HASH_ADD_STR(keyring->entries, id, entry);
	}
	for (size_t i = 0; i < entry->len; i++)
		if (strcmp(entry->key_ids[i], key_id) == 0)
			return;
	entry->key_ids = xreallocarray(entry->key_ids, entry->len + 1, sizeof(*entry->key_ids));
	entry->key_ids[entry->len++] = xstrdup(key_id);
}

void keyring_remove(struct keyring *keyring, const char *key_id)
{
	char id[IKE_NAME_SIZE];
	struct keyring_entry *entry;

	if (!fingerprint_split(key_id, id))
		return;
	entry = find(keyring, id);
	for (size_t i = 0; entry && i < entry->len; i++) {
		if (strcmp(entry->key_ids[i], key_id) != 0)
			continue;
		free(entry->key_ids[i]);
		entry->key_ids[i] = entry->key_ids[--entry->len];
	}
	if (entry && entry->len == 0)
		entry_free(keyring, entry);
}
