/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SYN packets with all kinds of options; whatever is changed keeps a right checksum.
 */
#include "base/alloc.h"
#include "base/checksum.h"
#include "espd/mss.h"
#include "support/unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#define SIZE_MAX_TCP 80

struct packet {
	uint8_t bytes[20 + SIZE_MAX_TCP];
	struct ipv4 ipv4;
};

/* RFC 9293 section 3.1, over the pseudo header too. 0: it is right. */
static uint16_t tcp_checksum(const struct packet *packet)
{
	size_t size = packet->ipv4.size - 20u;
	uint8_t bytes[12 + SIZE_MAX_TCP] = { 0 };

	memcpy(bytes, packet->bytes + 12, 8);
	bytes[9] = IPPROTO_TCP;
	bytes[10] = (uint8_t)(size >> 8);
	bytes[11] = (uint8_t)size;
	memcpy(bytes + 12, packet->bytes + 20, size);
	return internet_checksum(bytes, 12 + size);
}

static struct packet make(uint8_t flags, const uint8_t *options, size_t options_size)
{
	struct packet packet = { 0 };
	size_t header_size = 20 + (options_size + 3) / 4 * 4;
	uint16_t sum;

	packet.bytes[0] = 0x45;
	packet.bytes[3] = (uint8_t)(20 + header_size);
	packet.bytes[9] = IPPROTO_TCP;
	packet.bytes[12] = 10;
	packet.bytes[16] = 11;
	packet.bytes[20] = 0xab;
	packet.bytes[32] = (uint8_t)(header_size / 4 << 4);
	packet.bytes[33] = flags;
	if (options)
		memcpy(packet.bytes + 40, options, options_size);
	ipv4_seal_header(packet.bytes, 20);
	assert_int_equal(ipv4_parse(packet.bytes, sizeof(packet.bytes), &packet.ipv4), 0);
	sum = tcp_checksum(&packet);
	memcpy(packet.bytes + 36, &sum, 2);
	assert_int_equal(tcp_checksum(&packet), 0);
	return packet;
}

/* at: of the value among the options */
static void clamps(const uint8_t *options, size_t size, size_t at, uint16_t expected)
{
	struct packet packet = make(2, options, size);

	mss_clamp(packet.bytes, &packet.ipv4, 1422);
	assert_int_equal(packet.bytes[40 + at] << 8 | packet.bytes[41 + at], expected);
	assert_int_equal(tcp_checksum(&packet), 0);
}

static void a_syn_offers_what_fits(void **state)
{
	static const uint8_t first[] = { 2, 4, 1460 >> 8, 1460 & 255 };
	static const uint8_t even[] = { 1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 2, 4, 0xff, 0xff };
	static const uint8_t odd[] = { 1, 2, 4, 1460 >> 8, 1460 & 255, 4, 2, 0 };
	static const uint8_t small[] = { 2, 4, 536 >> 8, 536 & 255 };

	(void)state;
	clamps(first, sizeof(first), 2, 1382);
	clamps(even, sizeof(even), 14, 1382);
	clamps(odd, sizeof(odd), 3, 1382);
	clamps(small, sizeof(small), 2, 536);
}

static void stays(struct packet packet, size_t max)
{
	struct packet before = packet;

	mss_clamp(packet.bytes, &packet.ipv4, max);
	assert_memory_equal(before.bytes, packet.bytes, sizeof(packet.bytes));
}

static void other_packets_stay(void **state)
{
	static const uint8_t mss[] = { 2, 4, 1460 >> 8, 1460 & 255 };
	static const uint8_t ended[] = { 0, 2, 4, 0xff, 0xff, 0, 0, 0 };
	static const uint8_t zero_size[] = { 8, 0, 2, 4, 0xff, 0xff, 0, 0 };
	static const uint8_t too_long[] = { 8, 200, 2, 4, 0xff, 0xff, 0, 0 };
	static const uint8_t wrong_size[] = { 2, 3, 0xff, 1 };
	struct packet packet = make(0x10, mss, sizeof(mss));

	(void)state;
	stays(packet, 1422); /* no SYN */
	packet = make(2, mss, sizeof(mss));
	stays(packet, 39);
	packet.ipv4.fragment = 1; /* a later fragment */
	stays(packet, 1422);
	packet = make(2, mss, sizeof(mss));
	packet.ipv4.protocol = IPPROTO_UDP;
	stays(packet, 1422);
	packet = make(2, mss, sizeof(mss));
	packet.bytes[32] = 4 << 4; /* a header shorter than a header */
	stays(packet, 1422);
	packet.bytes[32] = 15 << 4; /* longer than the packet */
	stays(packet, 1422);
	stays(make(2, ended, sizeof(ended)), 1422);
	stays(make(2, zero_size, sizeof(zero_size)), 1422);
	stays(make(2, too_long, sizeof(too_long)), 1422);
	stays(make(2, wrong_size, sizeof(wrong_size)), 1422);
	stays(make(2, NULL, 0), 1422);
}

/* Random options in a buffer that ends with the packet: never read or written beyond. */
static void random_options_are_safe(void **state)
{
	(void)state;
	for (int i = 0; i < 20000; i++) {
		size_t size = 40 + unit_next() % 41;
		uint8_t *bytes = xmalloc(size);
		struct ipv4 ipv4;

		unit_random(bytes, size);
		bytes[0] = 0x45;
		bytes[2] = 0;
		bytes[3] = (uint8_t)size;
		bytes[6] = bytes[7] = 0;
		bytes[9] = IPPROTO_TCP;
		bytes[33] |= 2;
		if (i % 2 && size > 40)
			bytes[40] = 2;
		assert_int_equal(ipv4_parse(bytes, size, &ipv4), 0);
		mss_clamp(bytes, &ipv4, 576);
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_syn_offers_what_fits),
		cmocka_unit_test(other_packets_stay),
		cmocka_unit_test(random_options_are_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
