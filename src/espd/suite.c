/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two tables, ciphers and integrity algorithms, and their legal combinations: an AEAD cipher stands
 * alone, any other needs an integrity algorithm (RFC 4303 section 3.2.3).
 */
#include "espd/suite.h"

#include "espd/proto.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

static const struct cipher {
	uint16_t id;
	uint8_t key_size, salt_size, iv_size, align, icv_size;
	const char *name;
} ciphers[] = {
	{ ESPD_CIPHER_DES, 8, 0, 8, 8, 0, "des" },
	{ ESPD_CIPHER_3DES, 24, 0, 8, 8, 0, "3des" },
	{ ESPD_CIPHER_AES_CBC, 16, 0, 16, 16, 0, "aes128" },
	{ ESPD_CIPHER_AES_CBC, 24, 0, 16, 16, 0, "aes192" },
	{ ESPD_CIPHER_AES_CBC, 32, 0, 16, 16, 0, "aes256" },
	{ ESPD_CIPHER_AES_GCM_16, 16, 4, 8, 4, 16, "aes128gcm" },
	{ ESPD_CIPHER_AES_GCM_16, 24, 4, 8, 4, 16, "aes192gcm" },
	{ ESPD_CIPHER_AES_GCM_16, 32, 4, 8, 4, 16, "aes256gcm" },
	{ ESPD_CIPHER_CHACHA20_POLY1305, 32, 4, 8, 4, 16, "chacha20" },
};

static const struct integrity {
	uint16_t id;
	uint8_t key_size, icv_size;
	const char *name;
} integrities[] = {
	{ ESPD_INTEGRITY_NONE, 0, 0, "" },
	{ ESPD_INTEGRITY_HMAC_MD5_96, 16, 12, "-md5" },
	{ ESPD_INTEGRITY_HMAC_SHA1_96, 20, 12, "-sha1" },
	{ ESPD_INTEGRITY_HMAC_SHA2_256_128, 32, 16, "-sha256" },
	{ ESPD_INTEGRITY_HMAC_SHA2_384_192, 48, 24, "-sha384" },
	{ ESPD_INTEGRITY_HMAC_SHA2_512_256, 64, 32, "-sha512" },
};

static const struct cipher *find_cipher(uint16_t id, size_t key_size)
{
	for (size_t i = 0; i < ARRAY_LEN(ciphers); i++)
		if (ciphers[i].id == id &&
			(size_t)ciphers[i].key_size + ciphers[i].salt_size == key_size)
			return &ciphers[i];
	return NULL;
}

static const struct integrity *find_integrity(uint16_t id, size_t key_size)
{
	for (size_t i = 0; i < ARRAY_LEN(integrities); i++)
		if (integrities[i].id == id && integrities[i].key_size == key_size)
			return &integrities[i];
	return NULL;
}

int suite_find(uint16_t cipher, uint16_t integrity, size_t cipher_key_size,
	size_t integrity_key_size, struct suite *ret)
{
	const struct cipher *c = find_cipher(cipher, cipher_key_size);
	const struct integrity *i = find_integrity(integrity, integrity_key_size);

	if (!c || !i || (c->icv_size == 0) == (i->icv_size == 0))
		return -EINVAL;
	*ret = (struct suite){
		.cipher = cipher,
		.integrity = integrity,
		.cipher_key_size = (uint8_t)(c->key_size + c->salt_size),
		.integrity_key_size = i->key_size,
		.salt_size = c->salt_size,
		.iv_size = c->iv_size,
		.icv_size = (uint8_t)(c->icv_size + i->icv_size),
		.align = c->align,
		.aead = c->icv_size != 0,
	};
	return 0;
}

bool suite_at(size_t place, struct suite *ret)
{
	const struct cipher *c = &ciphers[place / ARRAY_LEN(integrities) % ARRAY_LEN(ciphers)];
	const struct integrity *i = &integrities[place % ARRAY_LEN(integrities)];

	static_assert(ARRAY_LEN(ciphers) * ARRAY_LEN(integrities) <= SUITES_MAX, "places are few");
	return place < ARRAY_LEN(ciphers) * ARRAY_LEN(integrities) &&
	       suite_find(c->id, i->id, (size_t)c->key_size + c->salt_size, i->key_size, ret) == 0;
}

size_t suite_place(const struct suite *suite)
{
	const struct cipher *c = find_cipher(suite->cipher, suite->cipher_key_size);
	const struct integrity *i = find_integrity(suite->integrity, suite->integrity_key_size);

	assert(c && i);
	return (size_t)(c - ciphers) * ARRAY_LEN(integrities) + (size_t)(i - integrities);
}

void suite_name(const struct suite *suite, char ret[static SUITE_NAME_MAX])
{
	const struct cipher *c = find_cipher(suite->cipher, suite->cipher_key_size);
	const struct integrity *i = find_integrity(suite->integrity, suite->integrity_key_size);

	assert(c && i);
	(void)snprintf(ret, SUITE_NAME_MAX, "%s%s", c->name, i->name);
}
