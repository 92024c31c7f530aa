/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What resources ask of the network, by resource and altogether, and when a part is as wanted.
 */
#include "support/unit.h"

#include "drivers/net/net_private.h"
#include "unit/reconcile/documents.h"

/* The wanted keys with their owners, in order of keys. */
static void assert_wanted(const struct world *world, enum kind kind, const char *id,
	const char *const *keys_and_owners)
{
	struct items items = { 0 };
	size_t len = 0;

	assert_int_equal(net_want(world, &(struct scope){ kind, id }, &items), 0);
	items_sort(&items);
	for (; *keys_and_owners; keys_and_owners += 2, len++) {
		if (len == items.len)
			fail_msg("%s is not wanted", keys_and_owners[0]);
		assert_string_equal(items.items[len].key, keys_and_owners[0]);
		assert_string_equal(items.items[len].owner, keys_and_owners[1]);
	}
	assert_int_equal(items.len, len);
	items_clear(&items);
}

#define WANTED(world, kind, id, ...)                                                               \
	assert_wanted(world, kind, id, (const char *const[]){ __VA_ARGS__ __VA_OPT__(, ) NULL })

static const struct part *wanted_part(
	const struct world *world, enum kind kind, const char *id, const char *key)
{
	static struct part part;
	struct items items = { 0 };
	const struct item *item;

	assert_int_equal(net_want(world, &(struct scope){ kind, id }, &items), 0);
	items_sort(&items);
	item = items_find(&items, key);
	assert_non_null(item);
	part = *(const struct part *)item->data;
	part.vpc_id = NULL;
	items_clear(&items);
	return &part;
}

#define VPC_A_DOMAIN "vpc-a/0-domain", "vpc-a"
#define VPC_A_LAN "vpc-a/1-lan", "vpc-a"
#define LINK_7 "vpc-a/2-link/7", "vco-a"
#define LINK_8 "vpc-a/2-link/8", "vco-b"
#define RULE_7 "vpc-a/3-rule/1000/vco7/10007", "vco-a"
#define RULE_8 "vpc-a/3-rule/1000/vco8/10007", "vco-b"
#define RULE_PUBLISHED "vpc-a/3-rule/2000//10006", "vpn-a"
#define VPC_A_RULE "vpc-a/3-rule/500//254", "vpc-a"
#define ROUTE_A_PUBLISHED "vpc-a/4-route/10006/10.9.0.0/16/1/7", "vpn-a.vco-a.10.9.0.0-16"
#define ROUTE_A "vpc-a/4-route/10007/10.9.0.0/16/1/7", "vpn-a.vco-a.10.9.0.0-16"
#define ROUTE_B "vpc-a/4-route/10007/10.9.0.0/16/101/8", "vpn-a.vco-b.10.9.0.0-16"
#define VPC_B_DOMAIN "vpc-b/0-domain", "vpc-b"
#define VPC_B_RULE "vpc-b/3-rule/500//254", "vpc-b"

static void test_everything(void **state)
{
	struct world *world = world_sample();

	(void)state;
	WANTED(world, KIND_VPC, NULL, VPC_A_DOMAIN, VPC_A_LAN, LINK_7, LINK_8, RULE_7, RULE_8,
		RULE_PUBLISHED, VPC_A_RULE, ROUTE_A_PUBLISHED, ROUTE_A, ROUTE_B, VPC_B_DOMAIN,
		VPC_B_RULE);
	world_free(world);
}

static void test_one_resource(void **state)
{
	struct world *world = world_sample();

	(void)state;
	WANTED(world, KIND_VPC, "vpc-a", VPC_A_DOMAIN, VPC_A_LAN, VPC_A_RULE);
	WANTED(world, KIND_VPC, "vpc-b", VPC_B_DOMAIN, VPC_B_RULE);
	WANTED(world, KIND_VPN_GATEWAY, "vpn-a", RULE_PUBLISHED);
	WANTED(world, KIND_VPN_CONNECTION, "vco-a", LINK_7, RULE_7);
	WANTED(world, KIND_VPN_ROUTE_ENTRY, "vpn-a.vco-a.10.9.0.0-16", ROUTE_A_PUBLISHED, ROUTE_A);
	WANTED(world, KIND_VPN_ROUTE_ENTRY, "vpn-a.vco-b.10.9.0.0-16", ROUTE_B);
	WANTED(world, KIND_VPC, "vpc-none");
	WANTED(world, KIND_VPN_GATEWAY, "vpc-a"); /* the id of another kind */
	WANTED(world, KIND_CUSTOMER_GATEWAY, "cgw-a");
	world_free(world);
}

static void test_nothing_without_what_it_hangs_on(void **state)
{
	struct world *world = world_sample();

	(void)state;
	world_drop(world, "vpn-connection/vco-a");
	WANTED(world, KIND_VPN_ROUTE_ENTRY, "vpn-a.vco-a.10.9.0.0-16");
	WANTED(world, KIND_VPN_ROUTE_ENTRY, "vpn-a.vco-b.10.9.0.0-16", ROUTE_B);
	world_drop(world, "vpn-gateway/vpn-a");
	WANTED(world, KIND_VPN_CONNECTION, "vco-b");
	WANTED(world, KIND_VPN_ROUTE_ENTRY, "vpn-a.vco-b.10.9.0.0-16");
	WANTED(world, KIND_VPC, NULL, VPC_A_DOMAIN, VPC_A_LAN, VPC_A_RULE, VPC_B_DOMAIN,
		VPC_B_RULE);
	world_free(world);
}

static void test_values(void **state)
{
	struct world *world = world_sample();
	const struct part *part = wanted_part(world, KIND_VPC, "vpc-a", "vpc-a/1-lan");
	struct prefix lan = { .len = 24 };

	(void)state;
	assert_int_equal(addr_parse("10.0.0.1", &lan.addr), 0);
	assert_string_equal(part->interface, "lan0");
	assert_true(prefix_equal(part->address, lan));
	part = wanted_part(world, KIND_VPC, "vpc-a", "vpc-a/3-rule/500//254");
	assert_true(part->rule.without_default);
	part = wanted_part(world, KIND_VPN_GATEWAY, "vpn-a", "vpc-a/3-rule/2000//10006");
	assert_false(part->rule.without_default);
	assert_string_equal(part->rule.in_interface, "");
	part = wanted_part(world, KIND_VPN_CONNECTION, "vco-a", "vpc-a/2-link/7");
	assert_string_equal(part->interface, "vco7");
	assert_string_equal(part->alias, "vco-a");
	assert_int_equal(part->mtu, 1400);
	part = wanted_part(world, KIND_VPN_CONNECTION, "vco-a", "vpc-a/3-rule/1000/vco7/10007");
	assert_int_equal(part->rule.table, part_all_table(3));
	assert_string_equal(part->rule.in_interface, "vco7");
	world_free(world);
}

/* The largest number still has a link name that fits. */
static void test_the_longest_link_name(void **state)
{
	struct world *world = world_sample();

	(void)state;
	world_put(world, "vpn-connection/vco-a",
		"{'VpnGatewayId':'vpn-a','CustomerGatewayId':'cgw-a','Number':4294967295,"
		"'LocalSubnet':'0.0.0.0/0','RemoteSubnet':'0.0.0.0/0'}");
	assert_string_equal(
		wanted_part(world, KIND_VPN_CONNECTION, "vco-a", "vpc-a/2-link/4294967295")
			->interface,
		"vco4294967295");
	world_free(world);
}

static bool same(const struct part *want, const struct part *seen)
{
	struct item a = { .data = (void *)(uintptr_t)want };
	struct item b = { .data = (void *)(uintptr_t)seen };

	return net_same(&a, &b);
}

static void test_same_domain_and_lan(void **state)
{
	struct part want = { .type = PART_DOMAIN }, seen = { .type = PART_DOMAIN };

	(void)state;
	assert_false(same(&want, &seen));
	seen.is_ready = true;
	assert_true(same(&want, &seen));
	want.type = seen.type = PART_LAN;
	memcpy(want.interface, "lan0", 5);
	memcpy(seen.interface, "lan0", 5);
	want.address = seen.address = (struct prefix){ { 0x0100000a }, 24 };
	assert_true(same(&want, &seen));
	seen.address.len = 16;
	assert_false(same(&want, &seen));
	seen.address = (struct prefix){ 0 };
	assert_false(same(&want, &seen));
	seen.address = want.address;
	seen.interface[3] = '1';
	assert_false(same(&want, &seen));
	seen.interface[3] = '0';
	seen.is_ready = false;
	assert_false(same(&want, &seen));
}

static void test_same_link_rule_route(void **state)
{
	struct part want = { .type = PART_LINK, .mtu = 1400, .alias = "vco-a" }, seen = want;

	(void)state;
	seen.is_ready = true;
	assert_true(same(&want, &seen));
	seen.is_ready = false;
	assert_false(same(&want, &seen));
	seen.is_ready = true;
	seen.mtu = 1500;
	assert_false(same(&want, &seen));
	seen.mtu = 1400;
	seen.alias[4] = 'b';
	assert_false(same(&want, &seen));
	want = seen = (struct part){ .type = PART_RULE };
	assert_true(same(&want, &seen));
	want.rule.without_default = true;
	assert_false(same(&want, &seen));
	want = seen = (struct part){ .type = PART_ROUTE };
	seen.route.index = 9;
	assert_true(same(&want, &seen));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_one_resource),
		cmocka_unit_test(test_nothing_without_what_it_hangs_on),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_the_longest_link_name),
		cmocka_unit_test(test_same_domain_and_lan),
		cmocka_unit_test(test_same_link_rule_route),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
