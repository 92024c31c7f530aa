/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ClientToken: a write that was done is not done again for 24 hours. The answer is kept under
 * meta/token/<hash of key, action and token>, committed together with the change, sealed because
 * answers and parameters may hold secrets.
 */
#pragma once

#include "api/action.h"

#define TOKEN_HOURS 24

/*
 * Was this request answered before? 0: yes, its members are put into answer. -ENOENT: no;
 * *ret_revision is the condition under which the token may be written. -EINVAL: with other
 * parameters (the fault says so).
 */
MUST_CHECK int token_find(const struct api *api, const struct request *request, const char *token,
	json_t *answer, uint64_t *ret_revision, struct fault *fault);
/* Adds the answer to the change. */
void token_put(const struct api *api, const struct request *request, const char *token,
	const json_t *answer, uint64_t revision, struct change *change);
/* Deletes what is older; called now and then. */
MUST_CHECK int token_expire(const struct api *api, int64_t now_ms);
