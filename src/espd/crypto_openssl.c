/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crypto.h over OpenSSL: every suite, one packet after another, nothing allocated. Contexts are
 * made with the key, a packet only sets the IV. DES lives in the legacy provider.
 */
#include "espd/crypto.h"

#include "espd/hmac.h"
#include "espd/proto.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <string.h>

#define HEADER 8
#define SALT_MAX 4
#define NONCE 12

struct openssl_key {
	struct crypto_key common;
	EVP_CIPHER_CTX *cipher;
	struct hmac_key hmac; /* not used with AEAD */
	uint8_t salt[SALT_MAX];
};

static const struct openssl_key *own(const struct crypto_packet *packet)
{
	const void *key = packet->key;

	return key;
}

static const char *cipher_name(const struct suite *suite)
{
	size_t key_size = (size_t)suite->cipher_key_size - suite->salt_size;

	switch (suite->cipher) {
	case ESPD_CIPHER_DES:
		return "DES-CBC";
	case ESPD_CIPHER_3DES:
		return "DES-EDE3-CBC";
	case ESPD_CIPHER_AES_CBC:
		return key_size == 16   ? "AES-128-CBC"
		       : key_size == 24 ? "AES-192-CBC"
					: "AES-256-CBC";
	case ESPD_CIPHER_AES_GCM_16:
		return key_size == 16   ? "AES-128-GCM"
		       : key_size == 24 ? "AES-192-GCM"
					: "AES-256-GCM";
	default:
		return "ChaCha20-Poly1305";
	}
}

int crypto_openssl_init(void)
{
	if (!OSSL_PROVIDER_load(NULL, "default") || !OSSL_PROVIDER_load(NULL, "legacy"))
		return -EIO;
	return 0;
}

static void key_free(struct crypto_key *common)
{
	void *any = common;
	struct openssl_key *key = any;

	if (!key)
		return;
	EVP_CIPHER_CTX_free(key->cipher);
	OPENSSL_cleanse(key, sizeof(*key));
	free(key);
}
DEFINE_CLEANUP(struct crypto_key, key_free)

static int init_cipher(struct openssl_key *key, bool seal, const uint8_t *cipher_key)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, cipher_name(&key->common.suite), NULL);
	int ok;

	if (!cipher)
		return -EOPNOTSUPP;
	key->cipher = EVP_CIPHER_CTX_new();
	ok = key->cipher &&
	     EVP_CipherInit_ex2(key->cipher, cipher, cipher_key, NULL, seal, NULL) == 1 &&
	     EVP_CIPHER_CTX_set_padding(key->cipher, 0) == 1;
	EVP_CIPHER_free(cipher);
	return ok ? 0 : -EOPNOTSUPP;
}

static int key_new(const struct suite *suite, enum crypto_direction direction, bool esn,
	const uint8_t *cipher_key, const uint8_t *integrity_key, struct crypto_key **ret)
{
	struct openssl_key *key = xcalloc(1, sizeof(*key));
	CLEANUP(key_freep) struct crypto_key *common = &key->common;
	int err;

	*common = (struct crypto_key){ .backend = &crypto_openssl, .suite = *suite, .esn = esn };
	memcpy(key->salt, cipher_key + suite->cipher_key_size - suite->salt_size, suite->salt_size);
	err = init_cipher(key, direction == CRYPTO_SEAL, cipher_key);
	if (!err && !suite->aead)
		err = hmac_key_init(
			&key->hmac, suite->integrity, integrity_key, suite->integrity_key_size);
	if (err)
		return err;
	*ret = TAKE_PTR(common);
	return 0;
}

static void put_high(uint64_t sequence, uint8_t ret[static 4])
{
	for (int i = 0; i < 4; i++)
		ret[i] = (uint8_t)(sequence >> (56 - 8 * i));
}

/* The HMAC over header, IV and ciphertext, with ESN also over the upper half (RFC 4303 2.2.1). */
static void compute_icv(const struct crypto_packet *packet, uint8_t ret[static HMAC_DIGEST_MAX])
{
	uint8_t high[4];

	put_high(packet->sequence, high);
	hmac_compute(&own(packet)->hmac, packet->esp, packet->size - packet->key->suite.icv_size,
		high, packet->key->esn ? sizeof(high) : 0, ret);
}

static uint8_t *payload_of(const struct crypto_packet *packet, int *ret_size)
{
	const struct suite *suite = &packet->key->suite;

	*ret_size = (int)(packet->size - HEADER - suite->iv_size - suite->icv_size);
	return packet->esp + HEADER + suite->iv_size;
}

static int run_cbc(const struct crypto_packet *packet)
{
	int size, out;
	uint8_t *payload = payload_of(packet, &size);

	if (EVP_CipherInit_ex2(own(packet)->cipher, NULL, NULL, packet->esp + HEADER, -1, NULL) !=
			1 ||
		EVP_CipherUpdate(own(packet)->cipher, payload, &out, payload, size) != 1 ||
		out != size)
		return -EIO;
	return 0;
}

/* Nonce and additional data of RFC 4106 and RFC 7634: salt and IV; SPI and the sequence number. */
static int start_aead(const struct crypto_packet *packet)
{
	const struct openssl_key *key = own(packet);
	uint8_t nonce[NONCE], aad[12];
	size_t aad_size = HEADER;
	int out;

	memcpy(nonce, key->salt, SALT_MAX);
	memcpy(nonce + SALT_MAX, packet->esp + HEADER, NONCE - SALT_MAX);
	memcpy(aad, packet->esp, HEADER);
	if (key->common.esn) {
		put_high(packet->sequence, aad + 4);
		memcpy(aad + 8, packet->esp + 4, 4);
		aad_size = sizeof(aad);
	}
	if (EVP_CipherInit_ex2(key->cipher, NULL, NULL, nonce, -1, NULL) != 1 ||
		EVP_CipherUpdate(key->cipher, NULL, &out, aad, (int)aad_size) != 1)
		return -EIO;
	return 0;
}

static int seal_aead(const struct crypto_packet *packet)
{
	EVP_CIPHER_CTX *cipher = own(packet)->cipher;
	int size, out, err = start_aead(packet);
	uint8_t *payload = payload_of(packet, &size);

	if (err)
		return err;
	if (EVP_CipherUpdate(cipher, payload, &out, payload, size) != 1 || out != size ||
		EVP_CipherFinal_ex(cipher, payload + size, &out) != 1 ||
		EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, packet->key->suite.icv_size,
			payload + size) != 1)
		return -EIO;
	return 0;
}

static int open_aead(const struct crypto_packet *packet)
{
	EVP_CIPHER_CTX *cipher = own(packet)->cipher;
	int size, out, err = start_aead(packet);
	uint8_t *payload = payload_of(packet, &size);

	if (err)
		return err;
	if (EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, packet->key->suite.icv_size,
		    payload + size) != 1 ||
		EVP_CipherUpdate(cipher, payload, &out, payload, size) != 1)
		return -EIO;
	return EVP_CipherFinal_ex(cipher, payload + size, &out) == 1 ? 0 : -EBADMSG;
}

static int seal_one(const struct crypto_packet *packet)
{
	uint8_t digest[HMAC_DIGEST_MAX];
	size_t icv_size = packet->key->suite.icv_size;
	int err;

	if (packet->key->suite.aead)
		return seal_aead(packet);
	err = run_cbc(packet);
	if (err)
		return err;
	compute_icv(packet, digest);
	memcpy(packet->esp + packet->size - icv_size, digest, icv_size);
	return 0;
}

static int open_one(const struct crypto_packet *packet)
{
	uint8_t digest[HMAC_DIGEST_MAX];
	size_t icv_size = packet->key->suite.icv_size;

	if (packet->key->suite.aead)
		return open_aead(packet);
	compute_icv(packet, digest);
	if (CRYPTO_memcmp(digest, packet->esp + packet->size - icv_size, icv_size))
		return -EBADMSG;
	return run_cbc(packet);
}

static void *context_new(void)
{
	return NULL;
}

static void context_free(void *context)
{
	(void)context;
}

static void seal_burst(void *context, struct crypto_packet *packets, size_t len)
{
	(void)context;
	for (size_t i = 0; i < len; i++)
		packets[i].result = seal_one(&packets[i]);
}

static void open_burst(void *context, struct crypto_packet *packets, size_t len)
{
	(void)context;
	for (size_t i = 0; i < len; i++)
		packets[i].result = open_one(&packets[i]);
}

const struct crypto_backend crypto_openssl = {
	.name = "openssl",
	.context_new = context_new,
	.context_free = context_free,
	.key_new = key_new,
	.key_free = key_free,
	.seal = seal_burst,
	.open = open_burst,
};
