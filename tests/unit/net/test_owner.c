/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory of who owned what, against a plain table.
 */
#include "support/unit.h"

#include "drivers/net/owner.h"

#define PARTS 40
#define OWNERS 6

static struct part part_number(uint32_t number)
{
	static char vpc[] = "vpc-1";

	return (struct part){ .type = PART_LINK, .vpc_id = vpc, .number = number };
}

static void test_known(void **state)
{
	struct owners owners = { 0 };
	struct items items = { 0 };
	struct part part = part_number(1);

	(void)state;
	assert_string_equal(owners_note(&owners, &part, ""), "");
	assert_string_equal(owners_note(&owners, &part, "vco-1"), "vco-1");
	assert_string_equal(owners_note(&owners, &part, ""), "vco-1"); /* it cannot be told now */
	part.mtu = 1380;
	assert_string_equal(owners_note(&owners, &part, "vco-2"), "vco-2");
	owners_list(&owners, "vco-1", &items);
	assert_int_equal(items.len, 0);
	owners_list(&owners, "vco-2", &items);
	assert_int_equal(items.len, 1);
	assert_int_equal(((const struct part *)items.items[0].data)->mtu, 1380);
	assert_string_equal(items.items[0].owner, "vco-2");
	items_clear(&items);
	owners_clear(&owners);
	owners_list(&owners, "vco-2", &items);
	assert_int_equal(items.len, 0);
}

static void check_lists(const struct owners *owners, const uint32_t owner_of[static PARTS])
{
	for (uint32_t owner = 1; owner <= OWNERS; owner++) {
		AUTO_FREE char *id = xasprintf("vco-%u", owner);
		struct items items = { 0 };
		size_t expected = 0;

		for (uint32_t i = 0; i < PARTS; i++)
			expected += owner_of[i] == owner;
		owners_list(owners, id, &items);
		assert_int_equal(items.len, expected);
		for (size_t i = 0; i < items.len; i++) {
			const struct part *part = items.items[i].data;

			assert_int_equal(owner_of[part->number], owner);
		}
		items_clear(&items);
	}
}

static void keep_some(struct owners *owners, uint32_t owner_of[static PARTS])
{
	struct items items = { 0 };

	for (uint32_t i = 0; i < PARTS; i++) {
		struct part part = part_number(i);

		if (unit_next() % 2)
			part_add(&items, &part, "");
		else
			owner_of[i] = 0;
	}
	items_sort(&items);
	owners_keep(owners, &items);
	items_clear(&items);
}

static void test_against_a_table(void **state)
{
	uint32_t owner_of[PARTS] = { 0 };
	struct owners owners = { 0 };

	(void)state;
	for (int round = 0; round < 5000; round++) {
		uint32_t number = (uint32_t)(unit_next() % PARTS);
		uint32_t owner = (uint32_t)(unit_next() % (OWNERS + 1)); /* 0: it cannot be told */
		AUTO_FREE char *id = owner ? xasprintf("vco-%u", owner) : xstrdup("");
		struct part part = part_number(number);

		(void)owners_note(&owners, &part, id);
		if (owner)
			owner_of[number] = owner;
		if (round % 50 == 0)
			check_lists(&owners, owner_of);
		if (round % 400 == 0)
			keep_some(&owners, owner_of);
	}
	owners_clear(&owners);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_against_a_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
