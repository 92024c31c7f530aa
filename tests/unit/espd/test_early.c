/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Datagrams that come before their SA: which are kept, how many, how long, and in which order they
 * come out.
 */
#include "espd/early.h"
#include "support/unit.h"

static const struct espd_socket door = { .kind = ESPD_SOCKET_IKE_NATT, .local_address = 77 };

struct arrival {
	uint8_t bytes[EARLY_SIZE + 1];
	struct datagram datagram;
};

static struct early *early_new(void)
{
	struct early *early = xcalloc(1, sizeof(*early));

	early_init(early);
	return early;
}

static void early_free(struct early *early)
{
	early_done(early);
	free(early);
}

static bool arrive(struct early *early, uint32_t spi, uint8_t mark, size_t size, int64_t now_ms)
{
	struct arrival *arrival = xcalloc(1, sizeof(*arrival));
	bool kept;

	memcpy(arrival->bytes, &spi, sizeof(spi));
	arrival->bytes[sizeof(spi)] = mark;
	arrival->datagram = (struct datagram){
		.bytes = arrival->bytes, .size = size, .source = 99, .source_port = mark
	};
	kept = early_add(early, &door, &arrival->datagram, now_ms);
	free(arrival);
	return kept;
}

/* The mark of the next one, -1: none. */
static int next(struct early *early)
{
	struct espd_socket at;
	struct datagram datagram;

	if (!early_take(early, &at, &datagram))
		return -1;
	assert_memory_equal(&at, &door, sizeof(at));
	assert_int_equal(datagram.source, 99);
	assert_int_equal(datagram.bytes[4], datagram.source_port);
	return datagram.source_port;
}

static void only_spis_of_ours_are_kept(void **state)
{
	struct early *early = early_new();

	(void)state;
	early_promise(early, 0x1001);
	assert_true(arrive(early, 0x1001, 1, 100, 0));
	assert_false(arrive(early, 0x2001, 2, 100, 0));
	/* the same slot of the table of promises */
	assert_false(arrive(early, 0x1001 + EARLY_PROMISES, 3, 100, 0));
	assert_false(arrive(early, 0, 4, 100, 0));
	assert_int_equal(early->len, 1);
	early_free(early);
}

static void they_come_out_in_order_once_admitted(void **state)
{
	struct early *early = early_new();

	(void)state;
	early_promise(early, 0x1001);
	early_promise(early, 0x1002);
	for (uint8_t i = 0; i < 6; i++)
		assert_true(arrive(early, i % 2 ? 0x1001 : 0x1002, i, 100, 0));
	assert_int_equal(next(early), -1);
	assert_false(early_admit(early, 0x1003));
	assert_true(early_admit(early, 0x1001));
	assert_int_equal(next(early), 1);
	assert_int_equal(next(early), 3);
	/* Its SA is there: what finds none now is not early. */
	assert_false(arrive(early, 0x1001, 7, 100, 0));
	assert_int_equal(next(early), 5);
	assert_int_equal(next(early), -1);
	assert_true(arrive(early, 0x1002, 8, 100, 0));
	assert_true(early_admit(early, 0x1002));
	for (int i = 0; i < 6; i += 2)
		assert_int_equal(next(early), i);
	assert_int_equal(next(early), 8);
	assert_int_equal(early->len, 0);
	early_free(early);
}

static void number_and_size_are_bounded(void **state)
{
	struct early *early = early_new();
	unsigned int kept = 0;

	(void)state;
	for (uint32_t spi = 0x1000; spi < 0x1010; spi++)
		early_promise(early, spi);
	assert_false(arrive(early, 0x1000, 1, EARLY_SIZE + 1, 0));
	assert_true(arrive(early, 0x1000, 1, EARLY_SIZE, 0));
	for (unsigned int i = 1; i < EARLY_SPI_MAX + 10; i++)
		assert_int_equal(arrive(early, 0x1000, 1, 100, 0), i < EARLY_SPI_MAX);
	for (uint32_t spi = 0x1001; spi < 0x1010; spi++)
		for (unsigned int i = 0; i < EARLY_SPI_MAX; i++)
			kept += arrive(early, spi, 1, 100, 0);
	assert_int_equal(kept, EARLY_MAX - EARLY_SPI_MAX);
	early_free(early);
}

static void they_do_not_wait_for_ever(void **state)
{
	struct early *early = early_new();

	(void)state;
	early_promise(early, 0x1001);
	assert_true(arrive(early, 0x1001, 1, 100, 1000));
	assert_true(arrive(early, 0x1001, 2, 100, 1500));
	assert_int_equal(early_expire(early, 1000 + EARLY_MS - 1), 0);
	assert_int_equal(early_expire(early, 1000 + EARLY_MS), 1);
	/* charon may still be at it */
	assert_true(arrive(early, 0x1001, 3, 100, 3000));
	assert_true(early_admit(early, 0x1001));
	assert_int_equal(early_expire(early, INT64_MAX), 0);
	assert_int_equal(next(early), 2);
	assert_int_equal(next(early), 3);
	early_free(early);
}

static void without_charon_nothing_waits(void **state)
{
	struct early *early = early_new();

	(void)state;
	early_promise(early, 0x1001);
	early_promise(early, 0x1002);
	assert_true(arrive(early, 0x1001, 1, 100, 0));
	assert_true(arrive(early, 0x1002, 2, 100, 0));
	assert_true(early_admit(early, 0x1002));
	assert_int_equal(early_clear(early), 1);
	assert_false(arrive(early, 0x1001, 3, 100, 0));
	assert_false(early_admit(early, 0x1001));
	/* that SA lives on without charon */
	assert_int_equal(next(early), 2);
	early_free(early);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_spis_of_ours_are_kept),
		cmocka_unit_test(they_come_out_in_order_once_admitted),
		cmocka_unit_test(number_and_size_are_bounded),
		cmocka_unit_test(they_do_not_wait_for_ever),
		cmocka_unit_test(without_charon_nothing_waits),
	};

	return cmocka_run_group_tests_name("espd-early", tests, NULL, NULL);
}
