/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agent/first: what is forgotten when the agent starts after everything was down.
 */
#include "support/unit.h"

#include "agent/first.h"
#include "store/store.h"

#define MANY 1200

static void put(struct store *store, const char *key)
{
	const struct store_op op = { .key = key, .value = "{}", .value_size = 2 };

	assert_int_equal(store_commit(store, &op, 1, NULL, NULL), 0);
}

static void test_statuses_go_and_the_rest_stays(void **state)
{
	struct store *store;
	uint64_t len;

	(void)state;
	assert_int_equal(store_open_memory(NULL, &store), 0);
	put(store, "desired/vpn_connection/vco-1");
	put(store, "meta/x");
	for (int i = 0; i < MANY; i++) {
		AUTO_FREE char *key = xasprintf("status/vpn_connection/vco-%d", i);

		put(store, key);
	}
	assert_int_equal(first_forget(store), 0);
	assert_int_equal(store_count(store, "status/", &len), 0);
	assert_int_equal(len, 0);
	assert_int_equal(store_count(store, "", &len), 0);
	assert_int_equal(len, 2);
	assert_int_equal(first_forget(store), 0); /* nothing to do */
	store_free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statuses_go_and_the_rest_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
