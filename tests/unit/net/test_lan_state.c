/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The note in a LAN link's alias: there and back, what is none, and what does not fit.
 */
#include "support/unit.h"

#include "drivers/net/lan_state.h"

#include <arpa/inet.h>
#include <errno.h>

static void test_known(void **state)
{
	struct lan_state note = { .is_up = true,
		.group = 7,
		.addresses = { { { inet_addr("10.1.0.1") }, 24 },
			{ { inet_addr("10.2.0.1") }, 16 } },
		.addresses_len = 2,
		.alias = "the office" };
	char text[RT_ALIAS_SIZE];

	(void)state;
	assert_int_equal(lan_state_format(&note, text), 0);
	assert_string_equal(text, "vpngw-lan up 7 10.1.0.1/24,10.2.0.1/16 the office");
	note = (struct lan_state){ 0 };
	assert_int_equal(lan_state_format(&note, text), 0);
	assert_string_equal(text, "vpngw-lan down 0 - ");
}

static void test_there_and_back(void **state)
{
	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct lan_state note = { .is_up = unit_next() % 2,
			.group = (uint32_t)unit_next(),
			.addresses_len = unit_next() % (LAN_ADDRESSES_MAX + 1) };
		struct lan_state back;
		char text[RT_ALIAS_SIZE];
		int err;

		for (size_t i = 0; i < note.addresses_len; i++)
			note.addresses[i] = (struct prefix){ { (uint32_t)unit_next() },
				(uint8_t)(unit_next() % 33) };
		for (size_t i = unit_next() % 100; i-- > 0;)
			note.alias[i] = (char)(' ' + unit_next() % 95);
		err = lan_state_format(&note, text);
		if (err == -ENOSPC)
			continue;
		assert_int_equal(err, 0);
		assert_int_equal(lan_state_parse(text, &back), 0);
		assert_int_equal(back.is_up, note.is_up);
		assert_int_equal(back.group, note.group);
		assert_int_equal(back.addresses_len, note.addresses_len);
		for (size_t i = 0; i < note.addresses_len; i++)
			assert_true(prefix_equal(back.addresses[i], note.addresses[i]));
		assert_string_equal(back.alias, note.alias);
	}
}

static void test_too_long(void **state)
{
	struct lan_state note = { .addresses_len = 1 };
	char text[RT_ALIAS_SIZE];

	(void)state;
	memset(note.alias, 'a', sizeof(note.alias) - 1);
	assert_int_equal(lan_state_format(&note, text), -ENOSPC);
}

static void test_none_of_ours(void **state)
{
	static const char *const texts[] = { "", "the office", "vpngw-lan", "vpngw-lan up",
		"vpngw-lan up 0", "vpngw-lan up 0 -", "vpngw-lan on 0 - ", "vpngw-lan up x - ",
		"vpngw-lan up 0 10.0.0.1 ", "vpngw-lan up 0 10.0.0.1/33 ",
		"vpngw-lan up 0 10.0.0/8 ", "vpngw-lan up 0 , ", "vpngw-lan up 4294967296 - ",
		"vpngw-lanx up 0 - ", "vco-1",
		"vpngw-lan up 0 "
		"1.0.0.1/8,1.0.0.1/8,1.0.0.1/8,1.0.0.1/8,1.0.0.1/8,1.0.0.1/8,1.0.0.1/8,"
		"1.0.0.1/8,1.0.0.1/8,1.0.0.1/8,1.0.0.1/8 " };
	struct lan_state back = { .group = 99 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (lan_state_parse(texts[i], &back) != -EINVAL)
			fail_msg("taken: %s", texts[i]);
	assert_int_equal(back.group, 99);
	assert_int_equal(lan_state_parse("vpngw-lan up 0 - ", &back), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_none_of_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
