/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request to the API and its answer: over HTTPS with a signature, or over the unix socket
 * without. Knows no action by name.
 */
#pragma once

#include "base/alloc.h"

#include <jansson.h>
#include <stdbool.h>

#define VERSION_VPC "2016-04-28"
#define VERSION_VPNGW "2026-11-01"
#define BODY_MAX (64 * 1024)

struct profile;

struct reply {
	long status;
	json_t *json; /* an object */
};

/*
 * form: the parameters, encoded. 0 (also for a refusal), or -EIO with *ret_message, an own sentence
 * for the user.
 */
MUST_CHECK int transport_send(const struct profile *profile, const char *version,
	const char *action, const char *form, struct reply *ret, char **ret_message);
/* Frees the answer; some of its texts are secrets, which main.c has jansson wipe. */
void reply_clear(struct reply *reply);
#define AUTO_REPLY CLEANUP(reply_clear)
bool reply_is_refusal(const struct reply *reply);
/* A text member, "" when there is none; borrowed. */
const char *json_text(const json_t *object, const char *name);
