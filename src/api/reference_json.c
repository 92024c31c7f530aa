/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The action table and the field tables as JSON, for programs that check what a person types by the
 * same rules as this server does. Knows no action by name.
 */
#include "api/reference_json.h"

#include "api/table.h"
#include "resource/rules.h"

#include <string.h>

/* The rules that several tables share, by the names a client knows them under. */
static const struct {
	int (*check)(const struct field *field, const char *text, struct fault *fault);
	const char *name;
} rules[] = {
	{ rule_no_link, "no-link" },
	{ rule_gateway_name, "gateway-name" },
	{ rule_psk, "psk" },
	{ rule_auth_key, "auth-key" },
	{ rule_identity, "identity" },
	{ rule_id, "id" },
	{ rule_host_address, "host-address" },
	{ rule_route_destination, "route-destination" },
};

static json_t *texts(const char *const *values)
{
	json_t *list = json_array();

	for (; *values; values++)
		if (**values)
			json_array_append_new(list, json_string(*values));
	return list;
}

static void set_range(json_t *row, uint64_t min, uint64_t max)
{
	if (!max)
		return;
	json_object_set_new(row, "min", json_integer((json_int_t)min));
	json_object_set_new(row, "max", json_integer((json_int_t)max));
}

static json_t *describe_parameter(const struct parameter *parameter)
{
	static const char *const types[] = { [PARAM_STRING] = "string",
		[PARAM_BOOL] = "boolean",
		[PARAM_INTEGER] = "integer",
		[PARAM_JSON] = "json",
		[PARAM_LIST] = "list",
		[PARAM_TAGS] = "tags" };
	json_t *row =
		json_pack("{s:s, s:s}", "name", parameter->name, "type", types[parameter->type]);

	if (parameter->required)
		json_object_set_new(row, "required", json_true());
	if (parameter->values)
		json_object_set_new(row, "values", texts(parameter->values));
	set_range(row, parameter->min, parameter->max);
	return row;
}

static void add_action(void *arg, const struct action *action)
{
	json_t *parameters = json_array();
	const struct parameter *parameter = action->parameters;

	for (; parameter && parameter->name; parameter++)
		json_array_append_new(parameters, describe_parameter(parameter));
	json_object_set_new(arg, action->name,
		json_pack("{s:s, s:b, s:b, s:o}", "version", action->version, "write",
			action->is_write, "administrative", action->is_administrative, "parameters",
			parameters));
}

static void set_flags(json_t *row, unsigned int flags)
{
	static const struct {
		unsigned int flag;
		const char *name;
	} names[] = {
		{ FIELD_REQUIRED, "required" },
		{ FIELD_IMMUTABLE, "immutable" },
		{ FIELD_ZERO_DEFAULT, "zeroIsDefault" },
		{ FIELD_NULLABLE, "nullable" },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (flags & names[i].flag)
			json_object_set_new(row, names[i].name, json_true());
}

static json_t *describe_fields(const struct field *fields);

static json_t *describe_field(const struct field *field)
{
	static const char *const types[] = { [FIELD_STRING] = "string",
		[FIELD_SECRET] = "secret",
		[FIELD_BOOL] = "boolean",
		[FIELD_U32] = "integer",
		[FIELD_U64] = "integer",
		[FIELD_ASN] = "asn",
		[FIELD_ENUM] = "enum",
		[FIELD_ADDR] = "address",
		[FIELD_PREFIX] = "prefix",
		[FIELD_PREFIXES] = "prefixes",
		[FIELD_TAGS] = "tags",
		[FIELD_OBJECT] = "object" };
	json_t *row = json_pack("{s:s}", "type", types[field->type]);

	set_flags(row, field->flags);
	set_range(row, field->min, field->max);
	if (field->default_text)
		json_object_set_new(row, "default", json_string(field->default_text));
	if (field->values)
		json_object_set_new(row, "values", texts(field->values));
	if (field->object)
		json_object_set_new(row, "fields", describe_fields(field->object));
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (field->check == rules[i].check)
			json_object_set_new(row, "rule", json_string(rules[i].name));
	return row;
}

static json_t *describe_fields(const struct field *fields)
{
	json_t *rows = json_object();

	for (; fields->name; fields++)
		if (!(fields->flags & FIELD_INTERNAL))
			json_object_set_new(rows, fields->name, describe_field(fields));
	return rows;
}

char *reference_json(void)
{
	json_auto_t *kinds = json_object(), *actions = json_object(), *whole = NULL;

	action_each(add_action, actions);
	for (int kind = 0; kind < KIND_COUNT; kind++)
		json_object_set_new(kinds, kind_info((enum kind)kind)->name,
			describe_fields(kind_info((enum kind)kind)->fields));
	whole = json_pack("{s:O, s:O}", "actions", actions, "kinds", kinds);
	return json_dumps(whole, JSON_INDENT(1) | JSON_SORT_KEYS);
}
