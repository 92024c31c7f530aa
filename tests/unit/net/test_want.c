/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What resources ask of the network: which parts, whose, in which order; and when a part is as it
 * is wanted.
 */
#include "support/unit.h"

#include "unit/net/sample_world.h"

#include "drivers/net/net_private.h"

#include <arpa/inet.h>
#include <errno.h>
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

static void assert_section(
	const struct items *items, uint32_t section, uint32_t table, const char *owner)
{
	AUTO_FREE char *start = xasprintf("vpc-1/3-rule/%u//0", section);
	AUTO_FREE char *destination = xasprintf("vpc-1/3-rule/%u//%u", section + 490000, table);
	AUTO_FREE char *end = xasprintf("vpc-1/3-rule/%u//0", section + 499999);

	assert_int_equal(part_of(items, start, owner)->rule.action, RT_NOP);
	assert_int_equal(part_of(items, destination, owner)->rule.action, RT_LOOKUP);
	assert_int_equal(part_of(items, end, owner)->rule.action, RT_UNREACHABLE);
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
	assert_int_equal(items.len, 15);
	(void)part_of(&items, "vpc-1/0-domain", "vpc-1");
	part = part_of(&items, "vpc-1/1-lan", "vpc-1");
	assert_string_equal(part->interface, "eth1");
	assert_int_equal(part->address.addr.v4, inet_addr("10.0.0.1"));
	assert_int_equal(part->address.len, 24);
	part = part_of(&items, "vpc-1/3-rule/500//254", "vpc-1");
	assert_int_equal(part->rule.table, RT_TABLE_MAIN);
	assert_true(part->rule.without_default);
	assert_int_equal(part->rule.action, RT_LOOKUP);
	part = part_of(&items, "vpc-1/3-rule/2000//0", "vpc-1");
	assert_int_equal(part->rule.action, RT_GOTO);
	assert_int_equal(part->rule.target, 500000);
	part = part_of(&items, "vpc-1/3-rule/3000//0", "vpc-1");
	assert_int_equal(part->rule.action, RT_UNREACHABLE);
	assert_section(&items, 500000, 10000, "vpc-1");
	assert_null(items_find(&items, "vpc-2/1-lan"));
	items_clear(&items);
	world_free(world);
}

static void test_bgp_address(void **state)
{
	struct world *world = world_new(NULL);
	struct vpn_connection *connection;
	const struct part *part;
	struct items items;

	(void)state;
	sample_vpc(world, 1, NULL);
	sample_gateway(world, 3, 1);
	sample_connection(world, 7, 3);
	items = all_of(world);
	assert_null(items_find(&items, "vpc-1/2-link/7/address"));
	items_clear(&items);
	connection =
		resource_dup(KIND_VPN_CONNECTION, world_get(world, KIND_VPN_CONNECTION, "vco-7"));
	connection->bgp_config = (struct bgp_config){ .enable_bgp = true,
		.local_asn = 45104,
		.tunnel_cidr = sample_prefix("169.254.10.4/30"),
		.local_bgp_ip = sample_addr("169.254.10.5") };
	sample_put(world, KIND_VPN_CONNECTION, connection);
	items = all_of(world);
	part = part_of(&items, "vpc-1/2-link/7/address", "vco-7");
	assert_string_equal(part->interface, "vco7");
	assert_true(
		prefix_equal(part->address, (struct prefix){ sample_addr("169.254.10.5"), 30 }));
	assert_true(items_find(&items, "vpc-1/2-link/7")->rank <
		    items_find(&items, "vpc-1/2-link/7/address")->rank);
	items_clear(&items);
	world_free(world);
}

static void test_key_failures(void **state)
{
	char text[] = "TcpExt: SyncookiesSent TCPMD5NotFound TCPMD5Unexpected TCPMD5Failure Other\n"
		      "TcpExt: 9 1 2 4 9\n"
		      "IpExt: TCPMD5NotFound\nIpExt: 100\n";
	char half[] = "TcpExt: TCPMD5NotFound\n", none[] = "";
	uint64_t failures = 0;

	(void)state;
	assert_int_equal(tcp_key_failures_parse(text, &failures), 0);
	assert_int_equal(failures, 7);
	assert_int_equal(tcp_key_failures_parse(half, &failures), -EBADMSG);
	assert_int_equal(tcp_key_failures_parse(none, &failures), -EBADMSG);
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
	assert_section(&items, 2000000, 10007, "vpn-3");
	part = part_of(&items, "vpc-1/3-rule/2495000//10006", "vpn-3");
	assert_int_equal(part->rule.action, RT_LOOKUP);
	assert_null(items_find(&items, "vpc-1/3-rule/995002//10006")); /* not propagated */
	part = part_of(&items, "vpc-1/2-link/7", "vco-7");
	assert_string_equal(part->interface, "vco7");
	assert_string_equal(part->alias, "vco-7");
	assert_int_equal(part->mtu, 1422);
	part = part_of(&items, "vpc-1/3-rule/1000/vco7/0", "vco-7");
	assert_string_equal(part->rule.in_interface, "vco7");
	assert_int_equal(part->rule.target, 2000000);
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
		&items, "vpc-1/4-route/10000/192.168.0.0/24/7", "vpn-3.vco-7.192.168.0.0-24");
	assert_int_equal(part->weight, 100);
	(void)part_of(&items, "vpc-1/4-route/10007/192.168.0.0/24/7", "vpn-3.vco-7.192.168.0.0-24");
	part = part_of(
		&items, "vpc-1/4-route/10007/192.168.1.0/24/7", "vpn-3.vco-7.192.168.1.0-24");
	assert_int_equal(part->weight, 0);
	assert_null(items_find(&items, "vpc-1/4-route/10000/192.168.1.0/24/7"));
	for (size_t i = 0; i < items.len; i++)
		assert_null(strstr(items.items[i].key, "192.168.2.0"));
	items_clear(&items);
	world_free(world);
}

/* What policy routes lead to: into the tunnel while it carries, and in any case. */
static void test_tables_of_a_connection(void **state)
{
	struct world *world = world_new(NULL);
	const struct part *into, *go_on, *last, *end;
	struct items items;

	(void)state;
	sample_vpc(world, 1, NULL);
	sample_gateway(world, 3, 1);
	sample_connection(world, 7, 3);
	items = all_of(world);
	into = part_of(&items, "vpc-1/4-route/1073741838/0.0.0.0/0/7", "vco-7");
	go_on = part_of(&items, "vpc-1/4-route/1073741838/0.0.0.0/0/0", "vco-7");
	last = part_of(&items, "vpc-1/4-route/1073741839/0.0.0.0/0/7", "vco-7");
	end = part_of(&items, "vpc-1/4-route/1073741839/0.0.0.0/0/0", "vco-7");
	assert_true(go_on->route.is_throw);
	assert_false(end->route.is_throw);
	assert_true(part_route_priority(into, CARRYING_YES, 0) <
		    part_route_priority(go_on, CARRYING_UNKNOWN, 0));
	assert_true(part_route_priority(into, CARRYING_NO, 0) >
		    part_route_priority(go_on, CARRYING_UNKNOWN, 0));
	assert_int_equal(part_route_priority(last, CARRYING_NO, 0),
		part_route_priority(last, CARRYING_YES, 0));
	assert_true(part_route_priority(last, CARRYING_NO, 0) <
		    part_route_priority(end, CARRYING_UNKNOWN, 0));
	items_clear(&items);
	world_free(world);
}

#define POLICY_ID "vpn-3.vco-7.10.0.0.0-24.192.168.0.0-16"

static void test_policy_routes(void **state)
{
	struct sample_policy policy = { 3, 7, "10.0.0.0/24", "192.168.0.0/16", 10, 100, false };
	struct world *world = world_new(NULL);
	const struct part *ready, *last;
	uint32_t active;
	struct items items;

	(void)state;
	sample_vpc(world, 1, NULL);
	sample_gateway(world, 3, 1);
	sample_connection(world, 7, 3);
	sample_policy(world, &policy);
	sample_policy(world, &(struct sample_policy){ 3, 55, "10.0.0.0/24", "192.168.0.0/16", 10,
				     100, true }); /* no such connection */
	items = all_of(world);
#define READY "/policy/1073741838/10.0.0.0/24/192.168.0.0/16"
#define LAST "/policy/1073741839/10.0.0.0/24/192.168.0.0/16"
	ready = part_of(&items, "vpc-1/3-rule/2000000" READY, POLICY_ID);
	last = part_of(&items, "vpc-1/3-rule/2000000" LAST, POLICY_ID);
	assert_int_equal(ready->rule.table, table_ready(7));
	assert_int_equal(last->rule.table, table_last(7));
	assert_true(ready->rule.preference < last->rule.preference);
	assert_true(prefix_equal(ready->rule.source, sample_prefix("10.0.0.0/24")));
	assert_true(prefix_equal(ready->rule.destination, sample_prefix("192.168.0.0/16")));
	assert_null(items_find(&items, "vpc-1/3-rule/500000" READY));
	for (size_t i = 0; i < items.len; i++)
		assert_null(strstr(items.items[i].owner, "vco-55"));
	active = ready->rule.preference;
	items_clear(&items);
	policy.weight = 0;
	policy.publish = true;
	sample_policy(world, &policy);
	items = all_of(world);
	ready = part_of(&items, "vpc-1/3-rule/2000000" READY, POLICY_ID);
	assert_true(ready->rule.preference > active); /* the same item at another place */
	assert_true(ready->rule.preference <
		    part_of(&items, "vpc-1/3-rule/2000000" LAST, POLICY_ID)->rule.preference);
	(void)part_of(&items, "vpc-1/3-rule/500000" READY, POLICY_ID);
	(void)part_of(&items, "vpc-1/3-rule/500000" LAST, POLICY_ID);
	items_clear(&items);
	world_free(world);
}

/* With AutoPropagate the VPC follows the gateway's BGP routes, after all destination routes. */
static void test_propagated_bgp(void **state)
{
	struct world *world = world_new(NULL);
	struct vpn_gateway *gateway;
	struct items items;

	(void)state;
	sample_vpc(world, 1, NULL);
	sample_gateway(world, 3, 1);
	gateway = resource_dup(KIND_VPN_GATEWAY, world_get(world, KIND_VPN_GATEWAY, "vpn-3"));
	gateway->auto_propagate = true;
	sample_put(world, KIND_VPN_GATEWAY, gateway);
	items = all_of(world);
	(void)part_of(&items, "vpc-1/3-rule/995002//10006", "vpn-3");
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
	want = seen = (struct part){ .type = PART_RULE };
	assert_true(is_same(&want, &seen));
	seen.rule.without_default = true;
	assert_false(is_same(&want, &seen));
	seen = want;
	seen.rule.action = RT_GOTO;
	assert_false(is_same(&want, &seen));
	seen = want;
	seen.rule.target = 500000;
	assert_false(is_same(&want, &seen));
	seen = want;
	seen.rule.preference = 1500;
	assert_false(is_same(&want, &seen));
	seen = want;
	seen.rule.source.len = 8;
	assert_false(is_same(&want, &seen));
	seen = want;
	seen.rule.destination.len = 8;
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
	seen.route.priority = up;
	seen.route.is_throw = true;
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
		sample_policy(world, &(struct sample_policy){ 1 + below(gateways + 1),
					     1 + below(connections + 1),
					     below(2) ? "10.0.0.0/24" : "10.0.0.0/16", destination,
					     1 + below(100), below(2) * 100, below(2) });
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
		cmocka_unit_test(test_bgp_address),
		cmocka_unit_test(test_key_failures),
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_tables_of_a_connection),
		cmocka_unit_test(test_policy_routes),
		cmocka_unit_test(test_propagated_bgp),
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
