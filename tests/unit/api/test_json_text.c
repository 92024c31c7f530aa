/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/json_text against jansson's own writer, and what others write in between.
 */
#include "support/unit.h"

#include "api/json_text.h"

#define LIMIT (1024 * 1024)

static void expect_same(const json_t *value)
{
	AUTO_STRBUF struct strbuf buf = STRBUF_INIT(LIMIT);
	AUTO_FREE char *expected = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	json_text_write(&(struct json_text){ .buf = &buf }, NULL, value);
	assert_string_equal(strbuf_text(&buf), expected);
}

static void test_every_character(void **state)
{
	char text[2] = "";

	(void)state;
	for (int c = 0; c < 128; c++) {
		json_auto_t *value = NULL;

		text[0] = (char)c;
		value = json_stringn(text, 1);
		expect_same(value);
	}
}

static void test_shapes(void **state)
{
	static const char *const texts[] = { "{}", "[]", "[[],{}]", "0", "-9223372036854775808",
		"9223372036854775807", "1.5", "true", "false", "null", "\"\"",
		"{\"b\":1,\"a\":{\"c\":[1,true,null,\"x\"]},\"\":\"\"}",
		"\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 / \\u0000 \\u007f\"",
		"{\"a\\\"\\n\":\"b\\\\\"}" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		json_auto_t *value = json_loads(texts[i], JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

		assert_non_null(value);
		expect_same(value);
	}
}

static bool write_secret(void *arg, const char *name, const json_t *value)
{
	if (!name || strcmp(name, "Secret") != 0)
		return false;
	assert_true(json_is_string(value));
	strbuf_add(arg, "<here>");
	return true;
}

static void test_others_write(void **state)
{
	AUTO_STRBUF struct strbuf buf = STRBUF_INIT(LIMIT);
	json_auto_t *value = json_loads("{\"a\":[{\"Secret\":\"x\",\"b\":\"Secret\"}]}", 0, NULL);

	(void)state;
	json_text_write(&(struct json_text){ .buf = &buf, .writes = write_secret, .arg = &buf },
		NULL, value);
	assert_string_equal(strbuf_text(&buf), "{\"a\":[{\"Secret\":<here>,\"b\":\"Secret\"}]}");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_character),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_others_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
