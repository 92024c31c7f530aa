/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of flags out of names of parameters and fields. Knows the two naming rules, no action.
 */
#include "cli/flags.h"

#include "resource/nearest.h"
#include "resource/resource.h"

#include <ctype.h>
#include <string.h>

/* Members whose names say nothing without their parameter's. */
#define PREFIXED_PARAMETER "HealthCheckConfig"
#define MEMBER_PREFIX "health-check-"

char *flag_name_of(const char *parameter)
{
	char *name = xmalloc(2 * strlen(parameter) + 1), *end = name;

	for (const char *c = parameter; *c; c++) {
		bool begins = c > parameter && isupper((unsigned char)*c) &&
			      (!isupper((unsigned char)c[-1]) || islower((unsigned char)c[1]));

		/* One word, as the API's users say it. */
		if (begins && !(*c == 'S' && c[-1] == 'V'))
			*end++ = '-';
		*end++ = (char)tolower((unsigned char)*c);
	}
	*end = '\0';
	return name;
}

/* "vpn-gateway-id" is also "gateway", "config-format" also "format"; NULL: no shorter name. */
static char *shorten(const char *name)
{
	size_t size = strlen(name);

	if (strncmp(name, "config-", 7) == 0)
		return xstrdup(name + 7);
	if (size < 4 || strcmp(name + size - 3, "-id") != 0)
		return NULL;
	if (strncmp(name, "vpn-", 4) == 0)
		return xstrndup(name + 4, size - 7);
	return xstrndup(name, size - 3);
}

/* The table behind a JSON parameter; NULL when no kind has such an object. */
static const struct field *members_of(const char *parameter)
{
	for (int kind = 0; kind < KIND_COUNT; kind++) {
		const struct field *field =
			field_find(kind_info((enum kind)kind)->fields, parameter);

		if (field && field->type == FIELD_OBJECT)
			return field->object;
	}
	return NULL;
}

static bool has_secret(const struct field *fields, const char *name)
{
	for (; fields->name; fields++) {
		const char *shown = fields->answer_name ? fields->answer_name : fields->name;

		if (fields->type == FIELD_SECRET &&
			(strcmp(fields->name, name) == 0 || strcmp(shown, name) == 0))
			return true;
		if (fields->type == FIELD_OBJECT && has_secret(fields->object, name))
			return true;
	}
	return false;
}

bool name_is_secret(const char *name)
{
	for (int kind = 0; kind < KIND_COUNT; kind++)
		if (has_secret(kind_info((enum kind)kind)->fields, name))
			return true;
	return false;
}

static void add(struct flags *flags, struct flag flag)
{
	flags->items = xreallocarray(flags->items, flags->len + 1, sizeof(*flags->items));
	flags->items[flags->len++] = flag;
}

static void add_members(struct flags *flags, const struct parameter *parameter)
{
	bool is_prefixed = strcmp(parameter->name, PREFIXED_PARAMETER) == 0;
	const struct field *member = members_of(parameter->name);

	for (; member && member->name; member++) {
		AUTO_FREE char *name = flag_name_of(member->name);

		add(flags, (struct flag){ .name = xasprintf(
						  "%s%s", is_prefixed ? MEMBER_PREFIX : "", name),
				   .parameter = parameter,
				   .member = member,
				   .is_secret = member->type == FIELD_SECRET });
	}
}

void flags_make(const struct catalogue_action *action,
	bool (*is_hidden)(const void *arg, const char *parameter), const void *arg,
	struct flags *ret)
{
	struct flags flags = { 0 };

	for (const struct parameter *row = action->parameters; row->name; row++) {
		char *name;

		if (is_hidden(arg, row->name))
			continue;
		name = row->type == PARAM_TAGS ? xstrdup("tag") : flag_name_of(row->name);
		add(&flags, (struct flag){ .name = name,
				    .short_name = shorten(name),
				    .parameter = row,
				    .is_secret = name_is_secret(row->name) });
		if (row->type == PARAM_JSON)
			add_members(&flags, row);
	}
	*ret = flags;
}

void flags_clear(struct flags *flags)
{
	for (size_t i = 0; i < flags->len; i++) {
		free(flags->items[i].name);
		free(flags->items[i].short_name);
	}
	free(flags->items);
	*flags = (struct flags){ 0 };
}

static bool is_named(const char *name, const char *text, size_t size)
{
	return name && strlen(name) == size && memcmp(name, text, size) == 0;
}

const struct flag *flags_find(const struct flags *flags, const char *name, size_t name_size)
{
	for (size_t i = 0; i < flags->len; i++)
		if (is_named(flags->items[i].name, name, name_size))
			return &flags->items[i];
	for (size_t i = 0; i < flags->len; i++)
		if (is_named(flags->items[i].short_name, name, name_size))
			return &flags->items[i];
	return NULL;
}

const struct flag *flags_find_parameter(
	const struct flags *flags, const char *parameter, const char *member)
{
	for (size_t i = 0; i < flags->len; i++) {
		const struct flag *flag = &flags->items[i];
		const char *own = flag->member ? flag->member->name : NULL;

		if (strcmp(flag->parameter->name, parameter) == 0 && !own == !member &&
			(!own || strcmp(own, member) == 0))
			return flag;
	}
	return NULL;
}

const char *flags_nearest(const struct flags *flags, const char *name)
{
	const char **names = xcalloc(flags->len + 1, sizeof(*names));
	const char *nearest;

	for (size_t i = 0; i < flags->len; i++)
		names[i] = flags->items[i].name;
	nearest = flags->len ? nearest_value(names, name) : NULL;
	free(names);
	return nearest;
}

bool flag_repeats(const struct flag *flag)
{
	return flag->parameter->type == PARAM_LIST || flag->parameter->type == PARAM_TAGS;
}

bool flag_is_boolean(const struct flag *flag)
{
	return flag->member ? flag->member->type == FIELD_BOOL
			    : flag->parameter->type == PARAM_BOOL;
}

const char *const *flag_values(const struct flag *flag)
{
	return flag->member ? flag->member->values : flag->parameter->values;
}

const char *flag_doc(const struct flag *flag)
{
	const char *doc = flag->member ? flag->member->doc : flag->parameter->doc;

	return doc ? doc : "";
}
