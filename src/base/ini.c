/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small INI reader. Knows the line forms, not the settings.
 */
#include "base/ini.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

static char *strip(char *text)
{
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text;
}

/* line: "[section]" or "[section \"name\"]", stripped. */
static bool read_header(char *line, struct ini_entry *entry)
{
	char *end = line + strlen(line) - 1;
	char *quote;

	if (*end != ']')
		return false;
	*end = '\0';
	entry->section = strip(line + 1);
	entry->name = "";
	quote = strchr(line + 1, '"');
	if (quote) {
		char *close = strrchr(quote, '"');

		if (close == quote || *strip(close + 1))
			return false;
		*close = '\0';
		*quote = '\0';
		entry->section = strip(line + 1);
		entry->name = quote + 1;
	}
	entry->key = entry->value = NULL;
	return *entry->section != '\0';
}

static bool read_setting(char *line, struct ini_entry *entry)
{
	char *equals = strchr(line, '=');

	if (!equals)
		return false;
	*equals = '\0';
	entry->key = strip(line);
	entry->value = strip(equals + 1);
	return *entry->key != '\0';
}

int ini_walk(char *text, int (*entry)(void *arg, const struct ini_entry *entry), void *arg,
	unsigned int *ret_line)
{
	struct ini_entry now = { .section = "", .name = "" };
	char *next = text;

	while (next) {
		char *line = next;
		char *end = strchr(line, '\n');
		int err;

		next = end ? end + 1 : NULL;
		if (end)
			*end = '\0';
		now.line++;
		line = strip(line);
		if (!*line || *line == '#')
			continue;
		if (!(*line == '[' ? read_header(line, &now) : read_setting(line, &now))) {
			*ret_line = now.line;
			return -EINVAL;
		}
		err = entry(arg, &now);
		if (err < 0)
			return err;
	}
	return 0;
}
