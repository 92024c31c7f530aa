/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files resources ask for, each scope by itself; together the scopes agree with everything.
 */
#include "support/unit.h"

#include "drivers/bgp/want.h"
#include "unit/bgp/sample.h"

static struct sample sample;

static int setup(void **state)
{
	(void)state;
	sample_init(&sample);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sample_done(&sample);
	return 0;
}

/* The keys of what is wanted, with the owners, as one text. */
static char *wanted(enum kind kind, const char *id)
{
	struct items items = { 0 };
	char text[2048] = "";

	assert_int_equal(bgp_want(sample.world, &(struct scope){ kind, id }, &items), 0);
	items_sort(&items);
	for (size_t i = 0; i < items.len; i++) {
		size_t size = strlen(text);

		snprintf(text + size, sizeof(text) - size, "%s=%s ", items.items[i].key,
			items.items[i].owner);
	}
	items_clear(&items);
	return xstrdup(text);
}

static void assert_wanted(enum kind kind, const char *id, const char *expected)
{
	AUTO_FREE char *text = wanted(kind, id);

	assert_string_equal(text, expected);
}

static void test_everything(void **state)
{
	(void)state;
	assert_wanted(KIND_COUNT, NULL,
		"vpc-a.conf=vpc-a vpc-a/gateway-vpn-a.conf=vpn-a vpc-a/session-vco-a.conf=vco-a "
		"vpc-a/session-vco-b.conf=vco-b ");
}

static void test_scopes(void **state)
{
	(void)state;
	assert_wanted(KIND_VPN_CONNECTION, "vco-a",
		"vpc-a.conf=vco-a vpc-a/gateway-vpn-a.conf=vco-a vpc-a/session-vco-a.conf=vco-a ");
	assert_wanted(
		KIND_VPN_GATEWAY, "vpn-a", "vpc-a.conf=vpn-a vpc-a/gateway-vpn-a.conf=vpn-a ");
	assert_wanted(KIND_VPN_GATEWAY, "vpn-b", "");
	assert_wanted(KIND_VPC, "vpc-a", "vpc-a.conf=vpc-a vpc-a/gateway-vpn-a.conf=vpc-a ");
	assert_wanted(KIND_VPC, "vpc-b", "");
	assert_wanted(KIND_VSWITCH, "vsw-a", "vpc-a.conf=vsw-a vpc-a/gateway-vpn-a.conf=vsw-a ");
	assert_wanted(KIND_VSWITCH, "vsw-gone", "vpc-a/gateway-vpn-a.conf=vsw-gone ");
	assert_wanted(KIND_VPN_ROUTE_ENTRY, "vpn-a.vco-a.10.9.0.0-16",
		"vpc-a.conf=vpn-a.vco-a.10.9.0.0-16 "
		"vpc-a/gateway-vpn-a.conf=vpn-a.vco-a.10.9.0.0-16 ");
	assert_wanted(KIND_VPN_CONNECTION, "vco-gone", "");
}

static void test_last_session_takes_all_with_it(void **state)
{
	(void)state;
	world_drop(sample.world, "vpn-connection/vco-a");
	assert_wanted(KIND_VPC, "vpc-a", "vpc-a.conf=vpc-a vpc-a/gateway-vpn-a.conf=vpc-a ");
	world_put(sample.world, "vpn-connection/vco-b",
		"{'VpnGatewayId':'vpn-a','CustomerGatewayId':'cgw-b','Number':8,"
		"'LocalSubnet':'0.0.0.0/0','RemoteSubnet':'0.0.0.0/0'}");
	assert_wanted(KIND_VPC, "vpc-a", "");
	assert_wanted(KIND_COUNT, NULL, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_everything, setup, teardown),
		cmocka_unit_test_setup_teardown(test_scopes, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_last_session_takes_all_with_it, setup, teardown),
	};

	return cmocka_run_group_tests_name("bgp want", tests, NULL, NULL);
}
