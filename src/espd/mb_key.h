/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A key of the multi-buffer backend: schedules and hash states in the library's formats, and the
 * job every packet of the SA starts from. Knows the suites of ESP, runs nothing.
 */
#pragma once

#include "espd/crypto.h"

#include <intel-ipsec-mb.h>

#define MB_SALT_MAX 4
#define MB_STATE_MAX 64

/* What decides how fast a burst is: the hash, or being an AEAD cipher. */
enum mb_class { MB_MD5, MB_SHA1, MB_SHA256, MB_SHA384, MB_SHA512, MB_AEAD, MB_CLASSES };

struct mb_key {
	struct crypto_key common;
	enum mb_class class;
	uint8_t salt[MB_SALT_MAX];
	IMB_JOB job; /* all but what differs between packets */
	union {
		struct {
			uint8_t enc[16 * 15] __attribute__((aligned(16)));
			uint8_t dec[16 * 15] __attribute__((aligned(16)));
			uint8_t inner[MB_STATE_MAX] __attribute__((aligned(16)));
			uint8_t outer[MB_STATE_MAX] __attribute__((aligned(16)));
		} cbc;
		struct gcm_key_data gcm;
		uint8_t chacha20[32];
	};
};

/* manager: the wide one, for its key functions. -EOPNOTSUPP: a suite that is left to OpenSSL. */
MUST_CHECK int mb_key_new(const struct crypto_backend *backend, IMB_MGR *manager,
	const struct suite *suite, enum crypto_direction direction, bool esn,
	const uint8_t *cipher_key, const uint8_t *integrity_key, struct mb_key **ret);
/* Wipes and frees; NULL is fine. */
void mb_key_free(struct mb_key *key);
