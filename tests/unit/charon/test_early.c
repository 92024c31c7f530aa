/* SPDX-License-Identifier: Apache-2.0 */
/*
 * early_note() and early_has(): only encrypted IKEv1 INFORMATIONALs are kept, the oldest gives way.
 */
#include "charon/early.h"
#include "support/unit.h"

#include "message.h"

static void note(struct early *early, struct message message)
{
	early_note(early, message.octets, message.size);
}

static bool has(const struct early *early, uint8_t octet)
{
	uint8_t spi[8];

	memset(spi, octet, sizeof(spi));
	return early_has(early, spi);
}

static void test_encrypted_informational(void **state)
{
	struct early early = {};

	(void)state;
	note(&early, message(7, 8, 1, INFORMATIONAL_V1_MODE, 1, false));
	note(&early, message(9, 8, 1, INFORMATIONAL_V1_MODE, 1, true));
	assert_true(has(&early, 7));
	assert_true(has(&early, 9));
	assert_false(has(&early, 8));
}

static void test_nothing_else(void **state)
{
	struct early early = {};

	(void)state;
	note(&early, message(7, 8, 1, INFORMATIONAL_V1_MODE, 0, false));
	note(&early, message(7, 8, 1, QUICK, 1, false));
	note(&early, message(7, 8, 2, INFORMATIONAL_V1_MODE, 1, false));
	early_note(&early, "\xff", 1);
	early_note(&early, "", 0);
	assert_false(has(&early, 7));
	assert_int_equal(early.next, 0);
}

static void test_oldest_gives_way(void **state)
{
	struct early early = {};
	struct message first = message(255, 1, 1, INFORMATIONAL_V1_MODE, 1, false);

	(void)state;
	note(&early, first);
	for (unsigned int i = 0; i < EARLY_MAX; i++) {
		struct message other = message(1, 1, 1, INFORMATIONAL_V1_MODE, 1, false);

		assert_true(has(&early, 255));
		other.octets[0] = (uint8_t)i;
		other.octets[1] = 2;
		note(&early, other);
		note(&early, other); /* once is enough */
	}
	assert_false(has(&early, 255));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encrypted_informational),
		cmocka_unit_test(test_nothing_else),
		cmocka_unit_test(test_oldest_gives_way),
	};

	return cmocka_run_group_tests_name("charon-early", tests, NULL, NULL);
}
