/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/params: decoding, duplicates, limits, flattened lists.
 */
#include "support/unit.h"

#include "api/params.h"
#include "base/strbuf.h"

#include <errno.h>
#include <string.h>

static int add(struct params *params, const char *text)
{
	return params_add_form(params, text, strlen(text));
}

static void test_decodes(void **state)
{
	struct params params = { 0 };

	(void)state;
	assert_int_equal(add(&params, "b=2&a=x+y%2bz&&empty=&alone&"), 0);
	assert_int_equal(add(&params, "Zed=%E4%B8%AD"), 0);
	assert_int_equal(params.len, 5);
	assert_string_equal(params.items[0].name, "Zed");
	assert_string_equal(params_get(&params, "a"), "x y+z");
	assert_string_equal(params_get(&params, "b"), "2");
	assert_string_equal(params_get(&params, "empty"), "");
	assert_string_equal(params_get(&params, "alone"), "");
	assert_string_equal(params_get(&params, "Zed"), "\xe4\xb8\xad");
	assert_null(params_get(&params, "none"));
	assert_null(params_get(&params, "A"));
	params_remove(&params, "a");
	params_remove(&params, "none");
	assert_int_equal(params.len, 4);
	assert_null(params_get(&params, "a"));
	assert_string_equal(params_get(&params, "b"), "2");
	params_clear(&params);
	assert_null(params_get(&params, "b"));
}

static void test_refuses(void **state)
{
	static const char *const bad[] = { "a=%", "a=%1", "a=%zz", "%0=1", "a=%00", "=1", "a=1&a=2",
		"a=1&%61=1" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct params params = { 0 };

		assert_int_equal(add(&params, bad[i]), -EINVAL);
		params_clear(&params);
	}
}

static void test_same_name_in_query_and_form(void **state)
{
	struct params params = { 0 };

	(void)state;
	assert_int_equal(add(&params, "a=1"), 0);
	assert_int_equal(add(&params, "a=1"), -EINVAL);
	params_clear(&params);
}

static void test_limit(void **state)
{
	AUTO_STRBUF struct strbuf text = STRBUF_INIT(100000);
	struct params params = { 0 };

	(void)state;
	for (unsigned int i = 0; i < PARAMS_MAX; i++)
		strbuf_addf(&text, "p%u=&", i);
	assert_int_equal(add(&params, strbuf_text(&text)), 0);
	assert_int_equal(add(&params, "one=more"), -E2BIG);
	params_clear(&params);
}

static void test_lists(void **state)
{
	struct params params = { 0 };

	(void)state;
	assert_int_equal(add(&params, "Tag.1.Key=k1&Tag.1.Value=v1&Tag.2.Key=k2&Tag.10.Key=far"
				      "&Id.1=a&Id.2=b&Id.3=c&Tags.1.Key=other"),
		0);
	assert_int_equal(params_count(&params, "Tag"), 2);
	assert_int_equal(params_count(&params, "Id"), 3);
	assert_int_equal(params_count(&params, "None"), 0);
	assert_string_equal(params_get_item(&params, "Tag", 2, "Key"), "k2");
	assert_null(params_get_item(&params, "Tag", 2, "Value"));
	assert_string_equal(params_get_item(&params, "Id", 3, NULL), "c");
	assert_null(params_get_item(&params, "Id", 4, NULL));
	params_clear(&params);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decodes),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_same_name_in_query_and_form),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
