/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values as JSON, in two styles: our own documents are exact, clients are heard generously (any
 * case of a key, quoted or native scalars). Knows no resource and no vault.
 */
#include "resource/field_value.h"

#include "resource/rules.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* A scalar as text; NULL when it is none. buffer: for numbers. */
static const char *scalar_text(const json_t *value, char buffer[static 24])
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		return json_string_value(value);
	case JSON_TRUE:
		return "true";
	case JSON_FALSE:
		return "false";
	case JSON_INTEGER:
		snprintf(buffer, 24, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		return buffer;
	case JSON_OBJECT:
	case JSON_ARRAY:
	case JSON_REAL:
	case JSON_NULL:
		break;
	}
	return NULL;
}

static bool has_native_type(const struct field *field, const json_t *value)
{
	switch (field->type) {
	case FIELD_BOOL:
		return json_is_boolean(value);
	case FIELD_U32:
	case FIELD_U64:
	case FIELD_ASN:
		return json_is_integer(value);
	case FIELD_TAGS:
		return json_is_array(value);
	case FIELD_OBJECT:
		return json_is_object(value);
	case FIELD_STRING:
	case FIELD_SECRET:
	case FIELD_ENUM:
	case FIELD_ADDR:
	case FIELD_PREFIX:
	case FIELD_PREFIXES:
		break;
	}
	return json_is_string(value);
}

static int set_tags(const struct field *field, void *base, const json_t *list, struct fault *fault)
{
	struct tags tags = { .items = xcalloc(json_array_size(list) + 1, sizeof(struct tag)) };
	const json_t *item;
	size_t i;
	int err = 0;

	json_array_foreach (list, i, item) {
		const char *key = json_string_value(json_object_get(item, "Key"));
		const char *value = json_string_value(json_object_get(item, "Value"));

		if (!key || !value || json_object_size(item) != 2) {
			err = field_refuse(field, fault, NULL,
				"must be pairs of the texts Key and Value", NULL);
			break;
		}
		tags.items[tags.len++] = (struct tag){ xstrdup(key), xstrdup(value) };
	}
	if (err) {
		tags_clear(&tags);
		return err;
	}
	tags_clear(field_value(field, base).tags);
	*field_value(field, base).tags = tags;
	return field_check(field, base, fault);
}

static const struct field *find_any_case(const struct field *fields, const char *name)
{
	for (; fields->name; fields++)
		if (strcasecmp(fields->name, name) == 0 && !(fields->flags & FIELD_INTERNAL))
			return fields;
	return NULL;
}

/* Another spelling of the same key earlier in the object? Clients must mean one of them. */
static bool is_repeated(const json_t *object, const char *name)
{
	const char *other;
	json_t *value;
	int count = 0;

	json_object_foreach ((json_t *)(uintptr_t)object, other, value)
		count += strcasecmp(other, name) == 0;
	return count > 1;
}

int fields_set_json(
	const struct field *fields, void *base, const json_t *object, struct fault *fault)
{
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)object, name, value) {
		const struct field *field = find_any_case(fields, name);

		if (!field)
			continue;
		if (is_repeated(object, name))
			return field_refuse(field, fault, NULL, "is given twice", "give it once");
		if (field_set_json(field, base, value, FIELD_STYLE_WIRE, fault) < 0)
			return -EINVAL;
	}
	return 0;
}

int field_set_json(const struct field *field, void *base, const json_t *value,
	enum field_style style, struct fault *fault)
{
	char buffer[24];
	const char *text;

	if (style == FIELD_STYLE_DOCUMENT && !has_native_type(field, value))
		return field_refuse(field, fault, NULL, "has the wrong JSON type", NULL);
	if (style == FIELD_STYLE_WIRE && json_is_null(value))
		return 0;
	if (field->type == FIELD_TAGS && json_is_array(value))
		return set_tags(field, base, value, fault);
	if (field->type == FIELD_OBJECT && json_is_object(value)) {
		if (fields_set_json(field->object, field_value(field, base).object, value, fault) ==
			0)
			return 0;
		fault_nest(fault, field->name);
		return -EINVAL;
	}
	text = scalar_text(value, buffer);
	if (!text)
		return field_refuse(
			field, fault, NULL, "must be a text, a whole number or a boolean", NULL);
	return field_set_text(field, base, text, fault);
}

static json_t *tags_to_json(const struct tags *tags, enum field_style style)
{
	json_t *list = json_array();

	for (size_t i = 0; i < tags->len; i++)
		json_array_append_new(list, json_pack("{s:s, s:s}", "Key", tags->items[i].key,
						    "Value", tags->items[i].value));
	return style == FIELD_STYLE_WIRE ? json_pack("{s:o}", "Tag", list) : list;
}

json_t *field_to_json(const struct field *field, const void *base, enum field_style style)
{
	union field_const_value value = field_const_value(field, base);
	AUTO_FREE char *text = NULL;

	/* An absent enumeration is said in documents, where leaving it out means its default. */
	if ((field->flags & FIELD_NULLABLE) && field_is_absent(field, base))
		return field->type == FIELD_ENUM && style == FIELD_STYLE_DOCUMENT ? json_string("")
										  : NULL;
	if (field->type == FIELD_TAGS)
		return tags_to_json(value.tags, style);
	if (field->type == FIELD_OBJECT)
		return fields_to_json(field->object, value.object);
	if (field->type == FIELD_SECRET)
		return style == FIELD_STYLE_WIRE && *value.secret
			       ? json_stringn((const char *)(*value.secret)->bytes,
					 (*value.secret)->size)
			       : NULL;
	if (style == FIELD_STYLE_DOCUMENT || !(field->flags & FIELD_AS_TEXT)) {
		if (field->type == FIELD_BOOL)
			return json_boolean(*value.boolean);
		if (field->type == FIELD_U32 || field->type == FIELD_ASN)
			return json_integer(*value.u32);
		if (field->type == FIELD_U64)
			return json_integer((json_int_t)*value.u64);
	}
	if (field->type == FIELD_STRING && *value.string)
		return json_string(*value.string);
	if (field->type == FIELD_ENUM)
		return json_string(field->values[*value.enumeration]);
	text = field_to_text(field, base);
	return json_string(text);
}

void fields_into_json(const struct field *fields, const void *base, json_t *object)
{
	for (; fields->name; fields++) {
		json_t *value = fields->flags & FIELD_HIDDEN
					? NULL
					: field_to_json(fields, base, FIELD_STYLE_WIRE);

		if (value)
			json_object_set_new(object,
				fields->answer_name ? fields->answer_name : fields->name, value);
	}
}

json_t *fields_to_json(const struct field *fields, const void *base)
{
	json_t *object = json_object();

	fields_into_json(fields, base, object);
	return object;
}
