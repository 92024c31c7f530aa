/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of a row on a value that is there already, by way of its text; and those of tags, which
 * have no text. Parsing is field_parse.c's.
 */
#include "resource/field_value.h"

#include "resource/rules.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

int tag_check(const struct field *field, const char *key, const char *value, size_t index,
	struct fault *fault)
{
	struct field part = { .max = field->min, .min = 1, .type = FIELD_STRING };
	const char *texts[] = { key, value };
	int err = 0;

	for (int i = 0; i < 2 && !err; i++) {
		char name[40];

		snprintf(name, sizeof(name), "%s.%zu.%s", field->name, index, i ? "Value" : "Key");
		part.name = name;
		if (i)
			part.min = 0, part.max = 128;
		err = field_check_string(&part, texts[i], fault);
		if (!err && (strncasecmp(texts[i], "aliyun", 6) == 0 ||
				    strncasecmp(texts[i], "acs:", 4) == 0))
			err = field_refuse(&part, fault, texts[i],
				"must not start with aliyun or acs:", "choose another word");
		if (!err && (strcasestr(texts[i], "http://") || strcasestr(texts[i], "https://")))
			err = field_refuse(&part, fault, texts[i],
				"must not contain http:// or https://", "leave the scheme out");
		if (err)
			snprintf(fault->code, sizeof(fault->code), "Invalid%s%s", field->name,
				i ? "Value" : "Key");
	}
	return err;
}

static int check_tags(const struct field *field, const struct tags *tags, struct fault *fault)
{
	char rule[64];

	if (tags->len > field->max) {
		snprintf(rule, sizeof(rule), "must be at most %" PRIu64 " pairs", field->max);
		return field_refuse(field, fault, NULL, rule, "leave some out");
	}
	for (size_t i = 0; i < tags->len; i++) {
		if (tag_check(field, tags->items[i].key, tags->items[i].value, i + 1, fault) < 0)
			return -EINVAL;
		for (size_t j = 0; j < i; j++)
			if (strcmp(tags->items[i].key, tags->items[j].key) == 0)
				return field_refuse(field, fault, tags->items[i].key,
					"is a key that is given twice", "give each key once");
	}
	return 0;
}

static int check_object(const struct field *field, const void *object, struct fault *fault)
{
	for (const struct field *member = field->object; member->name; member++)
		if (field_check(member, object, fault) < 0) {
			fault_nest(fault, field->name);
			return -EINVAL;
		}
	return 0;
}

static bool enum_is_known(const struct field *field, int index)
{
	int len = 0;

	while (field->values[len])
		len++;
	return index >= 0 && index < len;
}

int field_check(const struct field *field, const void *base, struct fault *fault)
{
	_Alignas(max_align_t) unsigned char scratch[FIELD_VALUE_SIZE] = {};
	union field_const_value value = field_const_value(field, base);
	AUTO_FREE char *text = NULL;
	struct field row = *field;
	int err;

	if (field->type == FIELD_OBJECT)
		return check_object(field, value.object, fault);
	if (field->type == FIELD_ENUM && !enum_is_known(field, *value.enumeration))
		return field_refuse(field, fault, NULL, "is an unknown value", NULL);
	if (field_is_absent(field, base) &&
		(field->type == FIELD_STRING || field->flags & (FIELD_REQUIRED | FIELD_NULLABLE)))
		return field->flags & FIELD_REQUIRED ? fault_missing(fault, field->name) : 0;
	if (field->type == FIELD_TAGS)
		return check_tags(field, value.tags, fault);
	if (field->type == FIELD_SECRET)
		return *value.secret ? field_check_secret(
					       field, (const char *)(*value.secret)->bytes, fault)
				     : 0;
	text = field_to_text(field, base);
	row.offset = 0;
	err = *text ? field_set_text(&row, scratch, text, fault) : 0;
	field_clear(&row, scratch);
	return err;
}
