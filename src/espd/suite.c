/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two tables, ciphers and integrity algorithms, and their legal combinations: an AEAD cipher stands
 * alone, any other needs an integrity algorithm (RFC 4303 section 3.2.3).
 */
#include "espd/suite.h"

#include "espd/proto.h"

#include <errno.h>

static const struct cipher {
	uint16_t id;
	uint8_t key_size, salt_size, iv_size, align, icv_size;
} ciphers[] = {
	{ ESPD_CIPHER_DES, 8, 0, 8, 8, 0 },
	{ ESPD_CIPHER_3DES, 24, 0, 8, 8, 0 },
	{ ESPD_CIPHER_AES_CBC, 16, 0, 16, 16, 0 },
	{ ESPD_CIPHER_AES_CBC, 24, 0, 16, 16, 0 },
	{ ESPD_CIPHER_AES_CBC, 32, 0, 16, 16, 0 },
	{ ESPD_CIPHER_AES_GCM_16, 16, 4, 8, 4, 16 },
	{ ESPD_CIPHER_AES_GCM_16, 24, 4, 8, 4, 16 },
	{ ESPD_CIPHER_AES_GCM_16, 32, 4, 8, 4, 16 },
	{ ESPD_CIPHER_CHACHA20_POLY1305, 32, 4, 8, 4, 16 },
};

static const struct integrity {
	uint16_t id;
	uint8_t key_size, icv_size;
} integrities[] = {
	{ ESPD_INTEGRITY_NONE, 0, 0 },
	{ ESPD_INTEGRITY_HMAC_MD5_96, 16, 12 },
	{ ESPD_INTEGRITY_HMAC_SHA1_96, 20, 12 },
	{ ESPD_INTEGRITY_HMAC_SHA2_256_128, 32, 16 },
	{ ESPD_INTEGRITY_HMAC_SHA2_384_192, 48, 24 },
	{ ESPD_INTEGRITY_HMAC_SHA2_512_256, 64, 32 },
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
