/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Helps out of the tables of commands and flags. Knows no command by name.
 */
#include "cli/usage.h"

#include "cli/command_line.h"

#include <ctype.h>
#include <string.h>

static char *upper(const char *parameter)
{
	char *name = flag_name_of(parameter);

	for (char *c = name; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return name;
}

char *usage_line(const struct command *command)
{
	const struct catalogue_action *action = command_action(command);
	struct strbuf text = STRBUF_INIT(1024);

	strbuf_addf(&text, "vpngw %s%s%s", command->noun, *command->verb ? " " : "", command->verb);
	for (size_t i = 0; i < COMMAND_POSITIONALS && command->positionals[i]; i++) {
		const struct parameter *row = action->parameters;
		AUTO_FREE char *name = upper(command->positionals[i]);

		while (row->name && strcmp(row->name, command->positionals[i]) != 0)
			row++;
		strbuf_addf(&text, row->required ? " %s" : " [%s]", name);
	}
	strbuf_add(&text, " [--FLAG VALUE...]");
	return strbuf_take(&text);
}

void usage_noun(struct strbuf *out, const char *noun)
{
	for (const struct command *command = commands; command->noun; command++) {
		AUTO_FREE char *line =
			strcmp(command->noun, noun) == 0 ? usage_line(command) : NULL;

		if (line)
			strbuf_addf(out, "%s\n    %s\n", line, command_doc(command));
	}
}

char *usage_value(const struct flag *flag)
{
	const char *const *values = flag_values(flag);
	struct strbuf text = STRBUF_INIT(1024);

	if (flag_is_boolean(flag))
		return xstrdup("");
	if (flag->parameter->type == PARAM_TAGS)
		return xstrdup("KEY=VALUE");
	if (flag->parameter->type == PARAM_JSON && !flag->member)
		return xstrdup("JSON");
	if (!values)
		return xstrdup(flag->is_secret ? "SECRET" : "VALUE");
	for (; *values; values++)
		if (**values)
			strbuf_addf(&text, "%s%s", text.size ? "|" : "", *values);
	return strbuf_take(&text);
}

/* What is sent where the flag is left out, for the end of its line; an own string. */
static char *preset_text(const struct command *command, const struct flag *flag)
{
	for (size_t i = 0; i < COMMAND_PRESETS && command->presets[i].parameter; i++) {
		const struct preset *preset = &command->presets[i];

		if (strcmp(preset->parameter, flag->parameter->name) == 0 &&
			!preset->member == !flag->member &&
			(!flag->member || strcmp(preset->member, flag->member->name) == 0))
			return xasprintf(" Sent when left out: %s.", preset->value);
	}
	return xstrdup("");
}

static void add_line(struct strbuf *out, const char *name, const char *value, const char *doc)
{
	strbuf_addf(out, "  --%s%s%s\n      %s\n", name, *value ? " " : "", value, doc);
}

void usage_command(struct strbuf *out, const struct command *command)
{
	AUTO_FREE char *line = usage_line(command);
	AUTO_FLAGS struct flags flags = { 0 };

	flags_make(command_action(command), command_hides, command, &flags);
	strbuf_addf(out, "usage: %s\n\n%s\n", line, command_doc(command));
	for (size_t i = 0; i < flags.len; i++) {
		const struct flag *flag = &flags.items[i];
		AUTO_FREE char *value = usage_value(flag);
		AUTO_FREE char *file = xasprintf("%s-file", flag->name);
		AUTO_FREE char *preset = preset_text(command, flag);
		AUTO_FREE char *doc = xasprintf("%s%s", flag_doc(flag), preset);

		add_line(out, flag->name, value, doc);
		if (flag->is_secret)
			add_line(out, file, "FILE", "The same out of a file; - is standard input.");
	}
	strbuf_add(out, "\n");
	for (const struct general_flag *flag = general_flags; flag->name; flag++)
		if (!flag->options || flag->options & command->options)
			add_line(out, flag->name, flag->value ? flag->value : "", flag->doc);
	for (const struct profile_flag *flag = profile_flags; flag->name; flag++)
		add_line(out, flag->name, flag->value, flag->doc);
}
