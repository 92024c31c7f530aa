/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Published answers of ESP's algorithms, for the proof at start and for tests. Texts in
 * hexadecimal.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct crypto_answer {
	const char *source;
	uint16_t cipher, integrity; /* numbers of proto.h */
	bool esn;
	const char *key, *integrity_key;
	uint64_t sequence;
	const char *header_and_iv, *payload, *sealed; /* sealed: ciphertext, and ICV of AEAD */
};

struct hmac_answer {
	uint16_t integrity;
	const char *digest; /* of hmac_answer_text with hmac_answer_key */
};

extern const struct crypto_answer crypto_answers[];
extern const size_t crypto_answers_len;
/* RFC 2202 and RFC 4231, test case 2. */
#define HMAC_ANSWER_KEY "Jefe"
#define HMAC_ANSWER_TEXT "what do ya want for nothing?"
extern const struct hmac_answer hmac_answers[];
extern const size_t hmac_answers_len;
