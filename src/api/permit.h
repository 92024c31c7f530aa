/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a caller may do and see: the policy of its access key against the row of the action. Root on
 * the unix socket has no policy and may do all.
 */
#pragma once

#include "api/action.h"
#include "resource/policy.h"

/* The action as policies see it. */
struct policy_action permit_action(const struct action *action);
/* 0, or -EINVAL with the code Forbidden, naming action and policy. */
MUST_CHECK int permit_check(const struct request *request, struct fault *fault);
/* May the caller read secrets? */
bool permit_shows_secrets(const struct request *request);
/* Puts the mask over every secret in the answer, unless the caller may read secrets. */
void permit_mask(const struct request *request, json_t *answer);
/* Is this member of an answer a secret, to be masked? name NULL: no. */
bool permit_hides(const char *name, const json_t *value);
