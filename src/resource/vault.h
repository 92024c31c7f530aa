/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seals secrets for storage: XChaCha20-Poly1305 (libsodium) under a key that lives in a file
 * outside the store, the place of the secret ("vpn-connection/vco-1/Psk") as additional data.
 */
#pragma once

#include "base/secret.h"

#include <stdbool.h>

struct vault;

/* Reads the key file (32 bytes as hex, mode 0600 or stricter, else -EPERM); creates it when missing
 * and create is set. */
MUST_CHECK int vault_open(const char *key_file, bool create, struct vault **ret);
/* Creates a missing one only for a first start: -ENOKEY where there is a store already, which
 * another key has sealed and this one could not open. */
MUST_CHECK int vault_open_first(const char *key_file, const char *store_file, struct vault **ret);
void vault_free(struct vault *vault);
DEFINE_CLEANUP(struct vault, vault_free)
/* base64 text; an own string. */
char *vault_seal(const struct vault *vault, const char *place, const struct secret *secret);
/* -EBADMSG: not sealed by this key for this place. */
MUST_CHECK int vault_unseal(
	const struct vault *vault, const char *place, const char *sealed, struct secret **ret);
