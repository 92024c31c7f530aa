/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/nonce: replays are seen until they expire, each key is bounded and heals.
 */
#include "support/unit.h"

#include "api/nonce.h"

#include <errno.h>
#include <stdio.h>

static int use_by(struct nonces *nonces, const char *key, unsigned int number, uint32_t now_s)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	return nonces_use(nonces, key, text, now_s, now_s + 900);
}

static void test_replay(void **state)
{
	CLEANUP(nonces_freep) struct nonces *nonces = nonces_new(100);

	(void)state;
	assert_int_equal(nonces_use(nonces, "key", "n", 1000, 1900), 0);
	assert_int_equal(nonces_use(nonces, "key", "n", 1000, 1900), -EEXIST);
	assert_int_equal(nonces_use(nonces, "key", "n", 1500, 1500), -EEXIST);
	assert_int_equal(nonces_use(nonces, "key", "n", 1900, 3700), -EEXIST);
	assert_int_equal(nonces_use(nonces, "yek", "n", 1000, 1900), 0);
	assert_int_equal(nonces_use(nonces, "ke", "yn", 1000, 1900), 0);
	assert_int_equal(nonces_use(nonces, "key", "n", 2100, 3000), 0);
}

/* Whatever the clocks of clients say, each is seen until its time has come, and gone soon after. */
static void test_every_time(void **state)
{
	CLEANUP(nonces_freep) struct nonces *nonces = nonces_new(1000000);

	(void)state;
	for (uint32_t now = 100000; now < 110000; now += 7) {
		char text[16];

		for (uint32_t ahead = 0; ahead <= NONCES_AHEAD_S; ahead += 100) {
			snprintf(text, sizeof(text), "%u-%u", now, ahead);
			assert_int_equal(nonces_use(nonces, "key", text, now, now + ahead), 0);
		}
		for (uint32_t ahead = 700; ahead <= NONCES_AHEAD_S && now >= 100700; ahead += 100) {
			snprintf(text, sizeof(text), "%u-%u", now - 700, ahead);
			assert_int_equal(nonces_use(nonces, "key", text, now, now), -EEXIST);
		}
		snprintf(text, sizeof(text), "%u-300", now - 700);
		assert_int_equal(nonces_use(nonces, "key", text, now, now), 0);
	}
}

static void test_a_key_has_its_share(void **state)
{
	CLEANUP(nonces_freep) struct nonces *nonces = nonces_new(20000);
	unsigned int len = 0;

	(void)state;
	for (unsigned int i = 0; i < 10000; i++)
		assert_int_equal(use_by(nonces, "loud", i, 1000), 0);
	for (unsigned int i = 0; i < 10000; i++)
		assert_int_equal(use_by(nonces, "loud", i, 1000), -EEXIST);
	assert_int_equal(use_by(nonces, "loud", 10000, 1000), -EDQUOT);
	/* a second one as loud does not take what is left either */
	while (use_by(nonces, "second", len, 1000) == 0)
		len++;
	assert_int_equal(len, 5000);
	for (unsigned int i = 0; i < 2500; i++)
		assert_int_equal(use_by(nonces, "quiet", i, 1000), 0);
	/* what is still valid is not forgotten to make room */
	assert_int_equal(use_by(nonces, "loud", 0, 1900), -EEXIST);
	assert_int_equal(use_by(nonces, "loud", 10000, 1900), -EDQUOT);
	assert_int_equal(use_by(nonces, "loud", 10000, 2100), 0);
	assert_int_equal(use_by(nonces, "loud", 10000, 2100), -EEXIST);
}

static void test_many_keys_fill_it(void **state)
{
	CLEANUP(nonces_freep) struct nonces *nonces = nonces_new(3);
	static const char *const keys[] = { "a", "b", "c" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		assert_int_equal(use_by(nonces, keys[i], 1, 1000), 0);
	assert_int_equal(use_by(nonces, "d", 1, 1000), -ENOSPC);
	assert_int_equal(use_by(nonces, "a", 1, 1000), -EEXIST);
	assert_int_equal(use_by(nonces, "d", 1, 2100), 0);
}

/* A clock that is set back by a day does not lock anybody out. */
static void test_clock_set_back(void **state)
{
	CLEANUP(nonces_freep) struct nonces *nonces = nonces_new(1000);

	(void)state;
	for (unsigned int i = 0; i < 20; i++)
		assert_int_equal(use_by(nonces, "key", i, 200000 + i * 100), 0);
	for (unsigned int i = 0; i < 20; i++)
		assert_int_equal(use_by(nonces, "key", 100 + i, 100000 + i * 100), 0);
	for (unsigned int i = 12; i < 20; i++)
		assert_int_equal(use_by(nonces, "key", 100 + i, 101900), -EEXIST);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_every_time),
		cmocka_unit_test(test_a_key_has_its_share),
		cmocka_unit_test(test_many_keys_fill_it),
		cmocka_unit_test(test_clock_set_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
