/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/table: every verb is found and described, nothing else is.
 */
#include "support/unit.h"

#include "cli/table.h"

static void test_find(void **state)
{
	static const char *const names[] = { "up", "down", "call", "check-config", "version",
		"help" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct verb *verb = verb_find(names[i]);

		assert_non_null(verb);
		assert_string_equal(verb->name, names[i]);
		assert_non_null(verb->run);
	}
	assert_string_equal(verb_find("--help")->name, "help");
	assert_string_equal(verb_find("-h")->name, "help");
	assert_string_equal(verb_find("--version")->name, "version");
	assert_null(verb_find(""));
	assert_null(verb_find("u"));
	assert_null(verb_find("upp"));
}

static void test_help_names_every_verb(void **state)
{
	AUTO_FREE char *help = verbs_help();

	(void)state;
	for (const struct verb *verb = verbs; verb->name; verb++) {
		assert_non_null(strstr(help, verb->summary));
		assert_non_null(strstr(help, verb->arguments));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_help_names_every_verb),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
