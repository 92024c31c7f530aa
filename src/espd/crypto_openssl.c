/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crypto.h over OpenSSL's EVP: every suite, one packet after another. Contexts are made with the
 * key, a packet only sets the IV. DES lives in the legacy provider.
 */
#include "espd/crypto.h"

#include "espd/proto.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <string.h>

#define HEADER 8
#define SALT_MAX 4
#define NONCE 12
#define DIGEST_MAX 64

struct crypto_key {
	struct suite suite;
	bool esn;
	EVP_CIPHER_CTX *cipher;
	EVP_MAC_CTX *mac; /* NULL with AEAD */
	uint8_t salt[SALT_MAX];
};

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

static const char *digest_name(uint16_t integrity)
{
	switch (integrity) {
	case ESPD_INTEGRITY_HMAC_MD5_96:
		return "MD5";
	case ESPD_INTEGRITY_HMAC_SHA1_96:
		return "SHA1";
	case ESPD_INTEGRITY_HMAC_SHA2_256_128:
		return "SHA256";
	case ESPD_INTEGRITY_HMAC_SHA2_384_192:
		return "SHA384";
	default:
		return "SHA512";
	}
}

int crypto_openssl_init(void)
{
	if (!OSSL_PROVIDER_load(NULL, "default") || !OSSL_PROVIDER_load(NULL, "legacy"))
		return -EIO;
	return 0;
}

static void key_free(struct crypto_key *key)
{
	if (!key)
		return;
	EVP_CIPHER_CTX_free(key->cipher);
	EVP_MAC_CTX_free(key->mac);
	OPENSSL_cleanse(key, sizeof(*key));
	free(key);
}
DEFINE_CLEANUP(struct crypto_key, key_free)

static int init_cipher(struct crypto_key *key, bool seal, const uint8_t *cipher_key)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, cipher_name(&key->suite), NULL);
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

static int init_mac(struct crypto_key *key, const uint8_t *integrity_key)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	char digest[16] = "";
	OSSL_PARAM params[2] = { OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end() };

	if (!mac)
		return -EOPNOTSUPP;
	memcpy(digest, digest_name(key->suite.integrity),
		strlen(digest_name(key->suite.integrity)) + 1);
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0);
	key->mac = EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac);
	if (!key->mac ||
		EVP_MAC_init(key->mac, integrity_key, key->suite.integrity_key_size, params) != 1)
		return -EOPNOTSUPP;
	return 0;
}

static int key_new(const struct suite *suite, enum crypto_direction direction, bool esn,
	const uint8_t *cipher_key, const uint8_t *integrity_key, struct crypto_key **ret)
{
	CLEANUP(key_freep) struct crypto_key *key = xcalloc(1, sizeof(*key));
	int err;

	key->suite = *suite;
	key->esn = esn;
	memcpy(key->salt, cipher_key + suite->cipher_key_size - suite->salt_size, suite->salt_size);
	err = init_cipher(key, direction == CRYPTO_SEAL, cipher_key);
	if (!err && !suite->aead)
		err = init_mac(key, integrity_key);
	if (err)
		return err;
	*ret = TAKE_PTR(key);
	return 0;
}

static void put_high(uint64_t sequence, uint8_t ret[static 4])
{
	for (int i = 0; i < 4; i++)
		ret[i] = (uint8_t)(sequence >> (56 - 8 * i));
}

/* The HMAC over header, IV and ciphertext, with ESN also over the upper half (RFC 4303 2.2.1). */
static int compute_icv(const struct crypto_packet *packet, uint8_t ret[static DIGEST_MAX])
{
	const struct crypto_key *key = packet->key;
	uint8_t high[4];
	size_t size;

	put_high(packet->sequence, high);
	if (EVP_MAC_init(key->mac, NULL, 0, NULL) != 1 ||
		EVP_MAC_update(key->mac, packet->esp, packet->size - key->suite.icv_size) != 1 ||
		(key->esn && EVP_MAC_update(key->mac, high, sizeof(high)) != 1) ||
		EVP_MAC_final(key->mac, ret, &size, DIGEST_MAX) != 1)
		return -EIO;
	return 0;
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

	if (EVP_CipherInit_ex2(packet->key->cipher, NULL, NULL, packet->esp + HEADER, -1, NULL) !=
			1 ||
		EVP_CipherUpdate(packet->key->cipher, payload, &out, payload, size) != 1 ||
		out != size)
		return -EIO;
	return 0;
}

/* Nonce and additional data of RFC 4106 and RFC 7634: salt and IV; SPI and the sequence number. */
static int start_aead(const struct crypto_packet *packet)
{
	const struct crypto_key *key = packet->key;
	uint8_t nonce[NONCE], aad[12];
	size_t aad_size = HEADER;
	int out;

	memcpy(nonce, key->salt, SALT_MAX);
	memcpy(nonce + SALT_MAX, packet->esp + HEADER, NONCE - SALT_MAX);
	memcpy(aad, packet->esp, HEADER);
	if (key->esn) {
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
	EVP_CIPHER_CTX *cipher = packet->key->cipher;
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
	EVP_CIPHER_CTX *cipher = packet->key->cipher;
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
	uint8_t digest[DIGEST_MAX];
	size_t icv_size = packet->key->suite.icv_size;
	int err;

	if (packet->key->suite.aead)
		return seal_aead(packet);
	err = run_cbc(packet);
	if (!err)
		err = compute_icv(packet, digest);
	if (!err)
		memcpy(packet->esp + packet->size - icv_size, digest, icv_size);
	return err;
}

static int open_one(const struct crypto_packet *packet)
{
	uint8_t digest[DIGEST_MAX];
	size_t icv_size = packet->key->suite.icv_size;
	int err;

	if (packet->key->suite.aead)
		return open_aead(packet);
	err = compute_icv(packet, digest);
	if (err)
		return err;
	if (CRYPTO_memcmp(digest, packet->esp + packet->size - icv_size, icv_size))
		return -EBADMSG;
	return run_cbc(packet);
}

static void seal_burst(struct crypto_packet *packets, size_t len)
{
	for (size_t i = 0; i < len; i++)
		packets[i].result = seal_one(&packets[i]);
}

static void open_burst(struct crypto_packet *packets, size_t len)
{
	for (size_t i = 0; i < len; i++)
		packets[i].result = open_one(&packets[i]);
}

const struct crypto_backend crypto_openssl = {
	.name = "openssl",
	.key_new = key_new,
	.key_free = key_free,
	.seal = seal_burst,
	.open = open_burst,
};
