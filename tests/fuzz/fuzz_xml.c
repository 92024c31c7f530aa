/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The XML of an answer. The input builds a JSON tree (a byte of what comes next, then its text);
 * what is rendered is read back by a strict reader of its own and must hold the same names and
 * texts.
 */
#include "api/xml.h"
#include "base/strbuf.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DEPTH_MAX 20

struct input {
	const uint8_t *at, *end;
};

static uint8_t next(struct input *input)
{
	return input->at < input->end ? *input->at++ : 0;
}

/* Up to 255 bytes; what is no UTF-8 becomes a fixed text, as such text never reaches an answer. */
static json_t *next_string(struct input *input)
{
	size_t size = next(input), left = (size_t)(input->end - input->at);
	json_t *string;

	size = size < left ? size : left;
	string = json_stringn((const char *)input->at, size);
	input->at += size;
	if (string && strlen(json_string_value(string)) != json_string_length(string)) {
		json_decref(string);
		string = NULL;
	}
	return string ? string : json_string("no text");
}

static json_t *next_value(struct input *input, int depth);

static json_t *next_object(struct input *input, int depth)
{
	json_t *object = json_object();

	for (uint8_t members = next(input) % 8; members; members--) {
		char name[] = { (char)('A' + next(input) % 26), 'x', '\0' };

		json_object_set_new(object, name, next_value(input, depth + 1));
	}
	return object;
}

static json_t *next_array(struct input *input, int depth)
{
	json_t *array = json_array();

	/* Items of lists are objects or scalars, never lists. */
	for (uint8_t items = next(input) % 8; items; items--) {
		json_t *item = next_value(input, depth + 1);

		json_array_append_new(array, json_is_array(item) ? json_true() : item);
		if (json_is_array(item))
			json_decref(item);
	}
	return array;
}

static json_t *next_value(struct input *input, int depth)
{
	uint8_t what = next(input);

	if (depth < DEPTH_MAX && what % 8 == 0)
		return next_object(input, depth);
	if (depth < DEPTH_MAX && what % 8 == 1)
		return next_array(input, depth);
	if (what % 8 == 2)
		return json_integer((json_int_t)next(input) << (what >> 3) << 24);
	if (what % 8 == 3)
		return json_boolean(what & 8);
	return next_string(input);
}

/* What a strict reader accepts, as far as answers need it: elements, texts, five entities. */
struct reader {
	const char *at;
};

static void expect(struct reader *reader, const char *text)
{
	assert(!strncmp(reader->at, text, strlen(text)));
	reader->at += strlen(text);
}

static char read_entity(struct reader *reader)
{
	static const struct {
		const char *text;
		char character;
	} entities[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' },
		{ "&apos;", '\'' } };

	for (size_t i = 0; i < ARRAY_LEN(entities); i++)
		if (!strncmp(reader->at, entities[i].text, strlen(entities[i].text))) {
			reader->at += strlen(entities[i].text);
			return entities[i].character;
		}
	abort();
}

static bool is_no_character(const char *at)
{
	/* XML 1.0, section 2.2; surrogates are no UTF-8 in the first place. */
	return ((unsigned char)*at < ' ' && *at != '\t' && *at != '\n') ||
	       !strncmp(at, "\xef\xbf\xbe", 3) || !strncmp(at, "\xef\xbf\xbf", 3);
}

static void read_text(struct reader *reader, struct strbuf *ret)
{
	while (*reader->at && *reader->at != '<') {
		assert(!is_no_character(reader->at));
		strbuf_add_char(ret, *reader->at == '&' ? read_entity(reader) : *reader->at++);
	}
	assert(*reader->at);
}

/* The text as it is read back: what XML cannot hold is replaced. */
static void expected_text(const char *text, struct strbuf *ret)
{
	while (*text) {
		if (!is_no_character(text)) {
			strbuf_add_char(ret, *text++);
			continue;
		}
		strbuf_add(ret, "\xef\xbf\xbd");
		text += (unsigned char)*text == 0xef ? 3 : 1;
	}
}

static void expect_value(struct reader *reader, const char *name, json_t *value);

static void expect_members(struct reader *reader, json_t *object)
{
	const char *name;
	json_t *member, *item;
	size_t i;

	json_object_foreach (object, name, member) {
		if (!json_is_array(member)) {
			expect_value(reader, name, member);
			continue;
		}
		json_array_foreach (member, i, item)
			expect_value(reader, name, item);
	}
}

static void expect_scalar(struct reader *reader, json_t *value)
{
	AUTO_STRBUF struct strbuf found = STRBUF_INIT(1024 * 1024);
	AUTO_STRBUF struct strbuf wanted = STRBUF_INIT(1024 * 1024);

	read_text(reader, &found);
	if (json_is_string(value))
		expected_text(json_string_value(value), &wanted);
	else if (json_is_integer(value))
		strbuf_addf(&wanted, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else
		strbuf_add(&wanted, json_is_true(value) ? "true" : "false");
	assert(!strcmp(strbuf_text(&found), strbuf_text(&wanted)));
}

static void expect_value(struct reader *reader, const char *name, json_t *value)
{
	char tag[32];

	snprintf(tag, sizeof(tag), "<%s>", name);
	expect(reader, tag);
	if (json_is_object(value))
		expect_members(reader, value);
	else
		expect_scalar(reader, value);
	snprintf(tag, sizeof(tag), "</%s>", name);
	expect(reader, tag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, data + size };
	json_auto_t *answer = NULL;
	AUTO_FREE char *text = NULL;
	struct reader reader;

	if (size > 64 * 1024)
		return 0;
	answer = next_object(&input, 0);
	text = xml_render("DoResponse", answer);
	reader.at = text;
	expect(&reader, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
	expect_value(&reader, "DoResponse", answer);
	assert(!*reader.at);
	return 0;
}
