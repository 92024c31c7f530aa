/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Echo packets on the wire, and everything that is no answer.
 */
#include "support/unit.h"

#include "unit/health/replies.h"

#include <errno.h>

static struct echo sample(void)
{
	struct echo echo = { .id = 0x1234, .sequence = 0xfffe };

	assert_int_equal(addr_parse("10.0.0.5", &echo.source), 0);
	assert_int_equal(addr_parse("192.168.9.1", &echo.destination), 0);
	return echo;
}

static void a_request_is_a_whole_packet(void **state)
{
	static const uint8_t expected[] = { 0x45, 0, 0, 36, 0, 0, 0, 0, 64, 1, 0, 0, 10, 0, 0, 5,
		192, 168, 9, 1, 8, 0, 0, 0, 0x12, 0x34, 0xff, 0xfe };
	struct echo echo = sample();
	uint8_t packet[ECHO_SIZE];

	(void)state;
	echo_request(&echo, packet);
	assert_int_equal(peer_checksum(packet, 20), 0);
	assert_int_equal(peer_checksum(packet + 20, ECHO_SIZE - 20), 0);
	memset(packet + 10, 0, 2);
	memset(packet + 22, 0, 2);
	assert_memory_equal(packet, expected, sizeof(expected));
}

static void an_answer_is_read(void **state)
{
	struct echo echo = sample(), reply;
	uint8_t request[ECHO_SIZE], packet[ECHO_SIZE + 4] = { 0 };

	(void)state;
	echo_request(&echo, request);
	reply_to(request, packet);
	assert_int_equal(echo_parse_reply(packet, sizeof(packet), &reply), 0);
	assert_true(addr_equal(reply.source, echo.destination));
	assert_true(addr_equal(reply.destination, echo.source));
	assert_int_equal(reply.id, echo.id);
	assert_int_equal(reply.sequence, echo.sequence);
}

static void an_answer_with_options_is_read(void **state)
{
	struct echo echo = sample(), reply;
	uint8_t request[ECHO_SIZE], plain[ECHO_SIZE], packet[ECHO_SIZE + 4];
	uint16_t sum;

	(void)state;
	echo_request(&echo, request);
	reply_to(request, plain);
	memcpy(packet, plain, 20);
	memset(packet + 20, 1, 4); /* no operation */
	memcpy(packet + 24, plain + 20, ECHO_SIZE - 20);
	packet[0] = 0x46;
	packet[3] = sizeof(packet);
	memset(packet + 10, 0, 2);
	sum = peer_checksum(packet, 24);
	memcpy(packet + 10, &sum, 2);
	assert_int_equal(echo_parse_reply(packet, sizeof(packet), &reply), 0);
	assert_int_equal(reply.sequence, echo.sequence);
}

/* Each byte of a reply changed in turn, and each size: never read beyond, never taken. */
static void nothing_else_is_an_answer(void **state)
{
	struct echo echo = sample(), reply;
	uint8_t request[ECHO_SIZE], packet[ECHO_SIZE];

	(void)state;
	echo_request(&echo, request);
	assert_int_equal(echo_parse_reply(request, sizeof(request), &reply), -EINVAL);
	reply_to(request, packet);
	for (size_t at = 0; at < ECHO_SIZE; at++) {
		packet[at] ^= 0x11;
		assert_int_equal(echo_parse_reply(packet, ECHO_SIZE, &reply), -EINVAL);
		packet[at] ^= 0x11;
	}
	for (size_t size = 0; size < ECHO_SIZE; size++) {
		uint8_t *exact = malloc(size ? size : 1);

		memcpy(exact, packet, size);
		assert_int_equal(echo_parse_reply(exact, size, &reply), -EINVAL);
		free(exact);
	}
	packet[6] = 0x20; /* more fragments follow */
	reply_seal(packet);
	assert_int_equal(echo_parse_reply(packet, ECHO_SIZE, &reply), -EINVAL);
}

static void random_bytes_are_no_answer(void **state)
{
	uint8_t packet[64];
	struct echo reply;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		unit_random(packet, sizeof(packet));
		packet[0] = 0x40 | (packet[0] & 15);
		packet[9] = 1;
		assert_int_equal(echo_parse_reply(packet, packet[1] % 65, &reply), -EINVAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_a_whole_packet),
		cmocka_unit_test(an_answer_is_read),
		cmocka_unit_test(an_answer_with_options_is_read),
		cmocka_unit_test(nothing_else_is_an_answer),
		cmocka_unit_test(random_bytes_are_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
