/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/rows: answers as tables for people.
 */
#include "support/unit.h"

#include "cli/rows.h"

#include <locale.h>

static json_t *load(const char *text)
{
	json_t *json = json_loads(text, 0, NULL);

	assert_non_null(json);
	return json;
}

static void test_rows_are_found(void **state)
{
	json_auto_t *wrapped = load("{\"TotalCount\": 1, \"Vpcs\": {\"Vpc\": [1]}}");
	json_auto_t *bare = load("{\"Rows\": [1, 2]}");
	json_auto_t *counts =
		load("{\"RouteCounts\": {\"Count\": [1]}, \"Routes\": {\"Route\": []}}");
	json_auto_t *none = load("{\"A\": {\"B\": 1}}");

	(void)state;
	assert_int_equal(json_array_size(rows_of(wrapped)), 1);
	assert_int_equal(json_array_size(rows_of(bare)), 2);
	assert_int_equal(json_array_size(rows_of(counts)), 0);
	assert_null(rows_of(none));
}

static void test_table(void **state)
{
	json_auto_t *rows =
		load("[{\"Id\": \"vco-1\", \"In\": {\"Name\": \"\u4e2d\u6587\"}, \"N\": 1},"
		     " {\"Id\": \"v\", \"N\": true}]");
	AUTO_STRBUF struct strbuf out = STRBUF_INIT(4096);

	(void)state;
	rows_print(&out, rows, "ID:Id NAME:In.Name NUMBER:N");
	assert_string_equal(strbuf_text(&out), "ID     NAME  NUMBER\n"
					       "vco-1  \u4e2d\u6587  1\n"
					       "v            true\n");
}

static void test_times_and_control_characters(void **state)
{
	json_auto_t *time = json_integer(1795637994772);
	json_auto_t *hostile = json_string("a\033[31m\nb\302\233c\u00e9");
	AUTO_FREE char *when = value_text("CreateTime", time);
	AUTO_FREE char *number = value_text("Weight", time);
	AUTO_FREE char *clean = value_text("Name", hostile);

	(void)state;
	assert_string_equal(when, "2026-11-25T20:19:54Z");
	assert_string_equal(number, "1795637994772");
	assert_string_equal(clean, "a?[31m?b??c\u00e9");
}

static void test_secrets_are_hidden(void **state)
{
	json_auto_t *answer = load("{\"RequestId\": \"R\", \"IkeConfig\": {\"Psk\": \"secret\", "
				   "\"IkeMode\": \"main\"}, \"AuthKey\": \"\"}");
	AUTO_STRBUF struct strbuf out = STRBUF_INIT(4096), clear = STRBUF_INIT(4096);

	(void)state;
	object_print(&out, answer, false);
	assert_string_equal(strbuf_text(&out), "IkeConfig:\n"
					       "  Psk:                  ******\n"
					       "  IkeMode:              main\n"
					       "AuthKey:                \n");
	object_print(&clear, answer, true);
	assert_non_null(strstr(strbuf_text(&clear), "secret"));
}

static int set_locale(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_are_found),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_times_and_control_characters),
		cmocka_unit_test(test_secrets_are_hidden),
	};

	return cmocka_run_group_tests(tests, set_locale, NULL);
}
