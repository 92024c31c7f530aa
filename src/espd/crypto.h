/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam between ESP framing and a crypto library: bursts of framed packets, each with the key of
 * its own SA, sealed or opened in place. A backend keeps nothing but keys and what a worker needs
 * while it runs one burst; a key and a context are used by one worker at a time.
 */
#pragma once

#include "base/alloc.h"
#include "espd/suite.h"

#include <stddef.h>
#include <stdint.h>

struct crypto_backend;

/* The part of a key every backend begins its own with. */
struct crypto_key {
	const struct crypto_backend *backend;
	struct suite suite;
	bool esn;
};

struct crypto_packet {
	struct crypto_key *key;
	uint8_t *esp;      /* SPI, sequence, IV, payload and trailer, ICV: in place */
	size_t size;       /* of all of that */
	uint64_t sequence; /* whole number; with ESN its upper half is authenticated too */
	int result;        /* set by the burst: 0, -EBADMSG (integrity), -EIO (library) */
};

enum crypto_direction { CRYPTO_OPEN, CRYPTO_SEAL };

struct crypto_backend {
	const char *name;
	/* What one worker needs beside the keys, for seal() and open(); NULL when it is nothing. */
	void *(*context_new)(void);
	void (*context_free)(void *context); /* NULL is fine */
	/* Copies what it needs of the keys. -EOPNOTSUPP: the library lacks the suite. */
	int (*key_new)(const struct suite *suite, enum crypto_direction direction, bool esn,
		const uint8_t *cipher_key, const uint8_t *integrity_key, struct crypto_key **ret);
	/* Wipes and frees; NULL is fine. */
	void (*key_free)(struct crypto_key *key);
	/* The IV is in place already. */
	void (*seal)(void *context, struct crypto_packet *packets, size_t len);
	/* Of a packet that does not come out as 0 no byte may be believed or read any more. */
	void (*open)(void *context, struct crypto_packet *packets, size_t len);
};

/* Needs no context. */
extern const struct crypto_backend crypto_openssl;
/* Loads the providers; once, before the sandbox. -EIO. */
MUST_CHECK int crypto_openssl_init(void);
