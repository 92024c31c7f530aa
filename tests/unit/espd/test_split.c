/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Splitting: the segments are whole packets with right checksums, and together they carry what the
 * packet did, once and in order.
 */
#include "espd/split.h"
#include "transport.h"

#include <errno.h>

static uint8_t big[66000], one[66000];

static struct device_packet packet_of(size_t size, enum device_kind kind, uint16_t segment_size)
{
	return (struct device_packet){
		.bytes = big, .size = size, .kind = kind, .segment_size = segment_size
	};
}

static struct split init(const struct device_packet *packet)
{
	struct ipv4 ipv4;
	struct split split;

	assert_int_equal(ipv4_parse(packet->bytes, packet->size, &ipv4), 0);
	assert_int_equal(split_init(&split, packet, &ipv4), 0);
	return split;
}

static int refused(const struct device_packet *packet)
{
	struct ipv4 ipv4;
	struct split split;

	assert_int_equal(ipv4_parse(packet->bytes, packet->size, &ipv4), 0);
	return split_init(&split, packet, &ipv4);
}

/* Writes a segment into `one` and checks what every segment has; its size. */
static size_t write_one(const struct split *split, size_t index)
{
	size_t size = split_size(split, index);

	memset(one, 0xee, sizeof(one));
	split_write(split, index, one);
	assert_int_equal(one[size], 0xee);
	assert_int_equal(get16(one + 2), size);
	assert_int_equal(internet_checksum(one, 20), 0);
	assert_int_equal(transport_checksum(one, size), 0);
	assert_int_equal(get16(one + 4), (uint16_t)(get16(big + 4) + index));
	assert_memory_equal(one + 6, big + 6, 4);
	assert_memory_equal(one + 12, big + 12, 8);
	return size;
}

static void check_tcp(size_t payload, uint16_t segment_size, uint8_t flags, uint32_t sequence)
{
	size_t header = 40 + TCP_TIMESTAMPS, done = 0;
	struct device_packet packet = packet_of(
		make_tcp(big, sequence, payload, flags, 0xfffe), DEVICE_TCP, segment_size);
	struct split split = init(&packet);

	packet.is_cwr_first = true;
	assert_int_equal(split.len, (payload + segment_size - 1) / segment_size);
	for (size_t i = 0; i < split.len; i++) {
		size_t size = write_one(&split, i);
		bool last = i + 1 == split.len;
		uint8_t expected = flags;

		if (!last)
			expected &= (uint8_t) ~(FLAG_FIN | FLAG_PSH);
		if (i)
			expected &= (uint8_t)~FLAG_CWR;
		assert_true(last ? size <= header + segment_size : size == header + segment_size);
		assert_int_equal(get32(one + 24), (uint32_t)(sequence + done));
		assert_int_equal(one[33], expected);
		assert_memory_equal(one + 28, big + 28, 5);
		assert_memory_equal(one + 40, big + 40, TCP_TIMESTAMPS);
		assert_memory_equal(one + header, big + header + done, size - header);
		done += size - header;
	}
	assert_int_equal(done, payload);
}

static void tcp_segments_carry_the_stream(void **state)
{
	(void)state;
	check_tcp(60000, 1348, FLAG_ACK | FLAG_PSH | FLAG_FIN | FLAG_CWR, 0xffff8000);
	check_tcp(1348 * 3, 1348, FLAG_ACK, 1);
	check_tcp(1, 1348, FLAG_ACK | FLAG_PSH, 1);
	check_tcp(1000, 1, FLAG_ACK | FLAG_CWR, 1);
	for (int i = 0; i < 50; i++)
		check_tcp(1 + unit_next() % 60000, (uint16_t)(1 + unit_next() % 3000),
			(uint8_t)(FLAG_ACK | unit_next()), (uint32_t)unit_next());
}

static void cwr_stays_where_the_sender_did_not_ask(void **state)
{
	struct device_packet packet =
		packet_of(make_tcp(big, 1, 3000, FLAG_ACK | FLAG_CWR, 1), DEVICE_TCP, 1000);
	struct split split = init(&packet);

	(void)state;
	(void)write_one(&split, 2);
	assert_true(one[33] & FLAG_CWR);
}

static void udp_segments_are_datagrams(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++) {
		size_t payload = 1 + unit_next() % 60000, done = 0;
		uint16_t segment_size = (uint16_t)(1 + unit_next() % 2000);
		struct device_packet packet =
			packet_of(make_udp(big, payload, 7), DEVICE_UDP, segment_size);
		struct split split = init(&packet);

		for (size_t k = 0; k < split.len; k++) {
			size_t size = write_one(&split, k);

			assert_int_equal(get16(one + 24), size - 20);
			assert_true(get16(one + 26) != 0);
			assert_memory_equal(one + 20, big + 20, 4);
			assert_memory_equal(one + 28, big + 28 + done, size - 28);
			done += size - 28;
		}
		assert_int_equal(done, payload);
	}
}

static void what_cannot_be_split_is_refused(void **state)
{
	struct device_packet packet = packet_of(make_tcp(big, 1, 3000, FLAG_ACK, 1), DEVICE_TCP, 0);

	(void)state;
	assert_int_equal(refused(&packet), -EINVAL);
	packet.segment_size = 1000;
	assert_int_equal(refused(&packet), 0);
	packet.kind = DEVICE_UDP;
	assert_int_equal(refused(&packet), -EINVAL);
	packet.kind = DEVICE_WHOLE;
	assert_int_equal(refused(&packet), -EINVAL);
	packet.kind = DEVICE_TCP;
	big[6] = IPV4_MORE_FRAGMENTS >> 8;
	assert_int_equal(refused(&packet), -EINVAL);
	big[6] = 0;
	big[32] = 4 << 4; /* a TCP header that is too short, */
	assert_int_equal(refused(&packet), -EINVAL);
	packet.size = make_tcp(big, 1, 0, FLAG_ACK, 1); /* no payload, */
	assert_int_equal(refused(&packet), -EINVAL);
	put16(big + 2, 50); /* a header that does not fit, */
	assert_int_equal(refused(&packet), -EINVAL);
	put16(big + 2, 39); /* and half of one */
	assert_int_equal(refused(&packet), -EINVAL);
	packet = packet_of(make_udp(big, 100, 1), DEVICE_UDP, 10);
	put16(big + 2, 27);
	assert_int_equal(refused(&packet), -EINVAL);
}

static void partial_checksums_are_completed(void **state)
{
	struct device_packet packet = packet_of(make_udp(big, 101, 1), DEVICE_WHOLE, 0);
	uint64_t sum = htons(IPPROTO_UDP) + (uint64_t)htons(109);
	uint16_t pseudo = internet_fold(internet_sum(sum, big + 12, 8));

	(void)state;
	memcpy(big + 26, &pseudo, 2);
	packet.is_partial = true;
	packet.checksum_start = 20;
	packet.checksum_offset = 6;
	assert_int_equal(device_complete(&packet), 0);
	assert_int_equal(transport_checksum(big, packet.size), 0);
	assert_false(packet.is_partial);
	packet.is_partial = true;
	packet.checksum_start = (uint16_t)packet.size;
	assert_int_equal(device_complete(&packet), -EINVAL);
	packet.checksum_start = (uint16_t)(packet.size - 7);
	assert_int_equal(device_complete(&packet), -EINVAL);
	packet.checksum_start = (uint16_t)(packet.size - 8);
	assert_int_equal(device_complete(&packet), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tcp_segments_carry_the_stream),
		cmocka_unit_test(cwr_stays_where_the_sender_did_not_ask),
		cmocka_unit_test(udp_segments_are_datagrams),
		cmocka_unit_test(what_cannot_be_split_is_refused),
		cmocka_unit_test(partial_checksums_are_completed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
