/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks of types, ranges and legal texts by table rows. Knows no parameter by name.
 */
#include "api/check.h"

#include "base/parse.h"
#include "resource/nearest.h"
#include "resource/rules.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

int refuse_invalid(struct fault *fault, const char *name, const char *value, const char *rule,
	const char *remedy)
{
	(void)fault_set(fault, REASON_PARAMETER_INVALID, name, value, rule, remedy);
	snprintf(fault->code, sizeof(fault->code), "Invalid%.50s", name);
	return -EINVAL;
}

static int check_values(const struct parameter *row, const char *value, struct fault *fault)
{
	AUTO_FREE char *remedy = xasprintf("use %s", nearest_value(row->values, value));
	char rule[256] = "must be one of ";
	size_t size = strlen(rule);

	for (size_t i = 0; row->values[i]; i++)
		if (!(row->any_case ? strcasecmp : strcmp)(row->values[i], value))
			return 0;
	for (size_t i = 0; row->values[i] && size < sizeof(rule); i++)
		size += (size_t)snprintf(
			rule + size, sizeof(rule) - size, "%s%s", i ? ", " : "", row->values[i]);
	return refuse_invalid(fault, row->name, value, rule, remedy);
}

static int check_string(const struct parameter *row, const char *value, struct fault *fault)
{
	int length = text_len(value);
	char rule[96];

	if (!row->max || (length >= (int)row->min && length <= (int)row->max))
		return 0;
	snprintf(rule, sizeof(rule), "must have %" PRIu64 " to %" PRIu64 " characters, has %d",
		row->min, row->max, length);
	return refuse_invalid(fault, row->name, value, rule, NULL);
}

static int check_integer(const struct parameter *row, const char *value, struct fault *fault)
{
	uint64_t max = row->max ? row->max : UINT64_MAX, number;
	char rule[96], nearest[32] = "";
	int err = parse_u64(value, row->min, max, &number);

	if (!err)
		return 0;
	if (row->max)
		snprintf(rule, sizeof(rule), "must be an integer from %" PRIu64 " to %" PRIu64,
			row->min, max);
	else
		snprintf(rule, sizeof(rule), "must be an integer");
	if (err == -ERANGE)
		snprintf(nearest, sizeof(nearest), "use %" PRIu64,
			!parse_u64(value, 0, row->min, &number) ? row->min : max);
	return refuse_invalid(fault, row->name, value, rule, nearest);
}

/* The text may hold a secret (a PSK), so it is not shown. */
static int check_json(const struct parameter *row, const char *value, struct fault *fault)
{
	json_error_t error;
	json_auto_t *json = json_loads(value, JSON_REJECT_DUPLICATES, &error);
	char rule[96];

	if (json_is_object(json))
		return 0;
	if (json)
		snprintf(rule, sizeof(rule), "must be a JSON object");
	else
		snprintf(rule, sizeof(rule), "must be a JSON object; it breaks at character %d",
			error.position);
	return refuse_invalid(fault, row->name, NULL, rule, NULL);
}

static int check_bool_text(const char *name, const char *value, bool *ret, struct fault *fault)
{
	if (!parse_bool(value, ret))
		return 0;
	return refuse_invalid(fault, name, value, "must be true or false", NULL);
}

/* How many items were sent; gaps would make the rest of a list silently disappear. */
static int check_list(
	const struct parameter *row, const struct params *params, size_t count, struct fault *fault)
{
	size_t size = strlen(row->name);
	char rule[96];

	for (size_t i = 0; i < params->len; i++) {
		const char *name = params->items[i].name;
		uint64_t index;
		AUTO_FREE char *number = NULL;

		if (strncmp(name, row->name, size) || name[size] != '.')
			continue;
		number = xstrndup(name + size + 1, strcspn(name + size + 1, "."));
		if (parse_u64(number, 1, count, &index) < 0)
			return refuse_invalid(fault, name, params->items[i].value,
				"must be numbered from 1 without a gap", NULL);
	}
	if (row->max && (count > row->max || (count && count < row->min))) {
		snprintf(rule, sizeof(rule), "must have %" PRIu64 " to %" PRIu64 " items, has %zu",
			row->min, row->max, count);
		return refuse_invalid(fault, row->name, NULL, rule, NULL);
	}
	return 0;
}

/* A pair without a key says nothing: neither what to attach nor what to look for. */
static int check_tags(
	const struct parameter *row, const struct params *params, size_t count, struct fault *fault)
{
	char name[64];

	for (size_t i = 1; i <= count; i++) {
		const char *key = params_get_item(params, row->name, i, "Key");

		snprintf(name, sizeof(name), "%s.%zu.Key", row->name, i);
		if (!key || !*key)
			return fault_missing(fault, name);
	}
	return 0;
}

static int check_scalar(const struct parameter *row, const char *value, struct fault *fault)
{
	bool unused;

	if (row->values)
		return check_values(row, value, fault);
	if (row->type == PARAM_BOOL)
		return check_bool_text(row->name, value, &unused, fault);
	if (row->type == PARAM_INTEGER)
		return check_integer(row, value, fault);
	if (row->type == PARAM_JSON)
		return check_json(row, value, fault);
	return check_string(row, value, fault);
}

static int check_row(const struct parameter *row, const struct params *params, struct fault *fault)
{
	bool is_list = row->type == PARAM_LIST || row->type == PARAM_TAGS;
	const char *value = params_get(params, row->name);
	size_t count = is_list ? params_count(params, row->name) : 0;
	int err = is_list ? check_list(row, params, count, fault) : 0;

	if (!err && row->type == PARAM_TAGS)
		err = check_tags(row, params, count, fault);
	if (err < 0)
		return err;
	if (row->required && !count && (is_list || !value || !*value))
		return fault_missing(fault, row->name);
	return is_list || !value || !*value ? 0 : check_scalar(row, value, fault);
}

static int check_text(const struct params *params, struct fault *fault)
{
	for (size_t i = 0; i < params->len; i++) {
		const struct param *param = &params->items[i];

		if (text_len(param->name) < 0)
			return fault_set(fault, REASON_PARAMETER_INVALID, NULL, NULL,
				"a parameter's name must be UTF-8", NULL);
		if (text_len(param->value) < 0)
			return refuse_invalid(fault, param->name, NULL, "must be UTF-8", NULL);
	}
	return 0;
}

int check_parameters(const struct action *action, const struct params *params, struct fault *fault)
{
	int err = check_text(params, fault);

	for (const struct parameter *row = action->parameters; !err && row && row->name; row++)
		err = check_row(row, params, fault);
	return err;
}

int check_bool(const struct params *params, const char *name, bool *ret, struct fault *fault)
{
	const char *value = params_get(params, name);

	*ret = false;
	return value && *value ? check_bool_text(name, value, ret, fault) : 0;
}
