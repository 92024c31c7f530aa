/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy of an access key, a comma list of terms that each allow something: "administrator"
 * (everything), "read-only" (every action that changes nothing), "read-secrets" (pre-shared keys
 * and BGP keys stand clear in answers), or a pattern of actions such as "Describe*",
 * "vpc:*VpnConnection" or "vpngw:DescribeVpcLan". Only an administrator may touch access keys, and
 * no pattern shows a secret. Knows no action.
 */
#pragma once

#include "resource/field.h"

#include <stdbool.h>

#define POLICY_TERM_MAX 128 /* bytes with the NUL */
#define POLICY_ADMINISTRATOR "administrator"

struct policy_action {
	const char *product, *name; /* "vpc", "DescribeVpcs" */
	bool is_write;
	bool is_administrative; /* no term but "administrator" allows it */
};

bool policy_allows(const char *policy, const struct policy_action *action);
bool policy_is_administrator(const char *policy);
bool policy_reads_secrets(const char *policy);

/* The next term, NULL-terminated in ret; false at the end. *at starts as the policy. */
bool policy_next(const char **at, char ret[static POLICY_TERM_MAX]);
/* A term that is a pattern of actions. */
bool policy_is_pattern(const char *term);
bool policy_term_allows(const char *term, const struct policy_action *action);

/* The form of a policy, as the check of a field. */
int rule_policy(const struct field *field, const char *text, struct fault *fault);
