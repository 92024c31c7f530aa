/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes XML 1.0. Characters it cannot hold (controls, U+FFFE, U+FFFF) become U+FFFD.
 */
#include "api/xml.h"

#include "base/strbuf.h"

#include <string.h>

#define XML_MAX (64 * 1024 * 1024)
#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* U+FFFE and U+FFFF. */
static bool is_no_character(const char *text)
{
	return strncmp(text, "\xef\xbf\xbe", 3) == 0 || strncmp(text, "\xef\xbf\xbf", 3) == 0;
}

static void add_text(struct strbuf *buf, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (is_no_character(text)) {
			strbuf_add(buf, REPLACEMENT);
			text += 2;
		} else if (c == '&')
			strbuf_add(buf, "&amp;");
		else if (c == '<')
			strbuf_add(buf, "&lt;");
		else if (c == '>')
			strbuf_add(buf, "&gt;");
		else if (c == '"')
			strbuf_add(buf, "&quot;");
		else if (c < ' ' && c != '\t' && c != '\n')
			strbuf_add(buf, REPLACEMENT);
		else
			strbuf_add_char(buf, *text);
	}
}

static void add_element(struct strbuf *buf, const char *name, json_t *value);

static void add_members(struct strbuf *buf, json_t *object)
{
	const char *name;
	json_t *member;

	json_object_foreach (object, name, member) {
		json_t *item;
		size_t i;

		if (!json_is_array(member)) {
			add_element(buf, name, member);
			continue;
		}
		json_array_foreach (member, i, item)
			add_element(buf, name, item);
	}
}

static void add_element(struct strbuf *buf, const char *name, json_t *value)
{
	strbuf_addf(buf, "<%s>", name);
	if (json_is_object(value))
		add_members(buf, value);
	else if (json_is_string(value))
		add_text(buf, json_string_value(value));
	else if (json_is_integer(value))
		strbuf_addf(buf, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_boolean(value))
		strbuf_add(buf, json_is_true(value) ? "true" : "false");
	strbuf_addf(buf, "</%s>", name);
}

char *xml_render(const char *root, json_t *object)
{
	AUTO_STRBUF struct strbuf buf = STRBUF_SECRET_INIT(XML_MAX);

	strbuf_add(&buf, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
	add_element(&buf, root, object);
	return strbuf_take(&buf);
}
