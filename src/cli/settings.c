/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings become form parameters: lists get their indexes, members their JSON object.
 */
#include "cli/settings.h"

#include "base/encode.h"
#include "base/secret.h"
#include "base/strbuf.h"

#include <errno.h>
#include <string.h>

void settings_add(struct settings *settings, const struct flag *flag, const char *text)
{
	settings->items =
		xreallocarray(settings->items, settings->len + 1, sizeof(*settings->items));
	settings->items[settings->len++] = (struct setting){ flag, xstrdup(text) };
}

static void forget(char *text)
{
	wipe(text, strlen(text));
	free(text);
}

void settings_clear(struct settings *settings)
{
	for (size_t i = 0; i < settings->len; i++)
		forget(settings->items[i].text);
	free(settings->items);
	*settings = (struct settings){ 0 };
}

void settings_replace(struct settings *settings, size_t index, const char *text)
{
	char *copy = xstrdup(text);

	forget(settings->items[index].text);
	settings->items[index].text = copy;
}

bool settings_has(const struct settings *settings, const struct flag *flag)
{
	for (size_t i = 0; i < settings->len; i++)
		if (settings->items[i].flag == flag)
			return true;
	return false;
}

const char *settings_get(const struct settings *settings, const char *parameter)
{
	for (size_t i = 0; i < settings->len; i++) {
		const struct flag *flag = settings->items[i].flag;

		if (!flag->member && strcmp(flag->parameter->name, parameter) == 0)
			return settings->items[i].text;
	}
	return NULL;
}

bool settings_touch(const struct settings *settings, const char *parameter)
{
	for (size_t i = 0; i < settings->len; i++)
		if (strcmp(settings->items[i].flag->parameter->name, parameter) == 0)
			return true;
	return false;
}

void form_add(struct strbuf *form, const char *name, const char *value)
{
	if (form->size)
		strbuf_add_char(form, '&');
	percent_encode(form, name, strlen(name));
	strbuf_add_char(form, '=');
	percent_encode(form, value, strlen(value));
}

/* The number of this setting among those of its flag, from 1. */
static unsigned int index_of(const struct settings *settings, size_t at)
{
	unsigned int index = 1;

	for (size_t i = 0; i < at; i++)
		if (settings->items[i].flag == settings->items[at].flag)
			index++;
	return index;
}

static int add_tag(
	struct strbuf *form, const struct setting *setting, unsigned int index, char **ret_problem)
{
	const char *equals = strchr(setting->text, '=');
	const char *name = setting->flag->parameter->name;
	AUTO_FREE char *key_name = xasprintf("%s.%u.Key", name, index);
	AUTO_FREE char *value_name = xasprintf("%s.%u.Value", name, index);
	AUTO_FREE char *key = NULL;

	if (!equals || equals == setting->text) {
		*ret_problem = xasprintf("a tag reads KEY=VALUE, not \"%s\"", setting->text);
		return -EINVAL;
	}
	key = xstrndup(setting->text, (size_t)(equals - setting->text));
	form_add(form, key_name, key);
	form_add(form, value_name, equals + 1);
	return 0;
}

static int add_members(const struct settings *settings, const struct setting *first,
	struct strbuf *form, char **ret_problem)
{
	const char *parameter = first->flag->parameter->name;
	json_auto_t *object = json_object();
	char *text;

	if (settings_get(settings, parameter)) {
		AUTO_FREE char *whole = flag_name_of(parameter);

		*ret_problem = xasprintf(
			"--%s is all of it: leave it or --%s out", whole, first->flag->name);
		return -EINVAL;
	}
	for (size_t i = 0; i < settings->len; i++) {
		const struct setting *setting = &settings->items[i];

		if (setting->flag->parameter == first->flag->parameter)
			json_object_set_new(
				object, setting->flag->member->name, json_string(setting->text));
	}
	text = json_dumps(object, JSON_COMPACT);
	form_add(form, parameter, text);
	forget(text);
	return 0;
}

/* The first setting of its parameter brings all its members. */
static bool is_first(const struct settings *settings, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (settings->items[i].flag->member &&
			settings->items[i].flag->parameter == settings->items[at].flag->parameter)
			return false;
	return true;
}

static int add_setting(
	const struct settings *settings, size_t at, struct strbuf *form, char **ret_problem)
{
	const struct setting *setting = &settings->items[at];
	const struct parameter *parameter = setting->flag->parameter;

	if (setting->flag->member)
		return is_first(settings, at) ? add_members(settings, setting, form, ret_problem)
					      : 0;
	if (parameter->type == PARAM_TAGS)
		return add_tag(form, setting, index_of(settings, at), ret_problem);
	if (parameter->type == PARAM_LIST) {
		AUTO_FREE char *name = xasprintf("%s.%u", parameter->name, index_of(settings, at));

		form_add(form, name, setting->text);
		return 0;
	}
	form_add(form, parameter->name, setting->text);
	return 0;
}

int settings_form(const struct settings *settings, struct strbuf *form, char **ret_problem)
{
	for (size_t i = 0; i < settings->len; i++) {
		int err = add_setting(settings, i, form, ret_problem);

		if (err < 0)
			return err;
	}
	if (!strbuf_failed(form))
		return 0;
	*ret_problem = xstrdup("what is to be sent is larger than 64 KiB");
	return -EINVAL;
}
