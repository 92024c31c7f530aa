/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HMAC (RFC 2104) with the two hashed key blocks kept, so that a packet costs no allocation and no
 * look-up: OpenSSL's own HMAC allocates a context for each. Knows integrity algorithms by their
 * number in proto.h.
 */
#pragma once

#include "base/alloc.h"

#include <openssl/md5.h>
#include <openssl/sha.h>
#include <stddef.h>
#include <stdint.h>

#define HMAC_DIGEST_MAX 64

union hmac_state {
	MD5_CTX md5;
	SHA_CTX sha1;
	SHA256_CTX sha256;
	SHA512_CTX sha512; /* of SHA-384 too */
};

struct hmac_hash;

struct hmac_key {
	const struct hmac_hash *hash;
	union hmac_state inner, outer;
};

/* -EOPNOTSUPP: no such algorithm. The key is at most a block, as every one of ESP's is. */
MUST_CHECK int hmac_key_init(
	struct hmac_key *ret, uint16_t integrity, const uint8_t *key, size_t key_size);
/* Over data, then more; the whole digest, its size depends on the algorithm. */
void hmac_compute(const struct hmac_key *key, const uint8_t *data, size_t size, const uint8_t *more,
	size_t more_size, uint8_t ret[static HMAC_DIGEST_MAX]);
