/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading policies. A text that is not well-formed allows nothing.
 */
#include "resource/policy.h"

#include "resource/nearest.h"
#include "resource/rules.h"

#include <ctype.h>
#include <string.h>

#define READ_ONLY "read-only"
#define READ_SECRETS "read-secrets"

static const char *const words[] = { POLICY_ADMINISTRATOR, READ_ONLY, READ_SECRETS, NULL };
static const char *const products[] = { "vpc:", "vpngw:", NULL };

bool policy_next(const char **at, char ret[static POLICY_TERM_MAX])
{
	size_t size;

	*at += strspn(*at, ", ");
	size = strcspn(*at, ", ");
	if (!size)
		return false;
	/* Longer than any term can be: cut, so that it is none. */
	ret[0] = '\0';
	if (size < POLICY_TERM_MAX)
		strncat(ret, *at, size);
	*at += size;
	return true;
}

static bool is_word(const char *term)
{
	for (size_t i = 0; words[i]; i++)
		if (!strcmp(words[i], term))
			return true;
	return false;
}

/* The part after "product:"; the whole term when it names no product of ours. */
static const char *action_part(const char *term)
{
	for (size_t i = 0; products[i]; i++)
		if (!strncmp(term, products[i], strlen(products[i])))
			return term + strlen(products[i]);
	return term;
}

bool policy_is_pattern(const char *term)
{
	const char *pattern = action_part(term);

	if (is_word(term) || !*pattern)
		return false;
	for (; *pattern; pattern++)
		if (!isalpha((unsigned char)*pattern) && *pattern != '*')
			return false;
	return true;
}

/* "*" stands for any characters, also none. */
static bool matches(const char *pattern, const char *text)
{
	const char *star = NULL, *resume = text;

	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			resume = text;
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = ++resume;
		} else {
			return false;
		}
	}
	return !pattern[strspn(pattern, "*")];
}

bool policy_term_allows(const char *term, const struct policy_action *action)
{
	const char *pattern = action_part(term);
	size_t product_size = (size_t)(pattern - term);

	if (!strcmp(term, POLICY_ADMINISTRATOR))
		return true;
	if (action->is_administrative || !strcmp(term, READ_SECRETS))
		return false;
	if (!strcmp(term, READ_ONLY))
		return !action->is_write;
	if (!policy_is_pattern(term))
		return false;
	if (product_size && (strlen(action->product) != product_size - 1 ||
				    strncmp(action->product, term, product_size - 1)))
		return false;
	return matches(pattern, action->name);
}

bool policy_allows(const char *policy, const struct policy_action *action)
{
	char term[POLICY_TERM_MAX];

	while (policy_next(&policy, term))
		if (policy_term_allows(term, action))
			return true;
	return false;
}

static bool has_word(const char *policy, const char *word)
{
	char term[POLICY_TERM_MAX];

	while (policy_next(&policy, term))
		if (!strcmp(term, word))
			return true;
	return false;
}

bool policy_is_administrator(const char *policy)
{
	return has_word(policy, POLICY_ADMINISTRATOR);
}

bool policy_reads_secrets(const char *policy)
{
	return policy_is_administrator(policy) || has_word(policy, READ_SECRETS);
}

int rule_policy(const struct field *field, const char *text, struct fault *fault)
{
	const char *at = text;
	char term[POLICY_TERM_MAX];
	bool is_empty = true;

	while (policy_next(&at, term)) {
		AUTO_FREE char *remedy = NULL;

		is_empty = false;
		if (is_word(term) || policy_is_pattern(term))
			continue;
		remedy = xasprintf("use %s", nearest_value(words, term));
		return field_refuse(field, fault, *term ? term : text,
			"must be a comma list of administrator, read-only, read-secrets and "
			"patterns of actions such as Describe* or vpc:*VpnConnection",
			remedy);
	}
	if (!is_empty)
		return 0;
	return field_refuse(field, fault, text, "must allow something", "use read-only");
}
