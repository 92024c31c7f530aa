/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The algorithm suites of ESP as sizes: what a cipher and an integrity algorithm need of keys, IV,
 * padding and ICV. Knows the numbers of proto.h, no crypto library.
 */
#pragma once

#include "base/alloc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SUITE_ICV_MAX 32
#define SUITES_MAX 64 /* places a suite may have */
#define SUITE_NAME_MAX 32

struct suite {
	uint16_t cipher, integrity; /* enum espd_cipher, enum espd_integrity */
	uint8_t cipher_key_size;    /* salt included */
	uint8_t integrity_key_size;
	uint8_t salt_size;
	uint8_t iv_size, icv_size;
	uint8_t align; /* the ciphertext is a multiple of it: cipher block or 4 bytes */
	bool aead;
};

/* -EINVAL: no such algorithm, a pair that does not go together, or a wrong key size. */
MUST_CHECK int suite_find(uint16_t cipher, uint16_t integrity, size_t cipher_key_size,
	size_t integrity_key_size, struct suite *ret);
/* Every place below SUITES_MAX has one suite or none: for tables and walks. false: none. */
bool suite_at(size_t place, struct suite *ret);
size_t suite_place(const struct suite *suite);
/* "aes128-sha1", "aes256gcm": for people. */
void suite_name(const struct suite *suite, char ret[static SUITE_NAME_MAX]);
