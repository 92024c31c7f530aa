/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets in memory: wiped when released, compared in constant time, never formatted (there is no
 * function that prints one). The bytes live in libsodium's guarded, locked memory. For one thread.
 */
#pragma once

#include "base/alloc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct secret {
	size_t size;
	uint8_t *bytes; /* followed by a NUL that size does not count */
};

struct secret *secret_new(const void *bytes, size_t size);
struct secret *secret_dup(const struct secret *secret);
void secret_free(struct secret *secret); /* NULL is fine */
DEFINE_CLEANUP(struct secret, secret_free)
#define AUTO_SECRET CLEANUP(secret_freep)

/* Constant time for equal sizes. */
bool secret_equal(const struct secret *a, const struct secret *b);
bool bytes_equal(const void *a, const void *b, size_t size);
void wipe(void *bytes, size_t size);
/* free() that wipes the whole block first, for libraries and buffers that secrets go through. */
void free_wiped(void *ptr);
/* Cryptographically strong random bytes. */
void random_bytes(void *ret, size_t size);
/* size characters out of alphabet (2..256 characters), uniformly; ret holds size + 1. */
void random_text(const char *alphabet, char *ret, size_t size);
