/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/parse, strbuf, encode and instant: whole strings, hard limits, exact inverses.
 */
#include "support/unit.h"

#include "base/encode.h"
#include "base/instant.h"
#include "base/parse.h"
#include "base/strbuf.h"

#include <errno.h>

static void test_parse_numbers(void **state)
{
	static const char *const bad[] = { "", " 1", "1 ", "+1", "-1", "0x1", "1.0", "one" };
	uint32_t value = 5;
	uint64_t wide;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(parse_u32(bad[i], 0, UINT32_MAX, &value), -EINVAL);
	assert_int_equal(parse_u32("4294967296", 0, UINT32_MAX, &value), -ERANGE);
	assert_int_equal(parse_u32("99999999999999999999999", 0, UINT32_MAX, &value), -ERANGE);
	assert_int_equal(parse_u32("0", 1, 10, &value), -ERANGE);
	assert_int_equal(parse_u32("11", 1, 10, &value), -ERANGE);
	assert_int_equal(value, 5);
	assert_int_equal(parse_u32("10", 1, 10, &value), 0);
	assert_int_equal(value, 10);
	assert_int_equal(parse_u64("18446744073709551615", 0, UINT64_MAX, &wide), 0);
	assert_true(wide == UINT64_MAX);
	assert_int_equal(parse_u64("18446744073709551616", 0, UINT64_MAX, &wide), -ERANGE);
}

static void test_parse_bool(void **state)
{
	bool value = false;

	(void)state;
	assert_int_equal(parse_bool("TRUE", &value), 0);
	assert_true(value);
	assert_int_equal(parse_bool("false", &value), 0);
	assert_false(value);
	assert_int_equal(parse_bool("1", &value), -EINVAL);
	assert_int_equal(parse_bool("", &value), -EINVAL);
}

static void test_strbuf_limit(void **state)
{
	AUTO_STRBUF struct strbuf buf = STRBUF_INIT(5);

	(void)state;
	assert_string_equal(strbuf_text(&buf), "");
	strbuf_addf(&buf, "%s%d", "ab", 12);
	strbuf_add_char(&buf, '3');
	assert_false(strbuf_failed(&buf));
	assert_string_equal(strbuf_text(&buf), "ab123");
	strbuf_add_char(&buf, 'x');
	assert_true(strbuf_failed(&buf));
	assert_string_equal(strbuf_text(&buf), "ab123");
}

static void test_percent(void **state)
{
	static const char *const bad[] = { "%", "%2", "%2g", "a%", "%00", "%zz" };
	AUTO_STRBUF struct strbuf buf = STRBUF_INIT(100);
	AUTO_FREE char *text = NULL;

	(void)state;
	percent_encode(&buf, "a b*~'\xc3\xa9/-_.", 12);
	assert_string_equal(strbuf_text(&buf), "a%20b%2A~%27%C3%A9%2F-_.");
	assert_int_equal(percent_decode(strbuf_text(&buf), buf.size, &text), 0);
	assert_string_equal(text, "a b*~'\xc3\xa9/-_.");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO_FREE char *none = NULL;

		assert_int_equal(percent_decode(bad[i], strlen(bad[i]), &none), -EINVAL);
	}
	free(TAKE_PTR(text));
	assert_int_equal(percent_decode("a+b%2b", 6, &text), 0);
	assert_string_equal(text, "a b+");
}

static void test_hex_base64(void **state)
{
	uint8_t bytes[4];
	char hex[9];
	AUTO_FREE char *base64 = base64_encode("\x00\xff\x10", 3);

	(void)state;
	assert_string_equal(base64, "AP8Q");
	assert_int_equal(hex_decode("00fF10", bytes, sizeof(bytes)), 3);
	hex_encode(bytes, 3, hex);
	assert_string_equal(hex, "00ff10");
	assert_int_equal(hex_decode("0", bytes, sizeof(bytes)), -EINVAL);
	assert_int_equal(hex_decode("0011223344", bytes, sizeof(bytes)), -EINVAL);
	assert_int_equal(hex_decode("0g", bytes, sizeof(bytes)), -EINVAL);
}

static void test_wall(void **state)
{
	static const char *const bad[] = { "2016-02-30T12:46:24Z", "2016-02-23 12:46:24Z",
		"2016-02-23T12:46:24", "2016-2-23T12:46:24Z", "2016-02-23T25:46:24Z", "" };
	char text[WALL_TEXT_SIZE];
	int64_t seconds;

	(void)state;
	assert_int_equal(wall_parse("2016-02-23T12:46:24Z", &seconds), 0);
	assert_int_equal(seconds, 1456231584);
	wall_format(seconds, text);
	assert_string_equal(text, "2016-02-23T12:46:24Z");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(wall_parse(bad[i], &seconds), -EINVAL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_numbers),
		cmocka_unit_test(test_parse_bool),
		cmocka_unit_test(test_strbuf_limit),
		cmocka_unit_test(test_percent),
		cmocka_unit_test(test_hex_base64),
		cmocka_unit_test(test_wall),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
