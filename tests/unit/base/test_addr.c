/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/addr: what parses, what does not, and prefix arithmetic against a bit-by-bit model.
 */
#include "support/unit.h"

#include "base/addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

static struct prefix prefix_of(const char *text)
{
	struct prefix prefix = { 0 };

	assert_int_equal(prefix_parse(text, &prefix), 0);
	return prefix;
}

static void test_addr_parse(void **state)
{
	static const char *const bad[] = { "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ",
		"01.2.3.4", "::1", "a.b.c.d" };
	struct addr addr = { 7 };
	char text[ADDR_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(addr_parse(bad[i], &addr), -EINVAL);
	assert_int_equal(addr.v4, 7); /* untouched on failure */
	assert_int_equal(addr_parse("192.0.2.255", &addr), 0);
	addr_format(addr, text);
	assert_string_equal(text, "192.0.2.255");
}

static void test_prefix_parse(void **state)
{
	static const char *const bad[] = { "", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33",
		"10.0.0.0/-1", "10.0.0.0/8 ", "10.0.0/8", "/8", "10.0.0.0/008" };
	struct prefix prefix;
	char text[PREFIX_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(prefix_parse(bad[i], &prefix), -EINVAL);
	assert_int_equal(prefix_parse("10.0.0.1/8", &prefix), -ERANGE);
	assert_int_equal(prefix_parse("0.0.0.1/0", &prefix), -ERANGE);
	prefix_format(prefix_of("0.0.0.0/0"), text);
	assert_string_equal(text, "0.0.0.0/0");
	prefix_format(prefix_of("255.255.255.255/32"), text);
	assert_string_equal(text, "255.255.255.255/32");
}

static bool model_has(struct prefix prefix, uint32_t address)
{
	for (uint8_t bit = 0; bit < prefix.len; bit++)
		if ((ntohl(prefix.addr.v4) ^ address) >> (31 - bit) & 1)
			return false;
	return true;
}

static void test_prefix_model(void **state)
{
	(void)state;
	for (uint32_t round = 0; round < 2000; round++) {
		uint32_t seed[3];
		struct prefix a, b;
		struct addr addr;

		unit_random(seed, sizeof(seed));
		a.len = (uint8_t)(seed[0] % 33);
		a.addr.v4 = htonl(a.len ? seed[1] & (UINT32_MAX << (32 - a.len)) : 0);
		addr.v4 = htonl(seed[0] % 2 ? seed[2] : (ntohl(a.addr.v4) | (seed[2] & 0xff)));
		b = (struct prefix){ addr, 32 };
		assert_int_equal(prefix_has(a, addr), model_has(a, ntohl(addr.v4)));
		assert_int_equal(prefix_contains(a, b), model_has(a, ntohl(addr.v4)));
		assert_int_equal(prefix_overlaps(a, b), prefix_overlaps(b, a));
		assert_true(prefix_has(a, prefix_first(a)));
		assert_true(prefix_has(a, prefix_last(a)));
	}
}

static void test_prefix_order(void **state)
{
	(void)state;
	assert_true(prefix_compare(prefix_of("9.0.0.0/8"), prefix_of("10.0.0.0/8")) < 0);
	assert_true(prefix_compare(prefix_of("10.0.0.0/8"), prefix_of("10.0.0.0/16")) < 0);
	assert_int_equal(prefix_compare(prefix_of("10.0.0.0/8"), prefix_of("10.0.0.0/8")), 0);
	assert_true(prefix_overlaps(prefix_of("10.0.0.0/8"), prefix_of("10.1.0.0/16")));
	assert_false(prefix_overlaps(prefix_of("10.0.0.0/16"), prefix_of("10.1.0.0/16")));
	assert_false(prefix_contains(prefix_of("10.1.0.0/16"), prefix_of("10.0.0.0/8")));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addr_parse),
		cmocka_unit_test(test_prefix_parse),
		cmocka_unit_test(test_prefix_model),
		cmocka_unit_test(test_prefix_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
