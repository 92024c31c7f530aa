/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What resources ask of the network: which parts, whose, in which order; and when a part is as it
 * is wanted.
 */
#include "support/unit.h"

#include "unit/net/sample_world.h"

#include "drivers/net/net_private.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>

static struct items all_of(const struct world *world)
{
	struct items items = { 0 };

	assert_int_equal(net_want(world, &(struct scope){ KIND_VPC, NULL }, &items), 0);
	items_sort(&items);
	return items;
}

static const struct part *part_of(const struct items *items, const char *key, const char *owner)
{
	const struct item *item = items_find(items, key);

	if (!item)
		fail_msg("%s is not wanted", key);
	assert_string_equal(item->owner, owner);
	return item->data;
}

static void test_vpc(void **state)
{
	struct world *world = world_new(NULL);
	const struct part *part;
	struct items items;

	(void)state;
	sample_vpc(world, 1, "eth1");
	sample_vpc(world, 2, NULL);
	items = all_of(world);
	assert_int_equal(items.len, 7);
	(void)part_of(&items, "vpc-1/0-domain", "vpc-1");
	part = part_of(&items, "vpc-1/1-lan", "vpc-1");
	assert_string_equal(part->interface, "eth1");
	assert_int_equal(part->address.addr.v4, inet_addr("10.0.0.1"));
	assert_int_equal(part->address.len, 24);
	part = part_of(&items, "vpc-1/3-rule/500//254", "vpc-1");
	assert_int_equal(part->rule.table, RT_TABLE_MAIN);
	assert_true(part->rule.without_default);
	assert_false(part->rule.is_unreachable);
	part = part_of(&items, "vpc-1/3-rule/3000//0", "vpc-1");
	assert_true(part->rule.is_unreachable);
	assert_null(items_find(&items, "vpc-2/1-lan"));
	items_clear(&items);
	world_free(world);
}

static void test_gateway_and_connection(void **state)
{
	struct world *world = world_new(NULL);
	const struct part *part;
	struct items items;

	(void)state;
	sample_vpc(world, 1, NULL);
	sample_gateway(world, 3, 1);
	sample_connection(world, 7, 3);
	sample_connection(world, 8, 99); /* its gateway is not known (yet) */
	items = all_of(world);
	part = part_of(&items, "vpc-1/3-rule/2000//10006", "vpn-3");
	assert_string_equal(part->rule.in_interface, "");
	part = part_of(&items, "vpc-1/4-route/10007/0.0.0.0/0/0", "vpn-3");
	assert_int_equal(
		part_route_priority(part, CARRYING_UNKNOWN, 0), (uint32_t)RT_PRIORITY_LAST);
	part = part_of(&items, "vpc-1/2-link/7", "vco-7");
	assert_string_equal(part->interface, "vco7");
	assert_string_equal(part->alias, "vco-7");
	assert_int_equal(part->mtu, 1422);
	part = part_of(&items, "vpc-1/3-rule/1000/vco7/10007", "vco-7");
	assert_string_equal(part->rule.in_interface, "vco7");
	for (size_t i = 0; i < items.len; i++)
		assert_string_not_equal(items.items[i].owner, "vco-8");
	items_clear(&items);
	sample_connection(world, UINT32_MAX, 3); /* the longest name a link can get from us */
	items = all_of(world);
	part = part_of(&items, "vpc-1/2-link/4294967295", "vco-4294967295");
	assert_string_equal(part->interface, "vco4294967295");
	items_clear(&items);
	world_free(world);
}

static void test_routes(void **state)
{
	struct world *world = world_new(NULL);
	const struct part *part;
	struct items items;

	(void)state;
	sample_vpc(world, 1, NULL);
	sample_gateway(world, 3, 1);
	sample_connection(world, 7, 3);
	sample_route(world, 3, 7, "192.168.0.0/24", 100, true);
	sample_route(world, 3, 7, "192.168.1.0/24", 0, false);
	sample_route(world, 3, 55, "192.168.2.0/24", 100, true); /* no such connection */
	items = all_of(world);
	part = part_of(
		&items, "vpc-1/4-route/10006/192.168.0.0/24/7", "vpn-3.vco-7.192.168.0.0-24");
	assert_int_equal(part->weight, 100);
	(void)part_of(&items, "vpc-1/4-route/10007/192.168.0.0/24/7", "vpn-3.vco-7.192.168.0.0-24");
	part = part_of(
		&items, "vpc-1/4-route/10007/192.168.1.0/24/7", "vpn-3.vco-7.192.168.1.0-24");
	assert_int_equal(part->weight, 0);
	assert_null(items_find(&items, "vpc-1/4-route/10006/192.168.1.0/24/7"));
	for (size_t i = 0; i < items.len; i++)
		assert_null(strstr(items.items[i].key, "192.168.2.0"));
	items_clear(&items);
	world_free(world);
}

/* Whoever may carry a packet: up before down, then the higher weight; unknown keeps what is. */
static void test_priority(void **state)
{
	struct part active = { .route_number = 7, .weight = 100 };
	struct part standby = { .route_number = 8, .weight = 0 };
	uint32_t active_up = part_route_priority(&active, CARRYING_YES, 0);
	uint32_t active_down = part_route_priority(&active, CARRYING_NO, 0);
	uint32_t standby_up = part_route_priority(&standby, CARRYING_YES, 0);
	uint32_t standby_down = part_route_priority(&standby, CARRYING_NO, 0);

	(void)state;
	assert_true(0 < active_up && active_up < standby_up);
	assert_true(standby_up < active_down && active_down < standby_down);
	assert_true(standby_down < RT_PRIORITY_LAST);
	assert_int_equal(part_route_priority(&active, CARRYING_UNKNOWN, 0), active_up);
	assert_int_equal(part_route_priority(&active, CARRYING_UNKNOWN, active_up), active_up);
	assert_int_equal(part_route_priority(&active, CARRYING_UNKNOWN, active_down), active_down);
	assert_int_equal(part_route_priority(&active, CARRYING_UNKNOWN, 999), active_up);
	assert_int_equal(part_route_priority(&active, CARRYING_NO, active_up), active_down);
}

static bool is_same(const struct part *want, const struct part *seen)
{
	return net_same(&(struct item){ .data = (void *)(uintptr_t)want },
		&(struct item){ .data = (void *)(uintptr_t)seen });
}

static void test_same_domain_and_lan(void **state)
{
	struct part want = { .type = PART_DOMAIN }, seen = { .type = PART_DOMAIN };

	(void)state;
	assert_false(is_same(&want, &seen));
	seen.is_ready = true;
	assert_true(is_same(&want, &seen));
	want = seen = (struct part){ .type = PART_LAN,
		.interface = "eth1",
		.is_ready = true,
		.address = { sample_addr("10.0.0.1"), 24 } };
	assert_true(is_same(&want, &seen));
	seen.address.len = 25;
	assert_false(is_same(&want, &seen));
	seen = want;
	seen.interface[3] = '2';
	assert_false(is_same(&want, &seen));
	seen = want;
	seen.is_ready = false;
	assert_false(is_same(&want, &seen));
}

static void test_same_link_and_rule(void **state)
{
	struct part want = { .type = PART_LINK, .mtu = 1400, .alias = "vco-1" }, seen = want;

	(void)state;
	seen.is_ready = true;
	assert_true(is_same(&want, &seen));
	seen.mtu = 1500;
	assert_false(is_same(&want, &seen));
	seen.mtu = 1400;
	seen.alias[4] = '2';
	assert_false(is_same(&want, &seen));
	seen = want;
	assert_false(is_same(&want, &seen));
	want = seen = (struct part){ .type = PART_RULE, .rule = { .without_default = true } };
	assert_true(is_same(&want, &seen));
	seen.rule.without_default = false;
	assert_false(is_same(&want, &seen));
	want = seen = (struct part){ .type = PART_RULE, .rule = { .is_unreachable = true } };
	assert_true(is_same(&want, &seen));
	seen.rule.is_unreachable = false;
	assert_false(is_same(&want, &seen));
}

static void test_same_route(void **state)
{
	struct part want = { .type = PART_ROUTE, .route_number = 7, .weight = 100 }, seen = want;
	uint32_t up = part_route_priority(&want, CARRYING_YES, 0);

	(void)state;
	seen.carrying = CARRYING_YES;
	seen.route.priority = up;
	assert_true(is_same(&want, &seen));
	seen.carrying = CARRYING_NO;
	assert_false(is_same(&want, &seen));
	seen.carrying = CARRYING_UNKNOWN;
	assert_true(is_same(&want, &seen));
	seen.route.priority = up + 1;
	assert_false(is_same(&want, &seen));
}

static void test_numbers(void **state)
{
	(void)state;
	assert_int_equal(part_link_number("vco12"), 12);
	assert_int_equal(part_link_number("vco4294967295"), UINT32_MAX);
	for (const char *const *name = (const char *const[]){ "vco", "vco0", "vco1x", "vcox",
		     "vco-1", "eth0", "", "xvco1", "vco4294967296", NULL };
		*name; name++)
		assert_int_equal(part_link_number(*name), 0);
	for (uint32_t number = 1; number < 1000; number++) {
		assert_int_equal(part_gateway_number(part_published_table(number)), number);
		assert_int_equal(part_gateway_number(part_all_table(number)), number);
		assert_int_not_equal(part_published_table(number), part_all_table(number - 1));
	}
	assert_int_equal(part_gateway_number(RT_TABLE_MAIN), 0);
	assert_int_equal(part_gateway_number(PART_TABLE_BASE), 0);
}

static uint32_t below(uint32_t limit)
{
	return (uint32_t)(unit_next() % limit);
}

/* Some of what is named in it is not there. */
static void random_world(struct world *world)
{
	uint32_t vpcs = 1 + below(3), gateways = below(5), connections = below(8),
		 routes = below(16);

	for (uint32_t i = 1; i <= vpcs; i++)
		sample_vpc(world, i, below(2) ? "eth1" : NULL);
	for (uint32_t i = 1; i <= gateways; i++)
		sample_gateway(world, i, 1 + below(vpcs + 1));
	for (uint32_t i = 1; i <= connections; i++)
		sample_connection(world, i, 1 + below(gateways + 1));
	for (uint32_t i = 0; i < routes; i++) {
		AUTO_FREE char *destination = xasprintf("192.168.%u.0/24", below(4));

		sample_route(world, 1 + below(gateways + 1), 1 + below(connections + 1),
			destination, below(2) * 100, below(2));
	}
}

/* Each item is wanted once, by the scope of its owner and by no other one. */
static void test_scopes_add_up(void **state)
{
	(void)state;
	for (int round = 0; round < 200; round++) {
		struct world *world = world_new(NULL);
		struct items all, one = { 0 };
		size_t found = 0;

		random_world(world);
		all = all_of(world);
		for (size_t i = 1; i < all.len; i++)
			assert_string_not_equal(all.items[i - 1].key, all.items[i].key);
		for (int kind = 0; kind < KIND_COUNT; kind++) {
			size_t len;
			const void *const *list = world_list(world, (enum kind)kind, &len);

			for (size_t i = 0; i < len; i++) {
				const struct resource *resource = list[i];
				struct scope scope = { (enum kind)kind, resource->id };

				assert_int_equal(net_want(world, &scope, &one), 0);
				for (size_t j = 0; j < one.len; j++) {
					assert_string_equal(one.items[j].owner, resource->id);
					assert_non_null(items_find(&all, one.items[j].key));
				}
				found += one.len;
				items_clear(&one);
			}
		}
		assert_int_equal(found, all.len);
		items_clear(&all);
		world_free(world);
	}
}

static void test_scope_of_something_gone(void **state)
{
	struct world *world = world_new(NULL);
	struct items items = { 0 };

	(void)state;
	sample_vpc(world, 1, NULL);
	sample_remove(world, KIND_VPC, 1);
	assert_int_equal(net_want(world, &(struct scope){ KIND_VPC, "vpc-1" }, &items), 0);
	assert_int_equal(items.len, 0);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vpc),
		cmocka_unit_test(test_gateway_and_connection),
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_priority),
		cmocka_unit_test(test_same_domain_and_lan),
		cmocka_unit_test(test_same_link_and_rule),
		cmocka_unit_test(test_same_route),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_scopes_add_up),
		cmocka_unit_test(test_scope_of_something_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
