/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What gateways and connections ask of vpngw-espd, when it is as wanted, and the table of what it
 * holds.
 */
#include "support/unit.h"

#include "drivers/esp/held.h"
#include "unit/reconcile/documents.h"

#include <fcntl.h>

static void assert_wanted(const struct world *world, enum kind kind, const char *id,
	const char *const *keys_and_owners)
{
	struct items items = { 0 };
	size_t len = 0;

	assert_int_equal(endpoint_want(world, &(struct scope){ kind, id }, &items), 0);
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
#define SOCKETS                                                                                    \
	"socket/192.0.2.1/1", "vpn-a", "socket/192.0.2.1/2", "vpn-a", "socket/192.0.2.1/3", "vpn-a"

static void test_want(void **state)
{
	struct world *world = world_sample();

	(void)state;
	WANTED(world, KIND_VPC, NULL, SOCKETS, "tunnel/7", "vco-a", "tunnel/8", "vco-b");
	WANTED(world, KIND_VPN_GATEWAY, "vpn-a", SOCKETS);
	WANTED(world, KIND_VPN_CONNECTION, "vco-b", "tunnel/8", "vco-b");
	WANTED(world, KIND_VPC, "vpc-a");
	WANTED(world, KIND_VPN_CONNECTION, "vpn-a"); /* the id of another kind */
	world_drop(world, "vpn-gateway/vpn-a");
	WANTED(world, KIND_VPN_CONNECTION, "vco-b");
	WANTED(world, KIND_VPC, NULL);
	world_free(world);
}

static void test_sockets_come_first(void **state)
{
	struct world *world = world_sample();
	struct items items = { 0 };
	const struct endpoint *tunnel;
	struct addr local;

	(void)state;
	assert_int_equal(endpoint_want(world, &(struct scope){ 0 }, &items), 0);
	items_sort(&items);
	assert_true(items_find(&items, "socket/192.0.2.1/3")->rank <
		    items_find(&items, "tunnel/7")->rank);
	tunnel = items_find(&items, "tunnel/7")->data;
	assert_int_equal(addr_parse("192.0.2.1", &local), 0);
	assert_int_equal(tunnel->tunnel.local_address, local.v4);
	assert_int_equal(tunnel->tunnel.mtu, 1422);
	items_clear(&items);
	world_free(world);
}

static bool same(const struct endpoint *want, const struct endpoint *seen)
{
	struct item a = { .data = (void *)(uintptr_t)want };
	struct item b = { .data = (void *)(uintptr_t)seen };

	return endpoint_same(&a, &b);
}

static void test_same(void **state)
{
	struct endpoint want = { .is_tunnel = true, .tunnel = { 7, 1400, 1 } }, seen = want;

	(void)state;
	assert_true(same(&want, &seen));
	seen.tunnel.mtu = 1500;
	assert_false(same(&want, &seen));
	seen.tunnel.mtu = 1400;
	seen.tunnel.local_address = 2;
	assert_false(same(&want, &seen));
	seen.tunnel.local_address = 1;
	seen.is_stale = true;
	assert_false(same(&want, &seen));
	want = seen = (struct endpoint){ .socket = { ESPD_SOCKET_ESP, 1 } };
	assert_true(same(&want, &seen));
}

static void test_held_is_found_again(void **state)
{
	struct endpoint socket = { .socket = { ESPD_SOCKET_ESP, 1 } };
	struct endpoint tunnel = { .is_tunnel = true, .tunnel = { 7, 1400, 1 } };
	struct held *all = NULL, *held = held_get(&all, &tunnel, "vco-a");

	(void)state;
	assert_int_equal(held->fd, -1);
	assert_false(held->is_there);
	tunnel.tunnel.mtu = 1300;
	assert_ptr_equal(held_get(&all, &tunnel, ""), held);
	assert_string_equal(held->owner, "vco-a"); /* an unknown owner does not wipe a known one */
	assert_int_equal(held->endpoint.tunnel.mtu, 1300);
	held_get(&all, &tunnel, "vco-b");
	assert_string_equal(held->owner, "vco-b");
	assert_ptr_equal(held_find_tunnel(all, 7), held);
	assert_null(held_find_tunnel(all, 8));
	assert_ptr_not_equal(held_get(&all, &socket, "vpn-a"), held);
	held_clear(&all);
	assert_null(all);
}

static void test_forgetting_keeps_descriptors(void **state)
{
	struct endpoint socket = { .socket = { ESPD_SOCKET_ESP, 1 } };
	struct held *all = NULL, *held = held_get(&all, &socket, "vpn-a");
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	*held = (struct held){ .hh = held->hh,
		.key = held->key,
		.owner = held->owner,
		.is_there = true,
		.fd = fd,
		.inbound_sas = 1,
		.outbound_sas = 2 };
	held_forget(all);
	assert_false(held->is_there);
	assert_int_equal(held->inbound_sas + held->outbound_sas, 0);
	assert_int_equal(held->fd, fd);
	assert_true(fcntl(fd, F_GETFD) >= 0);
	held_remove(&all, held);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_null(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_want),
		cmocka_unit_test(test_sockets_come_first),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_held_is_found_again),
		cmocka_unit_test(test_forgetting_keeps_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
