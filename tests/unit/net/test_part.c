/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys, table numbers and link names of a VPC's network parts.
 */
#include "support/unit.h"

#include "drivers/net/part.h"

static void assert_key(const struct part *part, const char *key)
{
	struct items items = { 0 };

	part_add(&items, part, "vco-a");
	assert_int_equal(items.len, 1);
	assert_string_equal(items.items[0].key, key);
	assert_string_equal(items.items[0].owner, "vco-a");
	assert_int_equal(items.items[0].rank, part->type);
	items_clear(&items);
}

static void test_keys(void **state)
{
	struct part part = { .type = PART_DOMAIN, .vpc_id = (char[]){ "vpc-a" } };

	(void)state;
	assert_key(&part, "vpc-a/0-domain");
	part.type = PART_LAN;
	memcpy(part.interface, "lan0", 5);
	assert_key(&part, "vpc-a/1-lan"); /* another link is a change, not another item */
	part.type = PART_LINK;
	part.number = 4294967295;
	part.mtu = 1400;
	assert_key(&part, "vpc-a/2-link/4294967295");
	part.type = PART_RULE;
	part.rule = (struct rt_rule){ .preference = 1000, .table = 10007, .in_interface = "vco7" };
	assert_key(&part, "vpc-a/3-rule/1000/vco7/10007");
	part.rule = (struct rt_rule){ .preference = 1511000, .table = 1073741838 };
	assert_int_equal(prefix_parse("10.0.0.0/24", &part.rule.source), 0);
	assert_int_equal(prefix_parse("10.9.0.0/16", &part.rule.destination), 0);
	assert_key(&part, "vpc-a/3-rule/1500000/policy/1073741838/10.0.0.0/24/10.9.0.0/16");
	part.type = PART_ROUTE;
	part.route = (struct rt_route){ .table = 10007, .priority = 101, .index = 5 };
	part.route_number = 7;
	assert_int_equal(prefix_parse("10.9.0.0/16", &part.route.destination), 0);
	assert_key(&part, "vpc-a/4-route/10007/10.9.0.0/16/7"); /* another priority is a change */
}

static struct rt_rule some_rule(void)
{
	static const uint32_t preferences[] = { 500, 1000, 500000, 501500, 990000, 1001500,
		1001501 };
	struct rt_rule rule = { .preference = preferences[unit_next() % ARRAY_LEN(preferences)],
		.table = (uint32_t)(10002 + unit_next() % 2) };

	if (unit_next() % 2)
		memcpy(rule.in_interface, "vco7", 5);
	rule.source = (struct prefix){ { 10 }, (uint8_t)(unit_next() % 2 * 8) };
	rule.destination = (struct prefix){ { 192 }, (uint8_t)(8 + unit_next() % 2) };
	return rule;
}

static void test_same_rules_have_the_same_key(void **state)
{
	static char vpc[] = "vpc-a";
	int same = 0;

	(void)state;
	for (int round = 0; round < 5000; round++) {
		struct part a = { .type = PART_RULE, .vpc_id = vpc, .rule = some_rule() };
		struct part b = { .type = PART_RULE, .vpc_id = vpc, .rule = some_rule() };
		AUTO_FREE char *left = part_key(&a), *right = part_key(&b);

		assert_int_equal(part_is_same_rule(&a.rule, &b.rule), strcmp(left, right) == 0);
		same += strcmp(left, right) == 0;
	}
	assert_true(same > 50);
}

/* An item must not borrow what it was made of. */
static void test_an_item_is_a_copy(void **state)
{
	char id[] = "vpc-a";
	struct part part = { .type = PART_DOMAIN, .vpc_id = id };
	struct items items = { 0 };

	(void)state;
	part_add(&items, &part, "");
	id[4] = 'x';
	part.type = PART_LAN;
	assert_string_equal(((struct part *)items.items[0].data)->vpc_id, "vpc-a");
	assert_int_equal(((struct part *)items.items[0].data)->type, PART_DOMAIN);
	items_clear(&items);
}

static void test_link_numbers(void **state)
{
	static const char *const foreign[] = { "", "vco", "vco0", "vco07x", "vco-1", "vco+1",
		"vco 1", "vco1 ", "vco4294967296", "vco99999999999", "xvco1", "VCO1", "vc1",
		"eth0" };

	(void)state;
	assert_int_equal(part_link_number("vco1"), 1);
	assert_int_equal(part_link_number("vco4294967295"), 4294967295);
	for (size_t i = 0; i < ARRAY_LEN(foreign); i++)
		assert_int_equal(part_link_number(foreign[i]), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_same_rules_have_the_same_key),
		cmocka_unit_test(test_an_item_is_a_copy),
		cmocka_unit_test(test_link_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
