/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an access key is made of: its identifier, its secret, whether it opens anything.
 */
#include "resource/fields.h"
#include "resource/kinds.h"
#include "resource/policy.h"

#include <errno.h>

static int check_secret(const struct field *field, const char *text, struct fault *fault)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return field_refuse(field, fault, NULL,
				"must consist of printable ASCII characters without blanks", NULL);
	return 0;
}

static const struct field access_key_fields[] = {
	META_ID(struct access_key, "AccessKeyId"),
	STRING(struct access_key, meta.name, "Name", NAME_RULE(100), .doc = "Whose key it is."),
	STRING(struct access_key, meta.description, "Description", DESCRIPTION_RULE(100),
		.doc = "What it is for."),
	META_REST(struct access_key, FIELD_HIDDEN, FIELD_HIDDEN),
	SECRET(struct access_key, secret, "AccessKeySecret", .flags = FIELD_REQUIRED | FIELD_HIDDEN,
		.min = 1, .max = 128, .check = check_secret, .doc = "Signs requests; shown once."),
	STRING(struct access_key, policy, "Policy", .min = 1, .max = 1000,
		.default_text = POLICY_ADMINISTRATOR, .check = rule_policy,
		.doc = "What it may do: administrator, read-only, read-secrets, patterns of "
		       "actions."),
	BOOL(struct access_key, enabled, "Enabled", .default_text = "true",
		.doc = "Requests signed with it are accepted."),
	{},
};

const struct kind_info access_key_kind = {
	.kind = KIND_ACCESS_KEY,
	.name = "access-key",
	.id_prefix = "ak-",
	.size = sizeof(struct access_key),
	.fields = access_key_fields,
};
