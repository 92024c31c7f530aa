/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See hmac.h. The hash functions are the old ones with a plain struct as state: OpenSSL calls them
 * deprecated, but they are the only ones whose state can be copied without an allocation.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "espd/hmac.h"

#include "espd/proto.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>

#define BLOCK_MAX 128

struct hmac_hash {
	uint16_t integrity;
	size_t block, digest;
	void (*init)(union hmac_state *state);
	void (*update)(union hmac_state *state, const void *data, size_t size);
	void (*final)(uint8_t *ret, union hmac_state *state);
};

/* The results tell nothing: these functions cannot fail. */
#define HASH(name, member, prefix)                                                                 \
	static void name##_init(union hmac_state *state)                                           \
	{                                                                                          \
		(void)prefix##_Init(&state->member);                                               \
	}                                                                                          \
	static void name##_update(union hmac_state *state, const void *data, size_t size)          \
	{                                                                                          \
		(void)prefix##_Update(&state->member, data, size);                                 \
	}                                                                                          \
	static void name##_final(uint8_t *ret, union hmac_state *state)                            \
	{                                                                                          \
		(void)prefix##_Final(ret, &state->member);                                         \
	}

HASH(md5, md5, MD5)
HASH(sha1, sha1, SHA1)
HASH(sha256, sha256, SHA256)
HASH(sha384, sha512, SHA384)
HASH(sha512, sha512, SHA512)

static const struct hmac_hash hashes[] = {
	{ ESPD_INTEGRITY_HMAC_MD5_96, 64, 16, md5_init, md5_update, md5_final },
	{ ESPD_INTEGRITY_HMAC_SHA1_96, 64, 20, sha1_init, sha1_update, sha1_final },
	{ ESPD_INTEGRITY_HMAC_SHA2_256_128, 64, 32, sha256_init, sha256_update, sha256_final },
	{ ESPD_INTEGRITY_HMAC_SHA2_384_192, 128, 48, sha384_init, sha384_update, sha384_final },
	{ ESPD_INTEGRITY_HMAC_SHA2_512_256, 128, 64, sha512_init, sha512_update, sha512_final },
};

static const struct hmac_hash *find(uint16_t integrity)
{
	for (size_t i = 0; i < ARRAY_LEN(hashes); i++)
		if (hashes[i].integrity == integrity)
			return &hashes[i];
	return NULL;
}

static void start(const struct hmac_hash *hash, uint8_t pad, const uint8_t *key, size_t key_size,
	union hmac_state *ret)
{
	uint8_t block[BLOCK_MAX];

	memset(block, pad, sizeof(block));
	for (size_t i = 0; i < key_size; i++)
		block[i] ^= key[i];
	hash->init(ret);
	hash->update(ret, block, hash->block);
	OPENSSL_cleanse(block, sizeof(block));
}

int hmac_key_init(struct hmac_key *ret, uint16_t integrity, const uint8_t *key, size_t key_size)
{
	const struct hmac_hash *hash = find(integrity);

	if (!hash || key_size > hash->block)
		return -EOPNOTSUPP;
	ret->hash = hash;
	start(hash, 0x36, key, key_size, &ret->inner);
	start(hash, 0x5c, key, key_size, &ret->outer);
	return 0;
}

void hmac_compute(const struct hmac_key *key, const uint8_t *data, size_t size, const uint8_t *more,
	size_t more_size, uint8_t ret[static HMAC_DIGEST_MAX])
{
	union hmac_state state = key->inner;

	key->hash->update(&state, data, size);
	key->hash->update(&state, more, more_size);
	key->hash->final(ret, &state);
	state = key->outer;
	key->hash->update(&state, ret, key->hash->digest);
	key->hash->final(ret, &state);
	/* What is left of the state would let its finder continue the hash of the key. */
	OPENSSL_cleanse(&state, sizeof(state));
}
