/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command line sets: flags with their texts, and the parameters they become. Pure.
 */
#pragma once

#include "cli/flags.h"

struct strbuf;

struct setting {
	const struct flag *flag; /* of flags that live longer */
	char *text;
};

struct settings {
	struct setting *items;
	size_t len;
};

/* Copies the text. */
void settings_add(struct settings *settings, const struct flag *flag, const char *text);
/* Wipes the texts: some are secrets. */
void settings_clear(struct settings *settings);
#define AUTO_SETTINGS CLEANUP(settings_clear)
bool settings_has(const struct settings *settings, const struct flag *flag);
/* The text of a parameter (not of its members), NULL when it is not given. */
const char *settings_get(const struct settings *settings, const char *parameter);
/* The parameter or a member of it is given. */
bool settings_touch(const struct settings *settings, const char *parameter);
/* Replaces the text of the n-th setting. */
void settings_replace(struct settings *settings, size_t index, const char *text);
/*
 * As form parameters. -EINVAL with *ret_problem, an own sentence, when a JSON parameter is given
 * both whole and in part, or a tag has no "=".
 */
MUST_CHECK int settings_form(
	const struct settings *settings, struct strbuf *form, char **ret_problem);
void form_add(struct strbuf *form, const char *name, const char *value);
