/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inner packets: parsing, selectors, fragments that a model reassembles, ICMP errors, ECN.
 */
#include "base/alloc.h"
#include "base/checksum.h"
#include "espd/ecn.h"
#include "espd/fragment.h"
#include "espd/icmp.h"
#include "espd/ipv4.h"
#include "espd/selector.h"
#include "support/unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>

/* A packet of protocol with ports, payload random. */
static void make_packet(uint8_t *ret, size_t size, uint8_t protocol, uint16_t fragment)
{
	uint32_t source = inet_addr("10.1.2.3"), destination = inet_addr("10.9.8.7");

	unit_random(ret, size);
	ret[0] = 0x45;
	ret[1] = 0;
	ret[2] = (uint8_t)(size >> 8);
	ret[3] = (uint8_t)size;
	ret[6] = (uint8_t)(fragment >> 8);
	ret[7] = (uint8_t)fragment;
	ret[8] = 64;
	ret[9] = protocol;
	memcpy(ret + 12, &source, 4);
	memcpy(ret + 16, &destination, 4);
	if (size >= 24) {
		ret[20] = 1000 >> 8;
		ret[21] = 1000 & 255;
		ret[22] = 80 >> 8;
		ret[23] = 80 & 255;
	}
	ipv4_seal_header(ret, 20);
}

static struct ipv4 parse(const uint8_t *packet, size_t size)
{
	struct ipv4 ipv4;

	assert_int_equal(ipv4_parse(packet, size, &ipv4), 0);
	return ipv4;
}

static void parsing_checks_sizes(void **state)
{
	uint8_t packet[100];
	struct ipv4 ipv4;

	(void)state;
	make_packet(packet, sizeof(packet), IPPROTO_TCP, 0);
	ipv4 = parse(packet, sizeof(packet));
	assert_int_equal(ipv4.size, 100);
	assert_true(ipv4.has_ports);
	assert_int_equal(ipv4.source_port, 1000);
	assert_int_equal(ipv4.destination_port, 80);
	assert_int_equal(internet_checksum(packet, 20), 0);
	assert_int_equal(ipv4_parse(packet, 99, &ipv4), -EINVAL);
	assert_int_equal(ipv4_parse(packet, 19, &ipv4), -EINVAL);
	assert_int_equal(ipv4_parse(packet, 0, &ipv4), -EINVAL);
	packet[0] = 0x44;
	assert_int_equal(ipv4_parse(packet, 100, &ipv4), -EINVAL);
	packet[0] = 0x65;
	assert_int_equal(ipv4_parse(packet, 100, &ipv4), -EINVAL);
	packet[0] = 0x45;
	packet[2] = 0;
	packet[3] = 19;
	assert_int_equal(ipv4_parse(packet, 100, &ipv4), -EINVAL);
	packet[3] = 22;
	assert_false(parse(packet, 100).has_ports);
}

static struct espd_selector range(const char *first, const char *last, uint8_t protocol,
	uint16_t first_port, uint16_t last_port)
{
	return (struct espd_selector){ .first = inet_addr(first),
		.last = inet_addr(last),
		.first_port = first_port,
		.last_port = last_port,
		.protocol = protocol };
}

static bool matches(
	struct espd_selector source, struct espd_selector destination, const struct ipv4 *packet)
{
	struct espd_selector items[2] = { source, destination };
	struct selectors selectors;
	bool result;

	assert_int_equal(selectors_init(&selectors, items, 1, 1), 0);
	result = selectors_match(&selectors, packet);
	selectors_done(&selectors);
	return result;
}

static void selectors_cover_addresses_protocols_ports(void **state)
{
	struct espd_selector any = range("0.0.0.0", "255.255.255.255", 0, 0, 65535);
	uint8_t packet[64];
	struct ipv4 tcp, later, icmp;

	(void)state;
	make_packet(packet, sizeof(packet), IPPROTO_TCP, 0);
	tcp = parse(packet, sizeof(packet));
	make_packet(packet, sizeof(packet), IPPROTO_TCP, 100);
	later = parse(packet, sizeof(packet));
	make_packet(packet, sizeof(packet), IPPROTO_ICMP, 0);
	packet[20] = 8;
	packet[21] = 0;
	icmp = parse(packet, sizeof(packet));

	assert_true(matches(any, any, &tcp));
	assert_true(matches(any, any, &later));
	assert_true(matches(range("10.1.2.3", "10.1.2.3", 0, 0, 65535), any, &tcp));
	assert_false(matches(range("10.1.2.4", "10.1.2.9", 0, 0, 65535), any, &tcp));
	assert_false(matches(range("10.1.2.0", "10.1.2.2", 0, 0, 65535), any, &tcp));
	assert_false(matches(any, range("10.1.2.0", "10.1.2.255", 0, 0, 65535), &tcp));
	assert_true(matches(any, range("10.9.0.0", "10.9.255.255", IPPROTO_TCP, 80, 80), &tcp));
	assert_false(matches(any, range("10.9.0.0", "10.9.255.255", IPPROTO_UDP, 80, 80), &tcp));
	assert_false(matches(any, range("10.9.0.0", "10.9.255.255", IPPROTO_TCP, 81, 90), &tcp));
	assert_false(matches(range("0.0.0.0", "255.255.255.255", 0, 80, 80), any, &tcp));
	/* A later fragment has no ports: only "every port" or OPAQUE lets it through. */
	assert_false(matches(any, range("0.0.0.0", "255.255.255.255", 0, 80, 80), &later));
	assert_true(matches(any, range("0.0.0.0", "255.255.255.255", 0, 65535, 0), &later));
	assert_false(matches(any, range("0.0.0.0", "255.255.255.255", 0, 65535, 0), &tcp));
	/* ICMP's type and code stand for the port. */
	assert_true(matches(any, range("0.0.0.0", "255.255.255.255", 1, 0x800, 0x800), &icmp));
	assert_false(matches(any, range("0.0.0.0", "255.255.255.255", 1, 0, 0), &icmp));
}

static void selectors_refuse_nonsense(void **state)
{
	struct espd_selector items[2] = { range("10.0.0.0", "10.0.0.255", 0, 0, 65535),
		range("10.0.0.0", "10.0.0.255", 0, 0, 65535) };
	struct selectors selectors = { 0 };

	(void)state;
	assert_int_equal(selectors_init(&selectors, items, 0, 1), -EINVAL);
	assert_int_equal(selectors_init(&selectors, items, 1, 0), -EINVAL);
	assert_int_equal(selectors_init(&selectors, items, 1, 65), -EINVAL);
	items[1] = range("10.0.0.9", "10.0.0.1", 0, 0, 65535);
	assert_int_equal(selectors_init(&selectors, items, 1, 1), -EINVAL);
	items[1] = range("10.0.0.1", "10.0.0.9", 0, 9, 8);
	assert_int_equal(selectors_init(&selectors, items, 1, 1), -EINVAL);
}

/* Puts fragments together by offset; they must cover the payload once, without a gap. */
static void fragments_reassemble(size_t size, size_t max, uint16_t offset, bool more)
{
	uint8_t packet[2000], piece[2000], payload[2000];
	size_t piece_size, done = 0, pieces = 0;
	struct fragmenter fragmenter;
	struct ipv4 ipv4;

	make_packet(
		packet, size, IPPROTO_UDP, (uint16_t)(offset | (more ? IPV4_MORE_FRAGMENTS : 0)));
	ipv4 = parse(packet, size);
	assert_int_equal(fragment_init(&fragmenter, packet, &ipv4, max), 0);
	while ((piece_size = fragment_next(&fragmenter, piece))) {
		struct ipv4 got = parse(piece, piece_size);
		bool last = done + got.size - 20 == size - 20;

		assert_true(piece_size <= max);
		assert_int_equal(got.size, piece_size);
		assert_int_equal(internet_checksum(piece, 20), 0);
		assert_memory_equal(piece + 4, packet + 4, 2);
		assert_memory_equal(piece + 12, packet + 12, 8);
		assert_int_equal(got.fragment & IPV4_OFFSET, offset + done / 8);
		assert_int_equal(!!(got.fragment & IPV4_MORE_FRAGMENTS), !last || more);
		assert_true(last || (got.size - 20) % 8 == 0);
		memcpy(payload + done, piece + 20, got.size - 20U);
		done += got.size - 20U;
		pieces++;
	}
	assert_int_equal(done, size - 20);
	assert_memory_equal(payload, packet + 20, done);
	assert_true(pieces >= 1);
}

static void fragments_cover_the_packet(void **state)
{
	(void)state;
	for (int i = 0; i < 2000; i++)
		fragments_reassemble(21 + unit_next() % 1900, 28 + unit_next() % 1400,
			(uint16_t)(unit_next() % 100), unit_next() & 1);
}

static void fragments_copy_marked_options_only(void **state)
{
	uint8_t packet[128] = { 0 }, piece[128];
	struct fragmenter fragmenter;
	struct ipv4 ipv4;
	size_t size;

	(void)state;
	make_packet(packet, sizeof(packet), IPPROTO_UDP, 0);
	packet[0] = 0x47; /* 8 bytes of options: router alert (copied), then record route (not) */
	memcpy(packet + 20, (uint8_t[]){ 0x94, 4, 0, 0, 7, 3, 4, 0 }, 8);
	ipv4 = parse(packet, sizeof(packet));
	assert_int_equal(fragment_init(&fragmenter, packet, &ipv4, 76), 0);
	size = fragment_next(&fragmenter, piece);
	assert_int_equal(parse(piece, size).header_size, 28);
	size = fragment_next(&fragmenter, piece);
	assert_int_equal(parse(piece, size).header_size, 24);
	assert_memory_equal(piece + 20, packet + 20, 4);
	assert_int_equal(internet_checksum(piece, 24), 0);
}

static void dont_fragment_is_obeyed(void **state)
{
	uint8_t packet[100];
	struct fragmenter fragmenter;
	struct ipv4 ipv4;

	(void)state;
	make_packet(packet, sizeof(packet), IPPROTO_UDP, IPV4_DONT_FRAGMENT);
	ipv4 = parse(packet, sizeof(packet));
	assert_int_equal(fragment_init(&fragmenter, packet, &ipv4, 60), -EMSGSIZE);
	make_packet(packet, sizeof(packet), IPPROTO_UDP, 0);
	ipv4 = parse(packet, sizeof(packet));
	assert_int_equal(fragment_init(&fragmenter, packet, &ipv4, 27), -EMSGSIZE);
}

static void icmp_names_the_mtu_and_quotes_the_packet(void **state)
{
	uint8_t packet[100], error[ICMP_ERROR_MAX];
	struct ipv4 ipv4, outer;
	size_t size;

	(void)state;
	make_packet(packet, sizeof(packet), IPPROTO_TCP, IPV4_DONT_FRAGMENT);
	ipv4 = parse(packet, sizeof(packet));
	size = icmp_too_big(packet, &ipv4, 1234, error);
	outer = parse(error, size);
	assert_int_equal(size, 20 + 8 + 28);
	assert_int_equal(outer.source, ipv4.destination);
	assert_int_equal(outer.destination, ipv4.source);
	assert_int_equal(outer.protocol, IPPROTO_ICMP);
	assert_int_equal(error[20], 3);
	assert_int_equal(error[21], 4);
	assert_int_equal(error[26] << 8 | error[27], 1234);
	assert_memory_equal(error + 28, packet, 28);
	assert_int_equal(internet_checksum(error, 20), 0);
	assert_int_equal(internet_checksum(error + 20, size - 20), 0);
}

static void icmp_is_silent_where_it_must(void **state)
{
	uint8_t packet[100], error[ICMP_ERROR_MAX];
	struct ipv4 ipv4;

	(void)state;
	make_packet(packet, sizeof(packet), IPPROTO_ICMP, IPV4_DONT_FRAGMENT);
	packet[20] = 3;
	ipv4 = parse(packet, sizeof(packet));
	assert_int_equal(icmp_too_big(packet, &ipv4, 1234, error), 0);
	packet[20] = 8;
	ipv4 = parse(packet, sizeof(packet));
	assert_int_not_equal(icmp_too_big(packet, &ipv4, 1234, error), 0);
	ipv4.fragment |= 5;
	assert_int_equal(icmp_too_big(packet, &ipv4, 1234, error), 0);
	ipv4.fragment = 0;
	ipv4.destination = inet_addr("224.0.0.5");
	assert_int_equal(icmp_too_big(packet, &ipv4, 1234, error), 0);
}

/* RFC 6040 figure 4, rows inner, columns outer, in the order Not-ECT, ECT(0), ECT(1), CE. */
static void ecn_follows_the_table(void **state)
{
	static const uint8_t codes[] = { 0, 2, 1, 3 };
	static const int expected[4][4] = { { 0, 0, 0, -1 }, { 2, 2, 1, 3 }, { 1, 1, 1, 3 },
		{ 3, 3, 3, 3 } };

	(void)state;
	for (int inner = 0; inner < 4; inner++)
		for (int outer = 0; outer < 4; outer++) {
			uint8_t tos = 0xff;
			bool kept = ecn_decapsulate((uint8_t)(0x28 | codes[outer]),
				(uint8_t)(0xb8 | codes[inner]), &tos);

			assert_int_equal(kept, expected[inner][outer] >= 0);
			if (kept)
				assert_int_equal(tos, 0xb8 | expected[inner][outer]);
		}
	assert_int_equal(ecn_encapsulate(0xbb), 0xbb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parsing_checks_sizes),
		cmocka_unit_test(selectors_cover_addresses_protocols_ports),
		cmocka_unit_test(selectors_refuse_nonsense),
		cmocka_unit_test(fragments_cover_the_packet),
		cmocka_unit_test(fragments_copy_marked_options_only),
		cmocka_unit_test(dont_fragment_is_obeyed),
		cmocka_unit_test(icmp_names_the_mtu_and_quotes_the_packet),
		cmocka_unit_test(icmp_is_silent_where_it_must),
		cmocka_unit_test(ecn_follows_the_table),
	};

	return cmocka_run_group_tests_name("espd-packet", tests, NULL, NULL);
}
