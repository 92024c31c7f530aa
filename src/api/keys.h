/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access keys in the store: looking one up, and making the first one.
 */
#pragma once

#include "api/action.h"

/* -ENOENT: no such key; -EBADMSG: the vault cannot open it. */
MUST_CHECK int keys_get(const struct api *api, const char *access_key_id, struct access_key *ret);
/*
 * When the store holds no key at all: makes one and writes it to <state_dir>/first-access-key (mode
 * 0600); standard error gets it too when it is a terminal. *ret_is_first tells whether it did.
 */
MUST_CHECK int keys_make_first(const struct api *api, int64_t now_ms, bool *ret_is_first);
/* Fresh random id ("LTAI..." as clients expect) and secret. */
void keys_fill(struct access_key *key, int64_t now_ms);
