/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ids of our shared keys in charon. charon can only list all of them at once, so that asking
 * each time would make an edit dearer with every connection; this agent alone changes them, so they
 * are read when everything is looked at and kept up to date in between.
 */
#pragma once

#include "drivers/ike/seen.h"

#include <uthash.h>

struct keyring_entry {
	char id[IKE_NAME_SIZE]; /* of the connection */
	char **key_ids;
	size_t len;
	UT_hash_handle hh;
};

struct keyring {
	struct keyring_entry *entries;
	bool is_known;
};

/* Forgets everything: it has to be read again. */
void keyring_forget(struct keyring *keyring);
/* Ignores what is not ours. */
void keyring_add(struct keyring *keyring, const char *key_id);
void keyring_remove(struct keyring *keyring, const char *key_id);
/* NULL: none. */
const struct keyring_entry *keyring_find(const struct keyring *keyring, const char *id);
