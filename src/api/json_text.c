/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 8259 out of jansson's values. Only what JSON demands is escaped.
 */
#include "api/json_text.h"

#include <inttypes.h>
#include <string.h>

static void add_escaped(struct strbuf *buf, unsigned char c)
{
	static const char named[] = { ['\b'] = 'b',
		['\t'] = 't',
		['\n'] = 'n',
		['\f'] = 'f',
		['\r'] = 'r',
		['"'] = '"',
		['\\'] = '\\' };

	strbuf_add_char(buf, '\\');
	if (named[c])
		strbuf_add_char(buf, named[c]);
	else
		strbuf_addf(buf, "u%04X", (unsigned int)c);
}

static bool is_plain(char c)
{
	return (unsigned char)c >= ' ' && c != '"' && c != '\\';
}

void json_text_string(struct strbuf *buf, const char *bytes, size_t size)
{
	const char *end = bytes + size;

	strbuf_add_char(buf, '"');
	while (bytes < end) {
		const char *start = bytes;

		while (bytes < end && is_plain(*bytes))
			bytes++;
		strbuf_add_bytes(buf, start, (size_t)(bytes - start));
		if (bytes < end)
			add_escaped(buf, (unsigned char)*bytes++);
	}
	strbuf_add_char(buf, '"');
}

static void write_object(const struct json_text *text, const json_t *object)
{
	const char *name, *comma = "";
	json_t *value;

	strbuf_add_char(text->buf, '{');
	json_object_foreach ((json_t *)(uintptr_t)object, name, value) {
		strbuf_add(text->buf, comma);
		json_text_string(text->buf, name, strlen(name));
		strbuf_add_char(text->buf, ':');
		json_text_write(text, name, value);
		comma = ",";
	}
	strbuf_add_char(text->buf, '}');
}

static void write_array(const struct json_text *text, const json_t *array)
{
	const json_t *item;
	size_t i;

	strbuf_add_char(text->buf, '[');
	json_array_foreach (array, i, item) {
		if (i)
			strbuf_add_char(text->buf, ',');
		json_text_write(text, NULL, item);
	}
	strbuf_add_char(text->buf, ']');
}

static void write_real(struct strbuf *buf, const json_t *value)
{
	AUTO_FREE char *number = json_dumps(value, JSON_ENCODE_ANY);

	strbuf_add(buf, number);
}

void json_text_write(const struct json_text *text, const char *name, const json_t *value)
{
	struct strbuf *buf = text->buf;

	if (text->writes && text->writes(text->arg, name, value))
		return;
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		write_object(text, value);
		break;
	case JSON_ARRAY:
		write_array(text, value);
		break;
	case JSON_STRING:
		json_text_string(buf, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
		strbuf_addf(buf, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		break;
	case JSON_REAL:
		write_real(buf, value);
		break;
	case JSON_TRUE:
		strbuf_add(buf, "true");
		break;
	case JSON_FALSE:
		strbuf_add(buf, "false");
		break;
	case JSON_NULL:
		strbuf_add(buf, "null");
		break;
	}
}
