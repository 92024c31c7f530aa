/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text to a checked value, by row, with a fault that says what would have been right. Knows the
 * field types; rules of single fields are the row's own check.
 */
#include "resource/field_value.h"

#include "base/parse.h"
#include "base/strbuf.h"
#include "resource/nearest.h"
#include "resource/rules.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static int run_check(const struct field *field, const char *text, struct fault *fault)
{
	return field->check ? field->check(field, text, fault) : 0;
}

static int refuse_values(const struct field *field, const char *text, struct fault *fault)
{
	AUTO_STRBUF struct strbuf rule = STRBUF_INIT(240);
	AUTO_FREE char *remedy = xasprintf("use %s", nearest_value(field->values, text));

	strbuf_add(&rule, "must be one of ");
	for (const char *const *value = field->values; *value; value++)
		if (**value)
			strbuf_addf(&rule, "%s%s", rule.size > 15 ? ", " : "", *value);
	return field_refuse(field, fault, text, strbuf_text(&rule), remedy);
}

/* Index of a legal text, or -1. */
static int find_value(const struct field *field, const char *text)
{
	for (int i = 0; field->values[i]; i++)
		if (*text && strcmp(field->values[i], text) == 0)
			return i;
	return -1;
}

static int check_len(const struct field *field, int len, const char *value, struct fault *fault)
{
	char rule[96], remedy[64] = "";

	if (len >= 0 && (uint64_t)len >= field->min && (uint64_t)len <= field->max)
		return 0;
	if (len < 0)
		return field_refuse(field, fault, NULL, "must be UTF-8 text", NULL);
	snprintf(rule, sizeof(rule), "must have %" PRIu64 " to %" PRIu64 " characters, it has %d",
		field->min, field->max, len);
	if ((uint64_t)len > field->max)
		snprintf(remedy, sizeof(remedy), "shorten it by %" PRIu64,
			(uint64_t)len - field->max);
	return field_refuse(field, fault, value, rule, remedy);
}

int field_check_string(const struct field *field, const char *text, struct fault *fault)
{
	if (check_len(field, text_len(text), text, fault) < 0)
		return -EINVAL;
	for (const char *at = text; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return field_refuse(field, fault, text,
				"must not contain control characters", "take them out");
	return run_check(field, text, fault);
}

int field_check_secret(const struct field *field, const char *text, struct fault *fault)
{
	int len = text_len(text);

	if (check_len(field, len < 0 ? (int)strlen(text) : len, NULL, fault) < 0)
		return -EINVAL;
	return run_check(field, text, fault);
}

static int parse_number(
	const struct field *field, const char *text, uint64_t *ret, struct fault *fault)
{
	char rule[96], remedy[64] = "";
	int err;

	if (field->values)
		return find_value(field, text) >= 0 ? parse_u64(text, 0, UINT64_MAX, ret)
						    : refuse_values(field, text, fault);
	err = parse_u64(text, field->min, field->max, ret);
	if (!err)
		return run_check(field, text, fault);
	snprintf(rule, sizeof(rule), "must be a whole number from %" PRIu64 " to %" PRIu64,
		field->min, field->max);
	if (err == -ERANGE)
		snprintf(remedy, sizeof(remedy), "use %" PRIu64,
			parse_u64(text, 0, field->min, ret) == 0 ? field->min : field->max);
	else if (field->default_text)
		snprintf(remedy, sizeof(remedy), "the default is %s", field->default_text);
	return field_refuse(field, fault, text, rule, remedy);
}

/* A decimal number, or two 16-bit parts: "123.456" = 123 * 65536 + 456. */
static int parse_asn(
	const struct field *field, const char *text, uint32_t *ret, struct fault *fault)
{
	const char *dot = strchr(text, '.');
	AUTO_FREE char *high_text = dot ? xstrndup(text, (size_t)(dot - text)) : NULL;
	uint32_t high = 0, value = 0;
	int err;

	if (!dot)
		err = parse_u32(text, 1, UINT32_MAX, &value);
	else if (parse_u32(high_text, 0, UINT16_MAX, &high) < 0 ||
		 parse_u32(dot + 1, 0, UINT16_MAX, &value) < 0)
		err = -EINVAL;
	else
		err = (value += high * 65536) ? 0 : -ERANGE;
	if (err)
		return field_refuse(field, fault, text,
			"must be an AS number from 1 to 4294967295, or two parts from 0 to 65535 "
			"with a dot",
			"use a private one: 64512 to 65534");
	*ret = value;
	return run_check(field, text, fault);
}

static int parse_address(
	const struct field *field, const char *text, struct addr *ret, struct fault *fault)
{
	if (addr_parse(text, ret) < 0)
		return field_refuse(
			field, fault, text, "must be an IPv4 address", "write it as a.b.c.d");
	return run_check(field, text, fault);
}

/* "10.1.2.3/8" -> "use 10.0.0.0/8". */
static void suggest_network(const char *text, char *ret, size_t size)
{
	const char *slash = strchr(text, '/');
	AUTO_FREE char *head = slash ? xstrndup(text, (size_t)(slash - text)) : NULL;
	char network[PREFIX_TEXT_SIZE];
	struct prefix prefix;
	uint32_t len;

	*ret = '\0';
	if (slash && addr_parse(head, &prefix.addr) == 0 &&
		parse_u32(slash + 1, 0, 32, &len) == 0) {
		prefix.len = (uint8_t)len;
		prefix.addr = prefix_first(prefix);
		prefix_format(prefix, network);
		snprintf(ret, size, "use %s", network);
	} else if (!slash && addr_parse(text, &prefix.addr) == 0) {
		snprintf(ret, size, "use %s/32", text);
	}
}

static int parse_cidr(
	const struct field *field, const char *text, struct prefix *ret, struct fault *fault)
{
	int err = prefix_parse(text, ret);
	char remedy[64];

	if (!err)
		return run_check(field, text, fault);
	suggest_network(text, remedy, sizeof(remedy));
	return field_refuse(field, fault, text,
		err == -ERANGE ? "must have no bits set behind the prefix length"
			       : "must be a CIDR block such as 10.0.0.0/8",
		remedy);
}

static int add_cidr(
	const struct field *field, struct prefixes *list, const char *text, struct fault *fault)
{
	struct prefix prefix;

	if (parse_cidr(field, text, &prefix, fault) < 0)
		return -EINVAL;
	for (size_t i = 0; i < list->len; i++)
		if (prefix_equal(list->items[i], prefix))
			return field_refuse(field, fault, text, "is given twice", "give it once");
	list->items[list->len++] = prefix;
	return 0;
}

static int parse_cidrs(
	const struct field *field, const char *text, struct prefixes *ret, struct fault *fault)
{
	struct prefixes list = { .items = xcalloc(field->max, sizeof(struct prefix)) };
	char rule[96];
	int err = 0;

	while (!err) {
		size_t size = strcspn(text, ",");
		AUTO_FREE char *item = xstrndup(text, size);

		if (list.len == field->max) {
			snprintf(rule, sizeof(rule), "must have at most %" PRIu64 " CIDR blocks",
				field->max);
			err = field_refuse(field, fault, NULL, rule, "join neighbouring ones");
			break;
		}
		err = add_cidr(field, &list, item, fault);
		if (!text[size])
			break;
		text += size + 1;
	}
	if (err)
		free(list.items);
	else
		*ret = list;
	return err;
}

/* What "" means; see field_set_text(). */
static int set_empty(const struct field *field, void *base, struct fault *fault)
{
	if (field->flags & FIELD_REQUIRED)
		return field_refuse(field, fault, NULL, "must not be empty", NULL);
	if (field->flags & FIELD_ZERO_DEFAULT || field->type == FIELD_STRING)
		field_set_default(field, base);
	else if (field->flags & FIELD_NULLABLE)
		field_clear(field, base);
	return 0;
}

static int set_enum(const struct field *field, int *value, const char *text, struct fault *fault)
{
	int index = find_value(field, text);

	if (index < 0)
		return refuse_values(field, text, fault);
	*value = index;
	return run_check(field, text, fault);
}

/* The JSON text may hold secrets: only the place of the mistake is told. */
static int set_object(const struct field *field, void *base, const char *text, struct fault *fault)
{
	json_error_t error;
	json_auto_t *object = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	char remedy[64];

	if (json_is_object(object))
		return field_set_json(field, base, object, FIELD_STYLE_WIRE, fault);
	snprintf(remedy, sizeof(remedy), "see byte %d", error.position);
	return field_refuse(field, fault, NULL, "must be a JSON object", object ? NULL : remedy);
}

/* Parses into *value, a zeroed one of the row's type; nothing is owned by it on failure. */
static int parse_value(
	const struct field *field, union field_value value, const char *text, struct fault *fault)
{
	uint64_t number = 0;
	int err;

	switch (field->type) {
	case FIELD_STRING:
		err = field_check_string(field, text, fault);
		*value.string = err ? NULL : xstrdup(text);
		return err;
	case FIELD_SECRET:
		err = field_check_secret(field, text, fault);
		*value.secret = err ? NULL : secret_new(text, strlen(text));
		return err;
	case FIELD_BOOL:
		return parse_bool(text, value.boolean) == 0
			       ? run_check(field, text, fault)
			       : field_refuse(field, fault, text, "must be true or false", NULL);
	case FIELD_U32:
		err = parse_number(field, text, &number, fault);
		*value.u32 = (uint32_t)number;
		return err;
	case FIELD_U64:
		return parse_number(field, text, value.u64, fault);
	case FIELD_ASN:
		return parse_asn(field, text, value.u32, fault);
	case FIELD_ENUM:
		return set_enum(field, value.enumeration, text, fault);
	case FIELD_ADDR:
		return parse_address(field, text, value.addr, fault);
	case FIELD_PREFIX:
		return parse_cidr(field, text, value.prefix, fault);
	case FIELD_PREFIXES:
		return parse_cidrs(field, text, value.prefixes, fault);
	case FIELD_TAGS:
	case FIELD_OBJECT:
		break;
	}
	return field_refuse(field, fault, NULL, "is not a single value", NULL);
}

int field_set_text(const struct field *field, void *base, const char *text, struct fault *fault)
{
	_Alignas(max_align_t) unsigned char scratch[FIELD_VALUE_SIZE] = {};
	int err;

	if (field->type == FIELD_OBJECT)
		return *text ? set_object(field, base, text, fault) : 0;
	if (!*text)
		return set_empty(field, base, fault);
	err = parse_value(field, (union field_value){ .object = scratch }, text, fault);
	if (err)
		return err;
	if ((field->flags & FIELD_ZERO_DEFAULT) && field->type == FIELD_U32 &&
		!*(union field_value){ .object = scratch }.u32) {
		field_set_default(field, base);
		return 0;
	}
	field_clear(field, base);
	memcpy(field_value(field, base).object, scratch, field_size(field));
	return 0;
}
