/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/nonce: replays are seen until they expire, the table grows, is bounded and heals.
 */
#include "support/unit.h"

#include "api/nonce.h"

#include <errno.h>
#include <stdio.h>

static int use(struct nonces *nonces, unsigned int number, uint32_t now_s, uint32_t expire_s)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	return nonces_use(nonces, "key", text, now_s, expire_s);
}

static void test_replay(void **state)
{
	CLEANUP(nonces_freep) struct nonces *nonces = nonces_new(100);

	(void)state;
	assert_int_equal(nonces_use(nonces, "key", "n", 1000, 1900), 0);
	assert_int_equal(nonces_use(nonces, "key", "n", 1000, 1900), -EEXIST);
	assert_int_equal(nonces_use(nonces, "key", "n", 1900, 2800), -EEXIST);
	assert_int_equal(nonces_use(nonces, "yek", "n", 1000, 1900), 0);
	assert_int_equal(nonces_use(nonces, "ke", "yn", 1000, 1900), 0);
	assert_int_equal(nonces_use(nonces, "key", "n", 1901, 2801), 0);
}

static void test_grows(void **state)
{
	CLEANUP(nonces_freep) struct nonces *nonces = nonces_new(20000);

	(void)state;
	for (unsigned int i = 0; i < 20000; i++)
		assert_int_equal(use(nonces, i, 1000, 1900), 0);
	for (unsigned int i = 0; i < 20000; i++)
		assert_int_equal(use(nonces, i, 1000, 1900), -EEXIST);
	assert_int_equal(use(nonces, 20000, 1000, 1900), -ENOSPC);
	/* what is still valid is not forgotten to make room */
	assert_int_equal(use(nonces, 0, 1900, 2000), -EEXIST);
	assert_int_equal(use(nonces, 20000, 1901, 2801), 0);
	assert_int_equal(use(nonces, 20000, 1901, 2801), -EEXIST);
}

/* Were it built anew for each of them, this would take longer than a test may. */
static void test_a_full_one_refuses_cheaply(void **state)
{
	CLEANUP(nonces_freep) struct nonces *nonces = nonces_new(100000);

	(void)state;
	for (unsigned int i = 0; i < 99999; i++)
		assert_int_equal(use(nonces, i, 1000, 1900), 0);
	assert_int_equal(use(nonces, 99999, 1000, 1100), 0);
	for (unsigned int i = 100000; i < 300000; i++)
		assert_int_equal(use(nonces, i, 1100, 1900), -ENOSPC);
	/* the one that was used last is the first to go */
	assert_int_equal(use(nonces, 100000, 1101, 1900), 0);
	assert_int_equal(use(nonces, 100001, 1101, 1900), -ENOSPC);
	assert_int_equal(use(nonces, 0, 1101, 1900), -EEXIST);
	assert_int_equal(use(nonces, 100001, 1901, 2801), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_grows),
		cmocka_unit_test(test_a_full_one_refuses_cheaply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
