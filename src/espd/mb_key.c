/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DES and 3DES are refused: on most processors the library is far slower at them than OpenSSL, on
 * the rest its version 1.3 has an open report of wrong output.
 */
#include "espd/mb_key.h"

#include "espd/proto.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>

#define ALIGNMENT 64
#define BLOCK_MAX 128
#define NONCE 12

static const struct hash {
	uint16_t integrity;
	enum mb_class class;
	IMB_HASH_ALG algorithm;
	size_t block;
	size_t one_block; /* where the manager keeps the function that hashes one block */
} hashes[] = {
	{ ESPD_INTEGRITY_HMAC_MD5_96, MB_MD5, IMB_AUTH_MD5, 64, offsetof(IMB_MGR, md5_one_block) },
	{ ESPD_INTEGRITY_HMAC_SHA1_96, MB_SHA1, IMB_AUTH_HMAC_SHA_1, 64,
		offsetof(IMB_MGR, sha1_one_block) },
	{ ESPD_INTEGRITY_HMAC_SHA2_256_128, MB_SHA256, IMB_AUTH_HMAC_SHA_256, 64,
		offsetof(IMB_MGR, sha256_one_block) },
	{ ESPD_INTEGRITY_HMAC_SHA2_384_192, MB_SHA384, IMB_AUTH_HMAC_SHA_384, 128,
		offsetof(IMB_MGR, sha384_one_block) },
	{ ESPD_INTEGRITY_HMAC_SHA2_512_256, MB_SHA512, IMB_AUTH_HMAC_SHA_512, 128,
		offsetof(IMB_MGR, sha512_one_block) },
};

/* The state of a hash behind one block of padded key, RFC 2104 section 4. */
static void hash_pad(IMB_MGR *manager, const struct hash *hash, uint8_t pad, const uint8_t *key,
	size_t key_size, uint8_t ret[static MB_STATE_MAX])
{
	uint8_t block[BLOCK_MAX];
	hash_one_block_t one_block;

	memcpy(&one_block, (const uint8_t *)manager + hash->one_block, sizeof(one_block));
	memset(block, pad, sizeof(block));
	for (size_t i = 0; i < key_size; i++)
		block[i] ^= key[i];
	one_block(block, ret);
	OPENSSL_cleanse(block, sizeof(block));
}

static int init_cbc(struct mb_key *key, IMB_MGR *manager, const uint8_t *cipher_key,
	const uint8_t *integrity_key)
{
	const struct suite *suite = &key->common.suite;
	const struct hash *hash = NULL;

	for (size_t i = 0; i < ARRAY_LEN(hashes); i++)
		if (hashes[i].integrity == suite->integrity)
			hash = &hashes[i];
	if (!hash)
		return -EOPNOTSUPP;
	if (suite->cipher_key_size == 16)
		IMB_AES_KEYEXP_128(manager, cipher_key, key->cbc.enc, key->cbc.dec);
	else if (suite->cipher_key_size == 24)
		IMB_AES_KEYEXP_192(manager, cipher_key, key->cbc.enc, key->cbc.dec);
	else
		IMB_AES_KEYEXP_256(manager, cipher_key, key->cbc.enc, key->cbc.dec);
	hash_pad(manager, hash, 0x36, integrity_key, suite->integrity_key_size, key->cbc.inner);
	hash_pad(manager, hash, 0x5c, integrity_key, suite->integrity_key_size, key->cbc.outer);
	key->class = hash->class;
	key->job.cipher_mode = IMB_CIPHER_CBC;
	key->job.hash_alg = hash->algorithm;
	key->job.enc_keys = key->cbc.enc;
	key->job.dec_keys = key->cbc.dec;
	key->job.iv_len_in_bytes = suite->iv_size;
	key->job.u.HMAC._hashed_auth_key_xor_ipad = key->cbc.inner;
	key->job.u.HMAC._hashed_auth_key_xor_opad = key->cbc.outer;
	return 0;
}

static void init_gcm(struct mb_key *key, IMB_MGR *manager, const uint8_t *cipher_key)
{
	if (key->job.key_len_in_bytes == 16)
		IMB_AES128_GCM_PRE(manager, cipher_key, &key->gcm);
	else if (key->job.key_len_in_bytes == 24)
		IMB_AES192_GCM_PRE(manager, cipher_key, &key->gcm);
	else
		IMB_AES256_GCM_PRE(manager, cipher_key, &key->gcm);
	key->job.cipher_mode = IMB_CIPHER_GCM;
	key->job.hash_alg = IMB_AUTH_AES_GMAC;
	key->job.enc_keys = key->job.dec_keys = &key->gcm;
}

static void init_chacha20(struct mb_key *key, const uint8_t *cipher_key)
{
	memcpy(key->chacha20, cipher_key, sizeof(key->chacha20));
	key->job.cipher_mode = IMB_CIPHER_CHACHA20_POLY1305;
	key->job.hash_alg = IMB_AUTH_CHACHA20_POLY1305;
	key->job.enc_keys = key->job.dec_keys = key->chacha20;
}

static int init_suite(struct mb_key *key, IMB_MGR *manager, const uint8_t *cipher_key,
	const uint8_t *integrity_key)
{
	key->class = MB_AEAD;
	key->job.iv_len_in_bytes = NONCE;
	switch (key->common.suite.cipher) {
	case ESPD_CIPHER_AES_CBC:
		return init_cbc(key, manager, cipher_key, integrity_key);
	case ESPD_CIPHER_AES_GCM_16:
		init_gcm(key, manager, cipher_key);
		return 0;
	case ESPD_CIPHER_CHACHA20_POLY1305:
		init_chacha20(key, cipher_key);
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

void mb_key_free(struct mb_key *key)
{
	if (!key)
		return;
	OPENSSL_cleanse(key, sizeof(*key));
	free(key);
}
DEFINE_CLEANUP(struct mb_key, mb_key_free)

int mb_key_new(const struct crypto_backend *backend, IMB_MGR *manager, const struct suite *suite,
	enum crypto_direction direction, bool esn, const uint8_t *cipher_key,
	const uint8_t *integrity_key, struct mb_key **ret)
{
	CLEANUP(mb_key_freep)
	struct mb_key *key =
		aligned_alloc(ALIGNMENT, (sizeof(*key) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
	int err;

	if (!key)
		abort();
	memset(key, 0, sizeof(*key));
	key->common = (struct crypto_key){ .backend = backend, .suite = *suite, .esn = esn };
	memcpy(key->salt, cipher_key + suite->cipher_key_size - suite->salt_size, suite->salt_size);
	key->job.key_len_in_bytes = (uint64_t)suite->cipher_key_size - suite->salt_size;
	key->job.auth_tag_output_len_in_bytes = suite->icv_size;
	key->job.cipher_direction = direction == CRYPTO_SEAL ? IMB_DIR_ENCRYPT : IMB_DIR_DECRYPT;
	key->job.chain_order =
		direction == CRYPTO_SEAL ? IMB_ORDER_CIPHER_HASH : IMB_ORDER_HASH_CIPHER;
	err = init_suite(key, manager, cipher_key, integrity_key);
	if (err)
		return err;
	*ret = TAKE_PTR(key);
	return 0;
}
