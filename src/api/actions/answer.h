/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of answers that several families share.
 */
#pragma once

#include "api/action.h"
#include "resource/status.h"

#define OWNER_ID 1

/* Every field of the kind that answers show, into answer. */
void answer_fields(enum kind kind, const void *resource, json_t *answer);
/* Only these, by their answer names; names ends with NULL. */
void answer_some(enum kind kind, const void *resource, const char *const *names, json_t *answer);
void answer_text(json_t *answer, const char *name, const char *text);
void answer_bool(json_t *answer, const char *name, bool value);
/* {"wrapper": {"list": []}} */
void answer_empty_list(json_t *answer, const char *wrapper, const char *list);
/* CreateTime (milliseconds) becomes CreationTime (YYYY-MM-DDThh:mm:ssZ), as the VPC calls have it.
 */
void answer_creation_time(const struct resource *resource, json_t *answer);
/* OwnerId: this server has one account. */
void answer_owner(json_t *answer);
/* "5M" */
void answer_spec(uint32_t bandwidth, json_t *answer);

/* What the agent reported of a resource; an empty status when it reported nothing. Borrowed while
 * the handler runs. */
MUST_CHECK int status_get(
	const struct api *api, enum kind kind, const char *id, const struct status **ret);
/* State of a resource: "active" or "updating". */
MUST_CHECK int state_read(
	const struct api *api, enum kind kind, const struct resource *resource, const char **ret);
