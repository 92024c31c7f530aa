/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every suite of espd, for tests that walk all of them.
 */
#pragma once

#include "espd/proto.h"

#include <stdint.h>

static const struct test_cipher {
	uint16_t id;
	uint16_t key_size;
} test_ciphers[] = {
	{ ESPD_CIPHER_DES, 8 },
	{ ESPD_CIPHER_3DES, 24 },
	{ ESPD_CIPHER_AES_CBC, 16 },
	{ ESPD_CIPHER_AES_CBC, 24 },
	{ ESPD_CIPHER_AES_CBC, 32 },
	{ ESPD_CIPHER_AES_GCM_16, 20 },
	{ ESPD_CIPHER_AES_GCM_16, 28 },
	{ ESPD_CIPHER_AES_GCM_16, 36 },
	{ ESPD_CIPHER_CHACHA20_POLY1305, 36 },
};

static const struct test_cipher test_integrities[] = {
	{ ESPD_INTEGRITY_NONE, 0 },
	{ ESPD_INTEGRITY_HMAC_MD5_96, 16 },
	{ ESPD_INTEGRITY_HMAC_SHA1_96, 20 },
	{ ESPD_INTEGRITY_HMAC_SHA2_256_128, 32 },
	{ ESPD_INTEGRITY_HMAC_SHA2_384_192, 48 },
	{ ESPD_INTEGRITY_HMAC_SHA2_512_256, 64 },
};
