/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an authenticated request to a committed change and an answer: table, parameters, region,
 * DryRun, ClientToken, commit. Knows no HTTP.
 */
#pragma once

#include "api/action.h"

struct outcome {
	json_t *answer; /* without RequestId; NULL when refused */
	struct fault fault;
	char *resource_id; /* for the audit line; may be NULL */
};

/* request: everything but action is filled; action is looked up here. */
void dispatch(const struct api *api, struct request *request, const char *version, const char *name,
	struct outcome *ret);
void outcome_clear(struct outcome *outcome);
