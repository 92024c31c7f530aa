/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The map against an array, with as many removals as additions.
 */
#include "support/unit.h"

#include "api/textmap.h"

#include <stdbool.h>

#define TEXTS 500

static void test_as_an_array(void **state)
{
	struct textmap *map = textmap_new();
	char texts[TEXTS][8];
	bool is_there[TEXTS] = { false };
	const struct textmap_entry *at = NULL;
	size_t len = 0, seen = 0;

	(void)state;
	for (size_t i = 0; i < TEXTS; i++)
		snprintf(texts[i], sizeof(texts[i]), "%zu", i);
	for (int turn = 0; turn < 20000; turn++) {
		size_t i = unit_next() % TEXTS;
		char asked[8];

		memcpy(asked, texts[i], sizeof(asked));
		assert_ptr_equal(textmap_get(map, asked), is_there[i] ? texts[i] : NULL);
		if (is_there[i])
			assert_ptr_equal(textmap_remove(map, asked), texts[i]);
		else
			textmap_add(map, texts[i], texts[i]);
		is_there[i] = !is_there[i];
		len = is_there[i] ? len + 1 : len - 1;
		assert_int_equal(textmap_len(map), len);
		assert_null(textmap_remove(map, "never"));
	}
	while (textmap_next(map, &at))
		seen++;
	assert_int_equal(seen, len);
	for (size_t i = 0; i < TEXTS; i++)
		assert_ptr_equal(textmap_get(map, texts[i]), is_there[i] ? texts[i] : NULL);
	textmap_free(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_as_an_array) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
