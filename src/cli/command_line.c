/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments become settings. Which flags there are is the action's; what their values may be, the
 * server says.
 */
#include "cli/command_line.h"

#include "base/fd.h"
#include "base/parse.h"
#include "base/strbuf.h"
#include "resource/resource.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SECRET_FILE_MAX 4096
#define TIMEOUT_MAX_S 86400
#define FILE_SUFFIX "-file"

const struct general_flag general_flags[] = {
	{ "output", "table|json", 0,
		"For people (table, the default) or as the API answers (json)." },
	{ "region-id", "ID", 0, "Region; the first configured one when left out." },
	{ "dry-run", NULL, 0, "All checks, no change." },
	{ "client-token", "TEXT", 0, "The same change with the same token is made once." },
	{ "yes", NULL, COMMAND_ASKS, "Do not ask." },
	{ "wait", NULL, COMMAND_WAITS,
		"Until the gateway has done it, with the reasons why not yet." },
	{ "timeout", "SECONDS", COMMAND_WAITS, "How long --wait waits; default 60." },
	{ "follow", NULL, COMMAND_FOLLOWS, "Goes on with what comes; also -f." },
	{ "help", NULL, 0, "Print the flags of the command." },
	{},
};

static bool is_name(const char *name, const char *text, size_t size)
{
	return strlen(name) == size && memcmp(name, text, size) == 0;
}

static const struct general_flag *find_general(
	const struct context *context, const char *text, size_t size)
{
	for (const struct general_flag *flag = general_flags; flag->name; flag++)
		if (is_name(flag->name, text, size) &&
			(!flag->options || context->command->options & flag->options))
			return flag;
	return NULL;
}

static int set_output(struct context *context, const char *value, char **ret_problem)
{
	context->is_json = strcmp(value, "json") == 0;
	if (context->is_json || strcmp(value, "table") == 0)
		return 0;
	*ret_problem = xasprintf("--output is table or json, not \"%s\"", value);
	return -EINVAL;
}

static int set_timeout(struct context *context, const char *value, char **ret_problem)
{
	if (parse_u32(value, 1, TIMEOUT_MAX_S, &context->timeout_s) == 0)
		return 0;
	*ret_problem = xasprintf("--timeout is 1 to %d seconds, not \"%s\"", TIMEOUT_MAX_S, value);
	return -EINVAL;
}

static int set_general(struct context *context, const struct general_flag *flag, const char *value,
	char **ret_problem)
{
	static const struct {
		const char *name;
		size_t offset;
	} switches[] = { { "dry-run", offsetof(struct context, is_dry_run) },
		{ "yes", offsetof(struct context, has_yes) },
		{ "wait", offsetof(struct context, must_wait) },
		{ "follow", offsetof(struct context, must_follow) },
		{ "help", offsetof(struct context, wants_help) } };

	for (size_t i = 0; i < ARRAY_LEN(switches); i++)
		if (strcmp(flag->name, switches[i].name) == 0)
			*(bool *)((char *)context + switches[i].offset) = true;
	if (strcmp(flag->name, "region-id") == 0)
		context->region_id = value;
	if (strcmp(flag->name, "client-token") == 0)
		context->client_token = value;
	if (strcmp(flag->name, "output") == 0)
		return set_output(context, value, ret_problem);
	return strcmp(flag->name, "timeout") == 0 ? set_timeout(context, value, ret_problem) : 0;
}

/* A secret out of a file or, with "-", from standard input; without the line's end. */
static int read_secret(
	struct context *context, const struct flag *flag, const char *path, char **ret_problem)
{
	const char *source = strcmp(path, "-") != 0 ? path : "/dev/stdin";
	size_t size = 0;
	char *text = NULL;
	int err = file_read(source, SECRET_FILE_MAX, &text, &size);

	if (err < 0) {
		*ret_problem = xasprintf("%s: %s", path, strerror(-err));
		return -EINVAL;
	}
	text[strcspn(text, "\r\n")] = '\0';
	settings_add(&context->settings, flag, text);
	wipe(text, size);
	free(text);
	return 0;
}

static int unknown_flag(
	const struct context *context, const char *argument, size_t size, char **ret_problem)
{
	AUTO_FREE char *name = xstrndup(argument, size);
	const char *nearest = flags_nearest(&context->flags, name);

	*ret_problem = nearest ? xasprintf("there is no flag --%s; perhaps --%s", name, nearest)
			       : xasprintf("there is no flag --%s", name);
	return -EINVAL;
}

/* What follows the flag's name in the same argument, or is the next one. */
struct cursor {
	char **argv;
	int argc, at;
};

static const char *take_value(struct cursor *cursor, const char *equals)
{
	if (*equals)
		return equals + 1;
	return cursor->at < cursor->argc ? cursor->argv[cursor->at++] : NULL;
}

static int lacks_value(const char *name, size_t size, char **ret_problem)
{
	*ret_problem = xasprintf("--%.*s lacks its value", (int)size, name);
	return -EINVAL;
}

/* --flag, --flag=false, --flag false, and --no-flag. */
static const char *take_boolean(struct cursor *cursor, const char *equals)
{
	bool ignored;

	if (*equals)
		return equals + 1;
	if (cursor->at < cursor->argc && parse_bool(cursor->argv[cursor->at], &ignored) == 0)
		return cursor->argv[cursor->at++];
	return "true";
}

static int set_flag(
	struct context *context, const struct flag *flag, const char *value, char **ret_problem)
{
	if (!flag_repeats(flag) && settings_has(&context->settings, flag)) {
		*ret_problem = xasprintf("--%s is given twice", flag->name);
		return -EINVAL;
	}
	settings_add(&context->settings, flag, value);
	return 0;
}

static const struct flag *find_file_flag(const struct flags *flags, const char *name, size_t size)
{
	const size_t suffix = strlen(FILE_SUFFIX);
	const struct flag *flag;

	if (size <= suffix || memcmp(name + size - suffix, FILE_SUFFIX, suffix) != 0)
		return NULL;
	flag = flags_find(flags, name, size - suffix);
	return flag && flag->is_secret ? flag : NULL;
}

static int read_flag_of_action(struct context *context, struct cursor *cursor, const char *name,
	size_t size, const char *equals, char **ret_problem)
{
	const struct flag *flag = flags_find(&context->flags, name, size), *negated, *file;
	const char *value;

	if (flag && flag_is_boolean(flag))
		return set_flag(context, flag, take_boolean(cursor, equals), ret_problem);
	if (!flag && size > 3 && memcmp(name, "no-", 3) == 0 && !*equals) {
		negated = flags_find(&context->flags, name + 3, size - 3);
		if (negated && flag_is_boolean(negated))
			return set_flag(context, negated, "false", ret_problem);
	}
	file = flag ? NULL : find_file_flag(&context->flags, name, size);
	if (!flag && !file)
		return unknown_flag(context, name, size, ret_problem);
	value = take_value(cursor, equals);
	if (!value)
		return lacks_value(name, size, ret_problem);
	if (!file)
		return set_flag(context, flag, value, ret_problem);
	if (settings_has(&context->settings, file)) {
		*ret_problem = xasprintf("--%s is given twice", file->name);
		return -EINVAL;
	}
	return read_secret(context, file, value, ret_problem);
}

static int read_flag(
	struct context *context, struct cursor *cursor, const char *name, char **ret_problem)
{
	const char *equals = strchrnul(name, '='), *value = NULL;
	size_t size = (size_t)(equals - name);
	const struct general_flag *general = find_general(context, name, size);
	AUTO_FREE char *word = xstrndup(name, size);
	const char **target = profile_option(&context->profile_options, word);

	if (!general && !target)
		return read_flag_of_action(context, cursor, name, size, equals, ret_problem);
	if (general && !general->value && *equals) {
		*ret_problem = xasprintf("--%s takes no value", general->name);
		return -EINVAL;
	}
	if (target || general->value)
		value = take_value(cursor, equals);
	if ((target || general->value) && !value)
		return lacks_value(name, size, ret_problem);
	if (general)
		return set_general(context, general, value, ret_problem);
	*target = value;
	return 0;
}

/* The next parameter of the command that needs no flag. */
static int read_positional(
	struct context *context, size_t *index, const char *text, char **ret_problem)
{
	const char *const *names = context->command->positionals;
	const struct flag *flag = NULL;

	while (*index < COMMAND_POSITIONALS && names[*index] && !flag) {
		flag = flags_find_parameter(&context->flags, names[*index], NULL);
		/* The last one takes all that are left, where there can be several. */
		if (!flag_repeats(flag) || (*index + 1 < COMMAND_POSITIONALS && names[*index + 1]))
			(*index)++;
	}
	if (!flag) {
		*ret_problem = xasprintf("\"%s\" is too much", text);
		return -EINVAL;
	}
	return set_flag(context, flag, text, ret_problem);
}

int command_line_read(struct context *context, int argc, char **argv, char **ret_problem)
{
	struct cursor cursor = { argv, argc, 0 };
	size_t positional = 0;
	bool only_positionals = false;
	int err = 0;

	while (!err && cursor.at < argc) {
		const char *argument = argv[cursor.at++];

		if (!only_positionals && strcmp(argument, "--") == 0)
			only_positionals = true;
		else if (!only_positionals && strncmp(argument, "--", 2) == 0)
			err = read_flag(context, &cursor, argument + 2, ret_problem);
		else if (!only_positionals && strcmp(argument, "-h") == 0)
			context->wants_help = true;
		else if (!only_positionals && strcmp(argument, "-f") == 0 &&
			 context->command->options & COMMAND_FOLLOWS)
			context->must_follow = true;
		else
			err = read_positional(context, &positional, argument, ret_problem);
	}
	return err;
}

/* Is it one the user gave (not a preset added before)? */
static bool was_given(const struct context *context, const char *parameter, size_t given)
{
	const struct settings only = { context->settings.items, given };

	return settings_touch(&only, parameter);
}

static bool has_aead(const struct context *context)
{
	const struct flag *flag =
		flags_find_parameter(&context->flags, "IpsecConfig", "IpsecEncAlg");

	for (size_t i = 0; flag && i < context->settings.len; i++)
		for (int value = 0; flag->member->values[value]; value++)
			if (context->settings.items[i].flag == flag &&
				strcmp(context->settings.items[i].text,
					flag->member->values[value]) == 0)
				return encryption_is_aead(value);
	return false;
}

static void add_presets(struct context *context)
{
	const size_t given = context->settings.len;

	for (size_t i = 0; i < COMMAND_PRESETS && context->command->presets[i].parameter; i++) {
		const struct preset *preset = &context->command->presets[i];
		const struct flag *flag =
			flags_find_parameter(&context->flags, preset->parameter, preset->member);

		/* A fixed one has no flag: the form gets it as it is. */
		if (!flag || settings_has(&context->settings, flag) ||
			(preset->member && settings_get(&context->settings, preset->parameter)) ||
			(preset->unless && was_given(context, preset->unless, given)) ||
			(preset->unless_aead && has_aead(context)))
			continue;
		settings_add(&context->settings, flag, preset->value);
	}
}

int command_line_complete(struct context *context, char **ret_problem)
{
	add_presets(context);
	for (const struct parameter *row = context->action->parameters; row->name; row++) {
		const struct flag *flag = flags_find_parameter(&context->flags, row->name, NULL);

		if (!row->required || !flag || settings_touch(&context->settings, row->name))
			continue;
		*ret_problem = xasprintf("--%s is missing: %s", flag->name, flag_doc(flag));
		return -EINVAL;
	}
	return 0;
}
