/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flood limits, which IKE datagrams are plausible, and the packets that wait for an SA.
 */
#include "espd/kept.h"
#include "espd/limit.h"
#include "espd/relay.h"
#include "support/unit.h"

#include "base/alloc.h"

static const struct bucket_size total = { .per_second = 100, .burst = 50 };
static const struct bucket_size source = { .per_second = 10, .burst = 5 };

static struct limit *limit_of(struct bucket_size whole, struct bucket_size each)
{
	struct limit *limit = xcalloc(1, sizeof(*limit));

	limit_init(limit, whole, each, 1000);
	return limit;
}

static unsigned int take(struct limit *limit, uint32_t address, int64_t now_ms, int times)
{
	unsigned int taken = 0;

	for (int i = 0; i < times; i++)
		taken += limit_take(limit, address, now_ms);
	return taken;
}

static void one_source_gets_its_burst_then_its_rate(void **state)
{
	struct limit *limit = limit_of(total, source);

	(void)state;
	assert_int_equal(take(limit, 7, 1000, 100), 5);
	assert_int_equal(take(limit, 7, 1099, 100), 0);
	assert_int_equal(take(limit, 7, 1100, 100), 1);
	assert_int_equal(take(limit, 7, 3100, 100), 5);
	assert_int_equal(take(limit, 7, 3000, 100), 0);
	free(limit);
}

static void a_loud_source_does_not_drain_the_total(void **state)
{
	struct limit *limit = limit_of(total, source);

	(void)state;
	assert_int_equal(take(limit, 7, 1000, 100000), 5);
	assert_int_equal(take(limit, 8, 1000, 5), 5);
	free(limit);
}

static void many_sources_share_the_total(void **state)
{
	struct limit *limit = limit_of(total, source);
	unsigned int taken = 0;

	(void)state;
	for (uint32_t address = 1; address <= 1000; address++)
		taken += take(limit, address, 1000, 1);
	assert_int_equal(taken, 50);
	free(limit);
}

static bool is_relayed(uint32_t kind, const uint8_t *bytes, size_t size)
{
	struct relay *relay = relay_new(0);
	struct wire wire = { .config = { .kind = kind } };
	struct datagram datagram = { .bytes = (uint8_t *)(uintptr_t)bytes, .size = size };
	struct global_counters counters = { 0 };
	bool result = relay_accept(relay, &wire, &datagram, 0, &counters);

	assert_int_equal(counters.drop_garbage, !result);
	relay_free(relay);
	return result;
}

static void only_plausible_ike_is_relayed(void **state)
{
	uint8_t ike[64] = { 0, 0, 0, 0, [4] = 1, [4 + 17] = 0x20, [4 + 27] = 60 };

	(void)state;
	assert_true(is_relayed(ESPD_SOCKET_IKE, ike + 4, 60));
	assert_true(is_relayed(ESPD_SOCKET_IKE_NATT, ike, 64));
	assert_false(is_relayed(ESPD_SOCKET_IKE, ike + 4, 59));
	assert_false(is_relayed(ESPD_SOCKET_IKE, ike + 4, 27));
	assert_false(is_relayed(ESPD_SOCKET_IKE, ike + 4, 0));
	ike[4 + 17] = 0x30;
	assert_false(is_relayed(ESPD_SOCKET_IKE, ike + 4, 60));
	ike[4 + 17] = 0x10;
	assert_true(is_relayed(ESPD_SOCKET_IKE, ike + 4, 60));
	ike[4] = 0;
	assert_false(is_relayed(ESPD_SOCKET_IKE, ike + 4, 60));
}

/* A thousand peers behind one address may all start at once, and finish in spite of a flood. */
static void mass_reconnect_passes_beside_a_flood(void **state)
{
	struct relay *relay = relay_new(0);
	struct wire wire = { .config = { .kind = ESPD_SOCKET_IKE } };
	uint8_t first[28] = { 1, [17] = 0x20, [27] = 28 },
		later[28] = { 1, [8] = 1, [17] = 0x20, [27] = 28 };
	struct datagram datagram = { .bytes = first, .size = 28, .source = 99 };
	struct global_counters counters = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_true(relay_accept(relay, &wire, &datagram, 0, &counters));
	for (uint32_t i = 0; i < 1000000; i++) {
		datagram.source = 1000 + i;
		(void)relay_accept(relay, &wire, &datagram, 0, &counters);
	}
	assert_true(counters.drop_ike_limit > 900000);
	datagram.bytes = later;
	datagram.source = 99;
	for (int i = 0; i < 5000; i++)
		assert_true(relay_accept(relay, &wire, &datagram, 0, &counters));
	relay_free(relay);
}

static void first_packets_are_kept(void **state)
{
	struct kept kept;
	uint8_t packet[100];
	size_t size;

	(void)state;
	kept_init(&kept, 100);
	for (uint8_t i = 0; i < 20; i++) {
		memset(packet, i, sizeof(packet));
		assert_int_equal(kept_add(&kept, packet, 50U + i, i * 1000), i < KEPT_MAX);
	}
	assert_int_equal(kept_get(&kept, 0, &size)[0], 0);
	assert_int_equal(size, 50);
	assert_int_equal(kept_expire(&kept, 29999), 0);
	assert_int_equal(kept_expire(&kept, 32000), 3);
	assert_int_equal(kept.len, KEPT_MAX - 3);
	assert_int_equal(kept_get(&kept, 0, &size)[10], 3);
	assert_int_equal(size, 53);
	assert_false(kept_add(&kept, packet, 101, 0));
	kept_clear(&kept);
	assert_int_equal(kept_expire(&kept, INT64_MAX), 0);
	kept_done(&kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_source_gets_its_burst_then_its_rate),
		cmocka_unit_test(a_loud_source_does_not_drain_the_total),
		cmocka_unit_test(many_sources_share_the_total),
		cmocka_unit_test(only_plausible_ike_is_relayed),
		cmocka_unit_test(mass_reconnect_passes_beside_a_flood),
		cmocka_unit_test(first_packets_are_kept),
	};

	return cmocka_run_group_tests_name("espd-limit", tests, NULL, NULL);
}
