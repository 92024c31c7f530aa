/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preferences keep the order of what they stand for, and numbers of tables do not meet.
 */
#include "support/unit.h"

#include "drivers/net/section.h"
#include "resource/places.h"

#define ROUNDS 20000

static struct policy_place some_place(void)
{
	return (struct policy_place){ .priority = (uint32_t)(1 + unit_next() % 100),
		.source_len = (uint8_t)(unit_next() % 33),
		.destination_len = (uint8_t)(unit_next() % 33),
		.is_standby = unit_next() % 2,
		.is_last = unit_next() % 2 };
}

static int order(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

/* Priority, longer destination, longer source, whether up or not, weight. */
static int compare(const struct policy_place *a, const struct policy_place *b)
{
	int by = order(a->priority, b->priority);

	by = by ? by : order(b->destination_len, a->destination_len);
	by = by ? by : order(b->source_len, a->source_len);
	by = by ? by : order(a->is_last, b->is_last);
	return by ? by : order(a->is_standby, b->is_standby);
}

/* Most pairs differ in one or two things only. */
static void test_policy_order(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct policy_place a = some_place(), b = a, other = some_place();
		uint32_t section =
			section_of_gateway((uint32_t)(1 + unit_next() % VPN_GATEWAY_PLACES));

		switch (unit_next() % 8) {
		case 0:
			b.priority = other.priority;
			break;
		case 1:
			b.source_len = other.source_len;
			break;
		case 2:
			b.destination_len = other.destination_len;
			break;
		case 3:
			b.is_standby = other.is_standby;
			break;
		case 4:
			b.is_standby = other.is_standby;
			b.is_last = other.is_last;
			break;
		case 5:
			b.source_len = other.source_len;
			b.destination_len = other.destination_len;
			break;
		default:
			b = other;
			break;
		}
		assert_int_equal(order(section_policy(section, &a), section_policy(section, &b)),
			compare(&a, &b));
		assert_int_equal(section_of(section_policy(section, &a)), section);
		assert_true(section_is_policy(section_policy(section, &a)));
	}
}

/* First and last policy route, then destination routes, then BGP, then nothing. */
static void test_frame(void **state)
{
	struct policy_place first = { 1, 32, 32, false, false }, last = { 100, 0, 0, true, true };

	(void)state;
	for (uint32_t section = SECTION_PUBLISHED; section <= 8001 * SECTION_SIZE;
		section += SECTION_SIZE) {
		assert_true(section < section_policy(section, &first));
		assert_true(section_policy(section, &last) < section + SECTION_DESTINATION);
		assert_false(section_is_policy(section));
		assert_false(section_is_policy(section + SECTION_DESTINATION));
		assert_false(section_is_policy(section + SECTION_BGP));
		assert_false(section_is_policy(section + SECTION_END));
	}
	assert_false(section_is_policy(PREFERENCE_TUNNEL + 500));
	assert_int_equal(section_of(PREFERENCE_BEYOND), 0);
}

static void test_sections(void **state)
{
	(void)state;
	assert_int_equal(section_of_gateway(1), 1000000);
	assert_int_equal(section_of_gateway(4000), 2000500000);
	assert_int_equal(section_of_gateway(4001), 1000000);
	assert_int_equal(section_published_bgp(1), 995000);
	for (uint32_t number = 1; number < 10000; number++) {
		assert_true(section_published_bgp(number) < SECTION_PUBLISHED + SECTION_END);
		assert_true(
			section_published_bgp(number) > SECTION_PUBLISHED + SECTION_DESTINATION);
		assert_int_not_equal(section_of_gateway(number), section_of_gateway(number + 1));
		assert_int_not_equal(section_of_gateway(number), SECTION_PUBLISHED);
	}
}

static void test_tables(void **state)
{
	(void)state;
	assert_int_equal(table_bgp(1), 10002);
	assert_int_equal(table_all(1), 10003);
	assert_int_equal(table_ready(7), 1073741838);
	assert_int_equal(table_last(7), 1073741839);
	for (uint32_t number = 1; number < 10000; number++) {
		assert_int_equal(table_gateway_number(table_bgp(number)), number);
		assert_int_equal(table_gateway_number(table_all(number)), number);
		assert_int_equal(table_connection_number(table_all(number)), 0);
		assert_int_equal(table_connection_number(table_ready(number)), number);
		assert_int_equal(table_connection_number(table_last(number)), number);
		assert_int_equal(table_gateway_number(table_ready(number)), 0);
		assert_true(table_is_last(table_last(number)));
		assert_false(table_is_last(table_ready(number)));
		assert_false(table_is_last(table_all(number)));
	}
	for (const uint32_t *table = (const uint32_t[]){ 254, 10000, 10001, 0 }; *table; table++)
		assert_int_equal(table_gateway_number(*table), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policy_order),
		cmocka_unit_test(test_frame),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
