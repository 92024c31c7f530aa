/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of SAs: what is refused, lifetimes, the end of the sequence numbers, replacement,
 * orphans, flush; and that the table the worker sees follows.
 */
#include "espd/sadb.h"

#include "espd/tunnel.h"
#include "sa_request.h"
#include "support/unit.h"

#include <errno.h>
#include <fcntl.h>

struct world {
	struct epochs epochs;
	struct sadb sadb;
	struct tunnel *tunnel, *other;
	uint32_t told_inbound, told_outbound;
	unsigned int told, soft, hard;
	int64_t now_ms;
};

static void on_changed(void *arg, struct tunnel *tunnel, uint32_t inbound, uint32_t outbound)
{
	struct world *world = arg;

	if (tunnel != world->tunnel)
		return;
	world->told++;
	world->told_inbound = inbound;
	world->told_outbound = outbound;
}

static void on_expired(void *arg, const struct sa *sa, bool hard)
{
	struct world *world = arg;

	(void)sa;
	world->soft += !hard;
	world->hard += hard;
}

static struct tunnel *make_tunnel(uint32_t if_id)
{
	struct espd_tunnel config = { .if_id = if_id, .mtu = 1400, .local_address = OURS };

	return tunnel_new(&config, &(struct device){ .fd = open("/dev/null", O_RDWR | O_CLOEXEC) });
}

static int setup(void **state)
{
	struct world *world = xcalloc(1, sizeof(*world));

	epochs_init(&world->epochs);
	sadb_init(&world->sadb, &world->epochs,
		(struct sadb_events){
			.arg = world, .sas_changed = on_changed, .expired = on_expired });
	world->tunnel = make_tunnel(7);
	world->other = make_tunnel(8);
	world->now_ms = 1000000;
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	epochs_done(&world->epochs);
	sadb_done(&world->sadb);
	tunnel_free(world->tunnel);
	tunnel_free(world->other);
	free(world);
	return 0;
}

static int try_new(const struct world *world, const struct espd_sa *request, struct sa **ret)
{
	return sa_new(request, any_selectors, &crypto_openssl, world->tunnel, world->now_ms, ret);
}

static struct sa *add(struct world *world, const struct espd_sa *request)
{
	struct sa *sa;

	assert_int_equal(try_new(world, request, &sa), 0);
	assert_int_equal(sadb_add(&world->sadb, sa, world->now_ms), 0);
	return sa;
}

static struct sa *add_spi(struct world *world, uint32_t direction, uint32_t spi)
{
	struct espd_sa request = sa_request(direction, spi);

	return add(world, &request);
}

static bool sees_inbound(struct world *world, uint32_t spi)
{
	return table_inbound(atomic_load(&world->sadb.table), htonl(spi)) != NULL;
}

static uint32_t newest_outbound(struct world *world, size_t *ret_len)
{
	const struct table_entry *entries =
		table_outbound(atomic_load(&world->sadb.table), 7, ret_len);

	return *ret_len ? ntohl(entries[0].sa->spi) : 0;
}

#define REFUSED(field, value)                                                                      \
	do {                                                                                       \
		struct espd_sa bad = sa_request(ESPD_IN, 4096);                                    \
		struct sa *sa;                                                                     \
                                                                                                   \
		bad.field = (value);                                                               \
		assert_int_equal(try_new(*state, &bad, &sa), -EINVAL);                             \
	} while (0)

static void strangers_requests_are_refused(void **state)
{
	REFUSED(key.direction, 0);
	REFUSED(key.direction, 3);
	REFUSED(key.spi, htonl(255));
	REFUSED(key.spi, 0);
	REFUSED(key.peer, 0);
	REFUSED(key.peer, OURS);
	REFUSED(source, 0);
	REFUSED(destination, 0);
	REFUSED(source_port, 0);
	REFUSED(destination_port, 0);
	REFUSED(encapsulated, 2);
	REFUSED(esn, 2);
	REFUSED(cipher, 1);
	REFUSED(integrity, 3);
	REFUSED(cipher_key_size, 15);
	REFUSED(integrity_key_size, 0);
	REFUSED(source_selectors, 0);
	REFUSED(destination_selectors, 65);
	REFUSED(replay_window, 4097);
}

static void table_follows(void **state)
{
	struct world *world = *state;
	struct sa *sa[100];
	size_t len;

	for (uint32_t i = 0; i < 100; i++)
		sa[i] = add_spi(world, i % 2 ? ESPD_IN : ESPD_OUT, 1000 + i);
	for (uint32_t i = 1; i < 100; i += 2)
		assert_true(sees_inbound(world, 1000 + i));
	assert_false(sees_inbound(world, 1000));
	assert_false(sees_inbound(world, 5000));
	assert_int_equal(newest_outbound(world, &len), 1098);
	assert_int_equal(len, 50);
	sadb_remove(&world->sadb, sa[98]);
	assert_int_equal(newest_outbound(world, &len), 1096);
	sadb_remove(&world->sadb, sa[99]);
	assert_false(sees_inbound(world, 1099));
	assert_true(sees_inbound(world, 1097));
	assert_int_equal(world->told_inbound, 49);
	assert_int_equal(world->told_outbound, 49);
	(void)table_outbound(atomic_load(&world->sadb.table), 9, &len);
	assert_int_equal(len, 0);
}

static void find_by_name(void **state)
{
	struct world *world = *state;
	struct espd_sa_key key = { .direction = ESPD_IN, .spi = htonl(1000) };

	(void)add_spi(world, ESPD_IN, 1000);
	(void)add_spi(world, ESPD_OUT, 1000);
	assert_false(sadb_find(&world->sadb, &key)->outbound);
	key.direction = ESPD_OUT;
	assert_null(sadb_find(&world->sadb, &key));
	key.peer = PEER;
	assert_true(sadb_find(&world->sadb, &key)->outbound);
}

static void same_name_and_key_keeps_the_numbers(void **state)
{
	struct world *world = *state;
	struct espd_sa again = sa_request(ESPD_OUT, 1000);
	struct sa *sa = add_spi(world, ESPD_OUT, 1000);

	sa->sequence = 77;
	assert_int_equal(add(world, &again)->sequence, 77);
	assert_int_equal(world->sadb.len, 1);
	again.cipher_key[0] ^= 1;
	assert_int_equal(add(world, &again)->sequence, 0);
	assert_int_equal(world->sadb.len, 1);
}

/* Of AEAD the number is the nonce; CBC draws its IVs. */
static void two_names_do_not_share_an_aead_key(void **state)
{
	struct world *world = *state;
	struct espd_sa request = sa_request(ESPD_OUT, 4096), other;
	struct sa *sa, *refused;
	uint64_t sequence;

	request.cipher = ESPD_CIPHER_AES_GCM_16;
	request.cipher_key_size = 20;
	request.integrity = ESPD_INTEGRITY_NONE;
	request.integrity_key_size = 0;
	sa = add(world, &request);
	assert_true(sa_next_sequence(sa, &sequence));
	other = request;
	other.key.peer = other.destination = htonl(0x0a000003);
	assert_int_equal(try_new(world, &other, &refused), 0);
	assert_int_equal(sadb_add(&world->sadb, refused, world->now_ms), -EEXIST);
	sa_free(refused);
	other = request;
	other.key.spi = htonl(4097);
	assert_int_equal(try_new(world, &other, &refused), 0);
	assert_int_equal(sadb_add(&world->sadb, refused, world->now_ms), -EEXIST);
	sa_free(refused);
	/* The same name goes on with its numbers. */
	sa = add(world, &request);
	assert_true(sa_next_sequence(sa, &sequence));
	assert_int_equal(sequence, 2);
}

static void same_inbound_key_keeps_the_window(void **state)
{
	struct world *world = *state;
	struct espd_sa again = sa_request(ESPD_IN, 1000);
	struct sa *sa = add_spi(world, ESPD_IN, 1000);

	replay_update(&sa->replay, 50);
	sa = add(world, &again);
	assert_false(replay_check(&sa->replay, 50));
	assert_true(replay_check(&sa->replay, 49));
	again.replay_window = 4096;
	sa = add(world, &again);
	assert_false(replay_check(&sa->replay, 49));
	assert_true(replay_check(&sa->replay, 51));
}

static void sequence_numbers_end(void **state)
{
	struct world *world = *state;
	struct sa *sa = add_spi(world, ESPD_OUT, 1000);
	struct espd_sa request = sa_request(ESPD_OUT, 1001);
	uint64_t sequence;

	sa->sequence = UINT32_MAX - 1;
	assert_true(sa_next_sequence(sa, &sequence));
	assert_int_equal(sequence, UINT32_MAX);
	assert_true(sa_count(sa, 100, 1));
	assert_true(sa->soft_due);
	assert_false(sa_next_sequence(sa, &sequence));
	assert_false(sa_is_usable(sa));
	sadb_expire(&world->sadb, world->now_ms);
	assert_int_equal(world->hard, 1);
	request.esn = 1;
	sa = add(world, &request);
	sa->sequence = UINT32_MAX;
	assert_true(sa_next_sequence(sa, &sequence));
	assert_int_equal(sequence, UINT64_C(1) << 32);
	sa->sequence = UINT64_MAX;
	assert_false(sa_next_sequence(sa, &sequence));
}

static void lifetimes_by_time(void **state)
{
	struct world *world = *state;
	struct espd_sa request = sa_request(ESPD_IN, 1000);

	request.soft_lifetime_s = 10;
	request.hard_lifetime_s = 20;
	(void)add(world, &request);
	sadb_expire(&world->sadb, world->now_ms + 9999);
	assert_int_equal(world->soft, 0);
	sadb_expire(&world->sadb, world->now_ms + 10000);
	sadb_expire(&world->sadb, world->now_ms + 11000);
	assert_int_equal(world->soft, 1);
	assert_true(sees_inbound(world, 1000));
	sadb_expire(&world->sadb, world->now_ms + 20000);
	assert_int_equal(world->hard, 1);
	assert_false(sees_inbound(world, 1000));
	assert_int_equal(world->told_inbound, 0);
}

static void lifetimes_by_packets_and_bytes(void **state)
{
	struct world *world = *state;
	struct espd_sa request = sa_request(ESPD_OUT, 1000);
	struct sa *sa;

	request.soft_packets = 2;
	request.hard_bytes = 400;
	sa = add(world, &request);
	assert_false(sa_count(sa, 100, 1));
	assert_true(sa_count(sa, 100, 1));
	sadb_expire(&world->sadb, world->now_ms);
	assert_int_equal(world->soft, 1);
	assert_false(sa_count(sa, 100, 1));
	assert_true(sa_is_usable(sa));
	assert_true(sa_count(sa, 100, 1));
	assert_false(sa_is_usable(sa));
	sadb_expire(&world->sadb, world->now_ms);
	assert_int_equal(world->hard, 1);
	assert_int_equal(world->sadb.len, 0);
}

/* A quick mode of ours is done but for its last message: in 1000/2000, out 1001/2001, one held. */
static void half_rekeyed(struct world *world, struct sa *sas[4])
{
	struct espd_sa request = sa_request(ESPD_OUT, 2001);

	request.hold_ms = 5000;
	sas[0] = add_spi(world, ESPD_IN, 1000);
	sas[1] = add_spi(world, ESPD_OUT, 2000);
	sas[2] = add_spi(world, ESPD_IN, 1001);
	sas[3] = add(world, &request);
	sadb_remove(&world->sadb, sas[1]);
}

static void expect_outbound(struct world *world, uint32_t spi, size_t expected_len)
{
	size_t len;

	assert_int_equal(newest_outbound(world, &len), spi);
	assert_int_equal(len, expected_len);
}

static void removed_one_serves_while_the_new_one_is_held(void **state)
{
	struct world *world = *state;
	struct sa *sas[4];

	half_rekeyed(world, sas);
	expect_outbound(world, 2000, 2);
	assert_int_equal(sadb_settle(&world->sadb, world->now_ms + 4999), world->now_ms + 5000);
	expect_outbound(world, 2000, 2);
	assert_int_equal(sadb_settle(&world->sadb, world->now_ms + 5000), INT64_MAX);
	expect_outbound(world, 2001, 1);
	assert_int_equal(world->told_outbound, 1);
}

static void hold_ends_when_the_peer_is_heard(void **state)
{
	struct world *world = *state;
	struct sa *sas[4];

	half_rekeyed(world, sas);
	(void)sa_count(sas[0], 100, 1); /* on its old SA: says nothing */
	(void)sadb_settle(&world->sadb, world->now_ms);
	expect_outbound(world, 2000, 2);
	assert_true(sa_count(sas[2], 100, 1));
	assert_false(sa_count(sas[2], 100, 1));
	(void)sadb_settle(&world->sadb, world->now_ms);
	expect_outbound(world, 2001, 1);
}

static void hold_ends_with_the_old_inbound_one(void **state)
{
	struct world *world = *state;
	struct sa *sas[4];

	half_rekeyed(world, sas);
	sadb_remove(&world->sadb, sas[0]);
	expect_outbound(world, 2001, 1);
}

static void held_one_is_removed_with_what_waits_for_it(void **state)
{
	struct world *world = *state;
	struct sa *sas[4];

	half_rekeyed(world, sas);
	sadb_remove(&world->sadb, sas[3]);
	expect_outbound(world, 0, 0);
	assert_int_equal(world->told_outbound, 0);
}

static void held_one_serves_alone(void **state)
{
	struct world *world = *state;
	struct espd_sa request = sa_request(ESPD_OUT, 2000);

	request.hold_ms = 5000;
	(void)add(world, &request);
	expect_outbound(world, 2000, 1);
}

static void orphans_live_until_replaced_or_sixty_seconds(void **state)
{
	struct world *world = *state;
	size_t len;

	(void)add_spi(world, ESPD_IN, 1000);
	(void)add_spi(world, ESPD_OUT, 2000);
	sadb_orphan(&world->sadb, world->now_ms);
	sadb_flush(&world->sadb);
	assert_int_equal(world->sadb.len, 2);
	world->now_ms += 30000;
	sadb_expire(&world->sadb, world->now_ms);
	assert_true(sees_inbound(world, 1000));

	/* A new inbound SA does not touch the outbound orphan, and leaves the inbound one a while.
	 */
	(void)add_spi(world, ESPD_IN, 1001);
	assert_int_equal(newest_outbound(world, &len), 2000);
	sadb_expire(&world->sadb, world->now_ms + ORPHAN_INBOUND_MS - 1);
	assert_true(sees_inbound(world, 1000));
	sadb_expire(&world->sadb, world->now_ms + ORPHAN_INBOUND_MS);
	assert_false(sees_inbound(world, 1000));
	(void)add_spi(world, ESPD_OUT, 2001);
	assert_int_equal(newest_outbound(world, &len), 2001);
	assert_int_equal(len, 1);
	assert_int_equal(world->soft + world->hard, 0);
}

static void orphans_end_after_sixty_seconds(void **state)
{
	struct world *world = *state;

	(void)add_spi(world, ESPD_IN, 1000);
	sadb_orphan(&world->sadb, world->now_ms);
	sadb_expire(&world->sadb, world->now_ms + ORPHAN_MS - 1);
	assert_int_equal(world->sadb.len, 1);
	sadb_expire(&world->sadb, world->now_ms + ORPHAN_MS);
	assert_int_equal(world->sadb.len, 0);
	assert_int_equal(world->told_inbound, 0);
}

static void flush_ends_the_present_ones(void **state)
{
	struct world *world = *state;

	(void)add_spi(world, ESPD_IN, 1000);
	sadb_orphan(&world->sadb, world->now_ms);
	(void)add_spi(world, ESPD_OUT, 2000);
	(void)add_spi(world, ESPD_OUT, 2001);
	sadb_flush(&world->sadb);
	assert_int_equal(world->sadb.len, 1);
	assert_true(sees_inbound(world, 1000));
}

static void update_moves_the_peer(void **state)
{
	struct world *world = *state;
	struct espd_sa_update update = {
		.key = { .direction = ESPD_OUT, .spi = htonl(2000), .peer = PEER },
		.source = OURS,
		.destination = htonl(0x0a000009),
		.source_port = 4500,
		.destination_port = 1234,
		.encapsulated = 1
	};
	struct sa *sa = add_spi(world, ESPD_OUT, 2000);
	const struct table_entry *entry;
	size_t len;

	assert_int_equal(sadb_update(&world->sadb, sa, &update), 0);
	entry = table_outbound(atomic_load(&world->sadb.table), 7, &len);
	assert_int_equal(entry->outer.destination, htonl(0x0a000009));
	assert_int_equal(entry->outer.destination_port, 1234);
	assert_null(sadb_find(&world->sadb, &update.key));
	update.key.peer = htonl(0x0a000009);
	assert_ptr_equal(sadb_find(&world->sadb, &update.key), sa);
	update.destination_port = 0;
	assert_int_equal(sadb_update(&world->sadb, sa, &update), -EINVAL);
}

static void tunnel_takes_its_sas(void **state)
{
	struct world *world = *state;

	(void)add_spi(world, ESPD_IN, 1000);
	sadb_remove_tunnel(&world->sadb, world->other);
	assert_int_equal(world->sadb.len, 1);
	sadb_remove_tunnel(&world->sadb, world->tunnel);
	assert_int_equal(world->sadb.len, 0);
}

static unsigned int freed;

static void count_free(void *object)
{
	(void)object;
	freed++;
}

static void nothing_is_freed_under_a_worker(void **state)
{
	struct epochs epochs;

	(void)state;
	freed = 0;
	epochs_init(&epochs);
	epoch_retire(&epochs, count_free, NULL);
	assert_int_equal(freed, 1);
	epoch_enter(&epochs, 0);
	epoch_retire(&epochs, count_free, NULL);
	assert_int_equal(freed, 1);
	epoch_leave(&epochs, 0);
	epoch_enter(&epochs, 0); /* a later batch cannot have seen it */
	epoch_retire(&epochs, count_free, NULL);
	assert_int_equal(freed, 2);
	epoch_leave(&epochs, 0);
	epoch_reclaim(&epochs);
	assert_int_equal(freed, 3);
}

int main(void)
{
#define LIFE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		LIFE(strangers_requests_are_refused),
		LIFE(table_follows),
		LIFE(find_by_name),
		LIFE(same_name_and_key_keeps_the_numbers),
		LIFE(two_names_do_not_share_an_aead_key),
		LIFE(same_inbound_key_keeps_the_window),
		LIFE(sequence_numbers_end),
		LIFE(lifetimes_by_time),
		LIFE(lifetimes_by_packets_and_bytes),
		LIFE(removed_one_serves_while_the_new_one_is_held),
		LIFE(hold_ends_when_the_peer_is_heard),
		LIFE(hold_ends_with_the_old_inbound_one),
		LIFE(held_one_is_removed_with_what_waits_for_it),
		LIFE(held_one_serves_alone),
		LIFE(orphans_live_until_replaced_or_sixty_seconds),
		LIFE(orphans_end_after_sixty_seconds),
		LIFE(flush_ends_the_present_ones),
		LIFE(update_moves_the_peer),
		LIFE(tunnel_takes_its_sas),
		cmocka_unit_test(nothing_is_freed_under_a_worker),
	};

	return cmocka_run_group_tests_name("espd-sa", tests, NULL, NULL);
}
