/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One value behind one row: clear, copy, compare, default. Text is in field_text.c, JSON in
 * field_json.c.
 */
#include "resource/field_value.h"

#include <assert.h>
#include <string.h>

const struct field *field_find(const struct field *fields, const char *name)
{
	for (; fields->name; fields++)
		if (strcmp(fields->name, name) == 0)
			return fields;
	return NULL;
}

size_t field_size(const struct field *field)
{
	static const size_t sizes[] = {
		[FIELD_STRING] = sizeof(char *),
		[FIELD_SECRET] = sizeof(struct secret *),
		[FIELD_BOOL] = sizeof(bool),
		[FIELD_U32] = sizeof(uint32_t),
		[FIELD_U64] = sizeof(uint64_t),
		[FIELD_ASN] = sizeof(uint32_t),
		[FIELD_ENUM] = sizeof(int),
		[FIELD_ADDR] = sizeof(struct addr),
		[FIELD_PREFIX] = sizeof(struct prefix),
		[FIELD_PREFIXES] = sizeof(struct prefixes),
		[FIELD_TAGS] = sizeof(struct tags),
		[FIELD_OBJECT] = 0,
	};

	return sizes[field->type];
}

void tags_clear(struct tags *tags)
{
	for (size_t i = 0; i < tags->len; i++) {
		free(tags->items[i].key);
		free(tags->items[i].value);
	}
	free(tags->items);
	*tags = (struct tags){};
}

void field_clear(const struct field *field, void *base)
{
	union field_value value = field_value(field, base);

	switch (field->type) {
	case FIELD_STRING:
		free(*value.string);
		break;
	case FIELD_SECRET:
		secret_free(*value.secret);
		break;
	case FIELD_PREFIXES:
		free(value.prefixes->items);
		break;
	case FIELD_TAGS:
		tags_clear(value.tags);
		break;
	case FIELD_OBJECT:
		for (const struct field *member = field->object; member->name; member++)
			field_clear(member, value.object);
		return;
	case FIELD_BOOL:
	case FIELD_U32:
	case FIELD_U64:
	case FIELD_ASN:
	case FIELD_ENUM:
	case FIELD_ADDR:
	case FIELD_PREFIX:
		break;
	}
	memset(value.object, 0, field_size(field));
}

static struct tags tags_dup(const struct tags *tags)
{
	struct tags copy = { .len = tags->len };

	copy.items = tags->len ? xcalloc(tags->len, sizeof(*copy.items)) : NULL;
	for (size_t i = 0; i < tags->len; i++)
		copy.items[i] =
			(struct tag){ xstrdup(tags->items[i].key), xstrdup(tags->items[i].value) };
	return copy;
}

void field_copy(const struct field *field, void *to, const void *from)
{
	union field_value target = field_value(field, to);
	union field_const_value source = field_const_value(field, from);

	if (field->type == FIELD_OBJECT) {
		for (const struct field *member = field->object; member->name; member++)
			field_copy(member, target.object, source.object);
		return;
	}
	field_clear(field, to);
	memcpy(target.object, source.object, field_size(field));
	if (field->type == FIELD_STRING && *source.string)
		*target.string = xstrdup(*source.string);
	else if (field->type == FIELD_SECRET)
		*target.secret = secret_dup(*source.secret);
	else if (field->type == FIELD_PREFIXES && source.prefixes->len)
		target.prefixes->items = xmemdup(source.prefixes->items,
			source.prefixes->len * sizeof(*source.prefixes->items));
	else if (field->type == FIELD_TAGS)
		*target.tags = tags_dup(source.tags);
}

static bool tags_equal(const struct tags *a, const struct tags *b)
{
	if (a->len != b->len)
		return false;
	for (size_t i = 0; i < a->len; i++)
		if (strcmp(a->items[i].key, b->items[i].key) != 0 ||
			strcmp(a->items[i].value, b->items[i].value) != 0)
			return false;
	return true;
}

static bool prefixes_equal(const struct prefixes *a, const struct prefixes *b)
{
	if (a->len != b->len)
		return false;
	for (size_t i = 0; i < a->len; i++)
		if (!prefix_equal(a->items[i], b->items[i]))
			return false;
	return true;
}

static bool object_equal(const struct field *members, const void *a, const void *b)
{
	for (; members->name; members++)
		if (!field_equal(members, a, b))
			return false;
	return true;
}

bool field_equal(const struct field *field, const void *a, const void *b)
{
	union field_const_value x = field_const_value(field, a), y = field_const_value(field, b);

	switch (field->type) {
	case FIELD_STRING:
		return strcmp(*x.string ? *x.string : "", *y.string ? *y.string : "") == 0;
	case FIELD_SECRET:
		return *x.secret && *y.secret ? secret_equal(*x.secret, *y.secret)
					      : *x.secret == *y.secret;
	case FIELD_PREFIX:
		return prefix_equal(*x.prefix, *y.prefix);
	case FIELD_PREFIXES:
		return prefixes_equal(x.prefixes, y.prefixes);
	case FIELD_TAGS:
		return tags_equal(x.tags, y.tags);
	case FIELD_OBJECT:
		return object_equal(field->object, x.object, y.object);
	case FIELD_BOOL:
	case FIELD_U32:
	case FIELD_U64:
	case FIELD_ASN:
	case FIELD_ENUM:
	case FIELD_ADDR:
		break;
	}
	return memcmp(x.object, y.object, field_size(field)) == 0;
}

bool field_is_absent(const struct field *field, const void *base)
{
	union field_const_value value = field_const_value(field, base);

	switch (field->type) {
	case FIELD_STRING:
		return !*value.string || !**value.string;
	case FIELD_SECRET:
		return !*value.secret;
	case FIELD_U32:
	case FIELD_ASN:
		return !*value.u32;
	case FIELD_U64:
		return !*value.u64;
	case FIELD_ADDR:
		return !value.addr->v4;
	case FIELD_PREFIX:
		return !value.prefix->len;
	case FIELD_PREFIXES:
		return !value.prefixes->len;
	case FIELD_TAGS:
		return !value.tags->len;
	case FIELD_ENUM:
		return !*field->values[*value.enumeration];
	case FIELD_BOOL:
	case FIELD_OBJECT:
		break;
	}
	return false;
}

void field_set_default(const struct field *field, void *base)
{
	struct fault fault;

	if (field->type == FIELD_OBJECT) {
		for (const struct field *member = field->object; member->name; member++)
			field_set_default(member, field_value(field, base).object);
		return;
	}
	field_clear(field, base);
	if (field->default_text) {
		int err = field_set_text(field, base, field->default_text, &fault);

		assert(err == 0);
		(void)err;
	} else if (field->type == FIELD_STRING) {
		*field_value(field, base).string = xstrdup("");
	}
}
