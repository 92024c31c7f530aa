/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets, random bytes and constant-time comparison over libsodium. Knows no key format.
 */
#include "base/secret.h"

#include <malloc.h>
#include <sodium.h>
#include <string.h>

static void ensure_sodium(void)
{
	if (sodium_init() < 0)
		abort();
}

/*
 * A guarded allocation costs four memory mappings, of which a process has some 65,000. Short
 * secrets, which are nearly all, share slabs; a freed slot is wiped and used again.
 */
#define SLOT_SIZE 128
#define SLAB_SLOTS 512

union slot {
	union slot *next; /* while free */
	uint8_t bytes[SLOT_SIZE];
};

static union slot *free_slots;

static void *guarded(size_t size)
{
	void *bytes = sodium_malloc(size);

	if (!bytes)
		abort();
	return bytes;
}

static uint8_t *take_slot(void)
{
	union slot *slot;

	if (!free_slots) {
		union slot *slab = guarded(SLAB_SLOTS * sizeof(*slab));

		for (size_t i = 0; i < SLAB_SLOTS; i++) {
			slab[i].next = free_slots;
			free_slots = &slab[i];
		}
	}
	slot = free_slots;
	free_slots = slot->next;
	return slot->bytes;
}

static void give_slot(uint8_t *bytes)
{
	union slot *slot = (union slot *)bytes;

	sodium_memzero(slot, sizeof(*slot));
	slot->next = free_slots;
	free_slots = slot;
}

struct secret *secret_new(const void *bytes, size_t size)
{
	struct secret *secret = xcalloc(1, sizeof(*secret));

	ensure_sodium();
	secret->size = size;
	secret->bytes = size < SLOT_SIZE ? take_slot() : guarded(size + 1);
	if (size)
		memcpy(secret->bytes, bytes, size);
	secret->bytes[size] = 0;
	return secret;
}

struct secret *secret_dup(const struct secret *secret)
{
	return secret ? secret_new(secret->bytes, secret->size) : NULL;
}

void secret_free(struct secret *secret)
{
	if (!secret)
		return;
	if (secret->size < SLOT_SIZE)
		give_slot(secret->bytes);
	else
		sodium_free(secret->bytes);
	free(secret);
}

bool bytes_equal(const void *a, const void *b, size_t size)
{
	return sodium_memcmp(a, b, size) == 0;
}

bool secret_equal(const struct secret *a, const struct secret *b)
{
	return a->size == b->size && bytes_equal(a->bytes, b->bytes, a->size);
}

void wipe(void *bytes, size_t size)
{
	sodium_memzero(bytes, size);
}

void free_wiped(void *ptr)
{
	if (ptr)
		sodium_memzero(ptr, malloc_usable_size(ptr));
	free(ptr);
}

void random_bytes(void *ret, size_t size)
{
	ensure_sodium();
	randombytes_buf(ret, size);
}

void random_text(const char *alphabet, char *ret, size_t size)
{
	uint32_t len = (uint32_t)strlen(alphabet);

	ensure_sodium();
	for (size_t i = 0; i < size; i++)
		ret[i] = alphabet[randombytes_uniform(len)];
	ret[size] = '\0';
}
