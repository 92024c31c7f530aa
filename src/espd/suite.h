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
