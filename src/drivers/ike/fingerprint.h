/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tells whether charon holds exactly the wanted settings, without reading a secret back. charon
 * lists the ids of shared keys and nothing of what they hold, and of a connection neither proposals
 * nor the key; so the key's id carries a fingerprint of everything charon was told:
 *
 *   "vco-0123456789abcdefg:8c5f0a1e6b7d2f43"
 *   "vco-0123456789abcdefg:8c5f0a1e6b7d2f43:vcg-0123456789abcdef0"   a child of that group
 *
 * It is keyed: charon writes these ids into its log, and a plain hash would let its reader test
 * guesses of a short pre-shared key. The key of the fingerprint stays the same over restarts, so
 * that a restarted agent finds its connections unchanged.
 */
#pragma once

#include "base/secret.h"
#include "drivers/ike/group.h"

#define FINGERPRINT_SIZE 8 /* bytes */
#define FINGERPRINT_TEXT_SIZE (2 * FINGERPRINT_SIZE + 1)
#define FINGERPRINT_KEY_SIZE 32

/* Of complete settings. */
void fingerprint_of(const struct ike_settings *settings, const struct secret *key,
	char ret[static FINGERPRINT_TEXT_SIZE]);
/* The shared key's id in charon; an own string. */
char *fingerprint_key_id(const struct ike_settings *settings, const struct secret *key);
/* The connection a shared key is of; false when it is not one of ours. */
bool fingerprint_split(const char *key_id, char ret_id[static IKE_NAME_SIZE]);
/* The charon connection that a shared key of ours was loaded for. */
void fingerprint_group(const char *key_id, char ret_name[static IKE_NAME_SIZE]);
/* The key in this file, which is made when there is none. */
MUST_CHECK int fingerprint_key_open(const char *path, struct secret **ret);
