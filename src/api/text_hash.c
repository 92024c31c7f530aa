/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libsodium's hash and its key, made when it is first needed.
 */
#include "api/text_hash.h"

#include "base/secret.h"

#include <assert.h>
#include <sodium.h>

static unsigned char key[crypto_shorthash_KEYBYTES];
static bool has_key;

uint64_t text_hash(const void *text, size_t size)
{
	uint64_t hash;

	static_assert(sizeof(hash) == crypto_shorthash_BYTES, "a whole hash");
	if (!has_key)
		random_bytes(key, sizeof(key));
	has_key = true;
	crypto_shorthash((unsigned char *)&hash, text, size, key);
	return hash ? hash : 1;
}
