/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is given back to the system after a secret was in it: each freed block is looked at (the
 * linker leads free() of our code here).
 */
#include "support/unit.h"

#include "base/secret.h"
#include "base/strbuf.h"

#include <malloc.h>

#define SECRET "do not leave me behind"

static unsigned int freed, left;

void __real_free(void *ptr);
void __wrap_free(void *ptr);

void __wrap_free(void *ptr)
{
	size_t size = malloc_usable_size(ptr);

	freed++;
	if (ptr && memmem(ptr, size, SECRET, strlen(SECRET)))
		left++;
	__real_free(ptr);
}

static void test_block(void **state)
{
	(void)state;
	freed = left = 0;
	free(xstrdup("before " SECRET));
	assert_int_equal(left, 1);
	free_wiped(xstrdup("before " SECRET));
	free_wiped(NULL);
	assert_int_equal(freed, 3);
	assert_int_equal(left, 1);
}

static void fill(struct strbuf *buf)
{
	for (int i = 0; i < 100; i++)
		strbuf_add(buf, SECRET " and more;");
	assert_int_equal(buf->size, 100 * strlen(SECRET " and more;"));
	assert_false(strbuf_failed(buf));
}

static void test_buffer(void **state)
{
	struct strbuf buf = STRBUF_SECRET_INIT(10000);
	char *text;

	(void)state;
	freed = left = 0;
	fill(&buf);
	assert_true(freed > 3);
	assert_int_equal(left, 0);
	strbuf_done(&buf);
	assert_int_equal(left, 0);
	fill(&buf);
	text = strbuf_take(&buf);
	assert_int_equal(strncmp(text, SECRET, strlen(SECRET)), 0);
	fill(&buf);
	strbuf_done(&buf);
	assert_int_equal(left, 0);
	free_wiped(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_block),
		cmocka_unit_test(test_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
