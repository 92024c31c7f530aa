/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Internet checksum against the definition, byte pair by byte pair, at every size and
 * alignment.
 */
#include "base/checksum.h"
#include "support/unit.h"

#include <arpa/inet.h>

static uint16_t by_definition(const uint8_t *bytes, size_t size)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < size; i++) {
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return htons((uint16_t)~sum);
}

static void equals_the_definition(void **state)
{
	uint8_t bytes[300];

	(void)state;
	unit_random(bytes, sizeof(bytes));
	for (size_t start = 0; start < 9; start++)
		for (size_t size = 0; size <= sizeof(bytes) - start; size++)
			assert_int_equal(internet_checksum(bytes + start, size),
				by_definition(bytes + start, size));
}

static void carries_are_not_lost(void **state)
{
	static uint8_t bytes[65536];

	(void)state;
	memset(bytes, 0xff, sizeof(bytes));
	for (size_t size = 65500; size <= sizeof(bytes); size++)
		assert_int_equal(internet_checksum(bytes, size), by_definition(bytes, size));
	assert_int_equal(internet_fold(UINT64_MAX), 0xffff);
	assert_int_equal(internet_fold(0x1ffffffff), 1);
}

static void pieces_add_up(void **state)
{
	uint8_t bytes[301];

	(void)state;
	unit_random(bytes, sizeof(bytes));
	for (size_t cut = 0; cut < sizeof(bytes); cut += 2) {
		uint64_t sum = internet_sum(0, bytes, cut);

		sum = internet_sum(sum, bytes + cut, sizeof(bytes) - cut);
		assert_int_equal(
			(uint16_t)~internet_fold(sum), by_definition(bytes, sizeof(bytes)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equals_the_definition),
		cmocka_unit_test(carries_are_not_lost),
		cmocka_unit_test(pieces_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
