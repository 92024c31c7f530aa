/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Permission of one request. Which members of an answer are secret comes from the field tables, so
 * no action can forget to hide one.
 */
#include "api/permit.h"

#include "resource/rules.h"

#include <string.h>

struct policy_action permit_action(const struct action *action)
{
	return (struct policy_action){
		.product = strcmp(action->version, API_VERSION_VPNGW) != 0 ? "vpc" : "vpngw",
		.name = action->name,
		.is_write = action->is_write,
		.is_administrative = action->is_administrative,
	};
}

static bool is_unlimited(const struct request *request)
{
	return !request->policy && !*request->access_key_id;
}

int permit_check(const struct request *request, struct fault *fault)
{
	const struct policy_action action = permit_action(request->action);
	const char *policy = request->policy ? request->policy : "";
	AUTO_FREE char *remedy = NULL;

	if (is_unlimited(request) || policy_allows(policy, &action))
		return 0;
	if (action.is_administrative)
		remedy = xstrdup("take the key of an administrator");
	else
		remedy = xasprintf("let an administrator add %s:%s with UpdateAccessKey",
			action.product, action.name);
	return fault_setf(fault, REASON_FORBIDDEN, "Action", action.name, remedy,
		"is not allowed by the policy of the access key: %.160s", policy);
}

static bool has_secret(const struct field *fields, const char *name)
{
	for (; fields->name; fields++) {
		const char *shown = fields->answer_name ? fields->answer_name : fields->name;

		if (fields->flags & FIELD_HIDDEN)
			continue;
		if (fields->type == FIELD_SECRET && !strcmp(shown, name))
			return true;
		if (fields->type == FIELD_OBJECT && has_secret(fields->object, name))
			return true;
	}
	return false;
}

static bool is_secret(const char *name)
{
	for (int kind = 0; kind < KIND_COUNT; kind++)
		if (has_secret(kind_info((enum kind)kind)->fields, name))
			return true;
	return false;
}

bool permit_hides(const char *name, const json_t *value)
{
	return name && json_string_length(value) && is_secret(name);
}

static void mask(json_t *value)
{
	const char *name;
	json_t *member;
	size_t i;

	json_array_foreach (value, i, member)
		mask(member);
	json_object_foreach (value, name, member) {
		if (!json_is_string(member))
			mask(member);
		else if (permit_hides(name, member))
			json_string_set(member, SECRET_MASK);
	}
}

bool permit_shows_secrets(const struct request *request)
{
	return is_unlimited(request) ||
	       policy_reads_secrets(request->policy ? request->policy : "");
}

void permit_mask(const struct request *request, json_t *answer)
{
	if (!permit_shows_secrets(request))
		mask(answer);
}
