/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/ini: the forms of a line, and the line number of what is none.
 */
#include "support/unit.h"

#include "base/ini.h"
#include "base/strbuf.h"

#include <errno.h>

static int collect(void *arg, const struct ini_entry *entry)
{
	strbuf_addf(arg, "%u:%s|%s|%s=%s;", entry->line, entry->section, entry->name,
		entry->key ? entry->key : "-", entry->value ? entry->value : "-");
	return entry->key && strcmp(entry->key, "stop") == 0 ? -ECANCELED : 0;
}

static int walk(const char *input, struct strbuf *ret, unsigned int *ret_line)
{
	AUTO_FREE char *text = xstrdup(input);

	return ini_walk(text, collect, ret, ret_line);
}

static void test_forms(void **state)
{
	AUTO_STRBUF struct strbuf seen = STRBUF_INIT(1000);
	unsigned int line = 0;

	(void)state;
	assert_int_equal(
		walk("a = 1\n# no\n\n [api]\nb= x y \n[region \"r 1\"]\nc =", &seen, &line), 0);
	assert_string_equal(strbuf_text(&seen),
		"1:||a=1;4:api||-=-;5:api||b=x y;6:region|r 1|-=-;7:region|r 1|c=;");
}

static void test_errors(void **state)
{
	static const struct {
		const char *text;
		unsigned int line;
	} bad[] = { { "a=1\nnothing\n", 2 }, { "[open\n", 1 }, { "\n\n[]\n", 3 }, { "=x\n", 1 },
		{ "[a \"b]\n", 1 }, { "[a \"b\" c]", 1 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO_STRBUF struct strbuf seen = STRBUF_INIT(1000);
		unsigned int line = 0;

		assert_int_equal(walk(bad[i].text, &seen, &line), -EINVAL);
		assert_int_equal(line, bad[i].line);
	}
}

static void test_callback_ends_walk(void **state)
{
	AUTO_STRBUF struct strbuf seen = STRBUF_INIT(1000);
	unsigned int line = 0;

	(void)state;
	assert_int_equal(walk("stop=1\nmore=2\n", &seen, &line), -ECANCELED);
	assert_string_equal(strbuf_text(&seen), "1:||stop=1;");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_callback_ends_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
