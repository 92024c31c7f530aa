/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joining. Whatever is emitted is split again as the kernel does it and must give back the packets
 * that went in, byte for byte and in the order of their flow; on top of that, what must be joined
 * is, and what must not is not.
 */
#include "espd/coalesce.h"
#include "espd/split.h"
#include "transport.h"

#define PACKETS_MAX 200
#define PACKET_MAX 2100

static struct {
	uint8_t packets[PACKETS_MAX][PACKET_MAX];
	size_t sizes[PACKETS_MAX];
	size_t len;
	uint8_t out[PACKETS_MAX][PACKET_MAX]; /* after splitting */
	size_t out_sizes[PACKETS_MAX];
	size_t out_len, writes;
	size_t joined[PACKETS_MAX]; /* packets in each write */
	bool verified[PACKETS_MAX];
	struct tunnel *tunnels[PACKETS_MAX];
	struct coalescer coalescer;
} bench;

/* Never looked into, only told apart. */
#define TUNNEL_A ((struct tunnel *)&bench.packets[0])
#define TUNNEL_B ((struct tunnel *)&bench.packets[1])

static void keep(const uint8_t *packet, size_t size)
{
	assert_true(bench.out_len < PACKETS_MAX && size <= PACKET_MAX);
	memcpy(bench.out[bench.out_len], packet, size);
	bench.out_sizes[bench.out_len++] = size;
}

/* As the kernel does: the checksum's place holds the pseudo header's sum, the header is as said. */
static void split_again(uint8_t *bytes, size_t size, const struct device_write *write)
{
	struct device_packet packet = { .bytes = bytes,
		.size = size,
		.kind = write->kind,
		.segment_size = write->segment_size };
	struct ipv4 ipv4;
	struct split split;
	uint8_t one[PACKET_MAX];
	uint16_t pseudo = internet_fold(internet_sum(
		htons((uint16_t)(size - 20)) + (uint64_t)htons(bytes[9]), bytes + 12, 8));

	assert_int_equal(ipv4_parse(bytes, size, &ipv4), 0);
	assert_int_equal(ipv4.size, size);
	assert_int_equal(internet_checksum(bytes, 20), 0);
	assert_int_equal(write->checksum_start, 20);
	assert_int_equal(20 + write->checksum_offset, checksum_at(bytes));
	assert_memory_equal(bytes + checksum_at(bytes), &pseudo, 2);
	assert_int_equal(split_init(&split, &packet, &ipv4), 0);
	assert_int_equal(split.header_size, write->header_size);
	for (size_t i = 0; i < split.len; i++) {
		split_write(&split, i, one);
		keep(one, split_size(&split, i));
	}
}

static void on_emit(void *arg, const struct joined *joined)
{
	static uint8_t bytes[70000];
	size_t size = 0, before = bench.out_len;

	(void)arg;
	for (size_t i = 0; i < joined->parts_len; i++) {
		memcpy(bytes + size, joined->parts[i].iov_base, joined->parts[i].iov_len);
		size += joined->parts[i].iov_len;
	}
	if (joined->write.kind == DEVICE_WHOLE)
		keep(bytes, size);
	else
		split_again(bytes, size, &joined->write);
	assert_int_equal(bench.out_len - before, joined->packets_len);
	bench.tunnels[bench.writes] = joined->tunnel;
	bench.verified[bench.writes] = joined->write.is_verified;
	bench.joined[bench.writes++] = joined->packets_len;
}

static int clear(void **state)
{
	(void)state;
	memset(&bench, 0, sizeof(bench));
	bench.coalescer.emit = on_emit;
	return 0;
}

static uint8_t *next(void)
{
	assert_true(bench.len < PACKETS_MAX);
	return bench.packets[bench.len];
}

/* Adds a copy: the packets that went in stay to be compared with. */
static void add_to(struct tunnel *tunnel, size_t size)
{
	static uint8_t copies[PACKETS_MAX][PACKET_MAX];
	struct ipv4 ipv4;

	memcpy(copies[bench.len], next(), size);
	bench.sizes[bench.len] = size;
	assert_int_equal(ipv4_parse(copies[bench.len], size, &ipv4), 0);
	coalesce_add(&bench.coalescer, tunnel, copies[bench.len++], &ipv4);
}

static void add(size_t size)
{
	add_to(TUNNEL_A, size);
}

static void add_tcp(uint32_t sequence, size_t payload, uint8_t flags, uint16_t id)
{
	add(make_tcp(next(), sequence, payload, flags, id));
}

/* Everything came out as it went in, in so many writes. */
static void check(size_t writes)
{
	coalesce_flush(&bench.coalescer);
	assert_int_equal(bench.writes, writes);
	assert_int_equal(bench.out_len, bench.len);
	for (size_t i = 0; i < bench.len; i++) {
		assert_int_equal(bench.out_sizes[i], bench.sizes[i]);
		assert_memory_equal(bench.out[i], bench.packets[i], bench.sizes[i]);
	}
}

static void a_stream_is_one_write(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < 44; i++)
		add_tcp(0xffffff00 + i * 1348u, 1348, FLAG_ACK, (uint16_t)(0xfff0 + i));
	assert_int_equal(bench.writes, 0);
	check(1);
}

static void so_is_a_single_packet(void **state)
{
	(void)state;
	add_tcp(1, 1000, FLAG_ACK, 1);
	check(1);
	assert_true(bench.verified[0]);
}

static void a_short_segment_ends_it(void **state)
{
	(void)state;
	add_tcp(1, 1000, FLAG_ACK, 1);
	add_tcp(1001, 1000, FLAG_ACK, 2);
	add_tcp(2001, 10, FLAG_ACK, 3);
	assert_int_equal(bench.writes, 1);
	add_tcp(2011, 10, FLAG_ACK, 4);
	add_tcp(2021, 1000, FLAG_ACK, 5); /* larger than the first */
	check(3);
}

static void push_and_fin_end_it(void **state)
{
	(void)state;
	add_tcp(1, 1000, FLAG_ACK, 1);
	add_tcp(1001, 1000, FLAG_ACK | FLAG_PSH, 2);
	assert_int_equal(bench.writes, 1);
	add_tcp(2001, 1000, FLAG_ACK, 3);
	add_tcp(3001, 1000, FLAG_ACK | FLAG_FIN, 4);
	assert_int_equal(bench.writes, 2);
	add_tcp(4001, 1000, FLAG_ACK | FLAG_PSH, 5);
	assert_int_equal(bench.writes, 3);
	check(3);
}

static void never_joined(uint8_t flags, size_t writes)
{
	(void)clear(NULL);
	add_tcp(1, 1000, FLAG_ACK, 1);
	add_tcp(1001, 1000, flags, 2);
	add_tcp(2001, 1000, flags, 3);
	check(writes);
}

static void other_flags_are_left_alone(void **state)
{
	(void)state;
	never_joined(FLAG_ACK, 1);
	never_joined(FLAG_ACK | FLAG_SYN, 3);
	never_joined(FLAG_ACK | FLAG_RST, 3);
	never_joined(FLAG_ACK | FLAG_URG, 3);
	never_joined(FLAG_ACK | FLAG_CWR, 3);
	never_joined(0, 3);
	never_joined(FLAG_ACK | 64, 2); /* ECE: not with the first, but with each other */
}

/* A second segment that follows the first but for one byte. */
static void differs(size_t at, uint8_t value, size_t writes)
{
	size_t size;

	(void)clear(NULL);
	add_tcp(1, 1000, FLAG_ACK, 1);
	size = make_tcp(next(), 1001, 1000, FLAG_ACK, 2);
	next()[at] ^= value;
	seal(next(), size);
	add(size);
	check(writes);
}

static void headers_must_be_equal(void **state)
{
	(void)state;
	differs(8, 0, 1);
	differs(1, 1, 2);    /* TOS: ECN */
	differs(1, 4, 2);    /* DSCP */
	differs(8, 1, 2);    /* TTL */
	differs(6, 0x40, 2); /* DF */
	differs(5, 8, 2);    /* identification */
	differs(15, 1, 2);   /* source */
	differs(19, 1, 2);   /* destination */
	differs(21, 1, 2);   /* ports */
	differs(23, 1, 2);
	differs(27, 1, 2); /* sequence number */
	differs(31, 1, 2); /* acknowledgment */
	differs(32, 1, 2); /* a reserved bit */
	differs(34, 1, 2); /* window */
	differs(39, 1, 2); /* urgent pointer */
	differs(47, 1, 2); /* timestamps */
}

static void identifications_may_stand_still(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 5; i++)
		add_tcp(1 + i * 1000, 1000, FLAG_ACK, 0);
	coalesce_flush(&bench.coalescer);
	assert_int_equal(bench.writes, 1);
	(void)clear(NULL);
	add_tcp(1, 1000, FLAG_ACK, 0);
	add_tcp(1001, 1000, FLAG_ACK, 0);
	add_tcp(2001, 1000, FLAG_ACK, 2);
	coalesce_flush(&bench.coalescer);
	assert_int_equal(bench.writes, 2);
}

static void without_df_they_count(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		size_t size = make_tcp(next(), 1 + i * 1000, 1000, FLAG_ACK, (uint16_t)(i / 2));

		put16(next() + 6, 0);
		seal(next(), size);
		add(size);
	}
	check(3);
}

static void wrong_checksums_pass_untouched(void **state)
{
	size_t size;

	(void)state;
	add_tcp(1, 1000, FLAG_ACK, 1);
	size = make_tcp(next(), 1001, 1000, FLAG_ACK, 2);
	next()[100] ^= 1;
	add(size);
	add_tcp(2001, 1000, FLAG_ACK, 3);
	size = make_tcp(next(), 3001, 1000, FLAG_ACK, 4);
	next()[10] ^= 1; /* of the IP header */
	add(size);
	check(4);
	assert_true(
		bench.verified[0] && !bench.verified[1] && bench.verified[2] && !bench.verified[3]);
}

static void others_do_not_overtake(void **state)
{
	size_t size;

	(void)state;
	add_tcp(1, 1000, FLAG_ACK, 1);
	add_tcp(1001, 0, FLAG_ACK, 2); /* a bare acknowledgment */
	add_tcp(1001, 1000, FLAG_ACK, 3);
	size = make_tcp(next(), 2001, 1000, FLAG_ACK, 4);
	put16(next() + 6, IPV4_MORE_FRAGMENTS);
	seal(next(), size);
	add(size);
	add_tcp(3001, 1000, FLAG_ACK, 5);
	size = make_tcp(next(), 4001, 1000, FLAG_ACK, 6);
	put16(next() + 6, 100); /* a later fragment, which has no ports */
	ipv4_seal_header(next(), 20);
	add(size);
	check(6);
}

static void options_of_ip_are_left_alone(void **state)
{
	uint8_t *packet;

	(void)state;
	for (uint16_t i = 0; i < 2; i++) {
		size_t size = make_tcp(next(), 1 + i * 1000u, 1000, FLAG_ACK, i);

		packet = next();
		memmove(packet + 24, packet + 20, size - 20);
		memset(packet + 20, 1, 4);
		packet[0] = 0x46;
		put16(packet + 2, (uint16_t)(size + 4));
		seal(packet, size + 4);
		add(size + 4);
	}
	check(2);
}

static void datagrams_of_one_size_are_joined(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < 10; i++)
		add(make_udp(next(), 1200, (uint16_t)(5 + i)));
	add(make_udp(next(), 700, 15));
	assert_int_equal(bench.writes, 1);
	add(make_udp(next(), 800, 16));
	add(make_udp(next(), 900, 17));
	check(3);
}

static void datagrams_without_a_checksum_are_not(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < 2; i++) {
		size_t size = make_udp(next(), 1200, i);

		put16(next() + 26, 0);
		add(size);
	}
	check(2);
}

static void datagrams_whose_size_lies_are_not(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < 2; i++) {
		size_t size = make_udp(next(), 1200, i);

		put16(next() + 24, 1207);
		seal(next(), size);
		add(size);
	}
	check(2);
}

static void a_write_has_its_limits(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < 150; i++)
		add_tcp(1 + i * 100u, 100, FLAG_ACK, i);
	check(3);
	assert_int_equal(bench.joined[0], COALESCE_PACKETS);
	(void)clear(NULL);
	for (uint16_t i = 0; i < 40; i++)
		add_tcp(1 + i * 2000u, 2000, FLAG_ACK, i);
	check(2);
	assert_int_equal(bench.joined[0], (65535 - 52) / 2000);
}

/* Flows between other ports, more than there are slots for, in turn. */
static void flows_are_kept_apart(void **state)
{
	enum { FLOWS = COALESCE_FLOWS + 8, EACH = 4 };
	size_t size;

	(void)state;
	for (uint16_t k = 0; k < EACH; k++)
		for (uint16_t flow = 0; flow < FLOWS; flow++) {
			size = make_tcp(next(), 1 + k * 1000u, 1000, FLAG_ACK, k);
			put16(next() + 20, (uint16_t)(5000 + flow));
			seal(next(), size);
			add(size);
		}
	coalesce_flush(&bench.coalescer);
	assert_int_equal(bench.out_len, FLOWS * EACH);
	for (uint16_t flow = 0; flow < FLOWS; flow++) {
		uint32_t expected = 1;

		for (size_t i = 0; i < bench.out_len; i++) {
			if (get16(bench.out[i] + 20) != 5000 + flow)
				continue;
			assert_int_equal(get32(bench.out[i] + 24), expected);
			expected += 1000;
		}
		assert_int_equal(expected, 1 + EACH * 1000);
	}
}

static void tunnels_are_kept_apart(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < 4; i++)
		add_to(i % 2 ? TUNNEL_B : TUNNEL_A,
			make_tcp(next(), 1 + i / 2 * 1000u, 1000, FLAG_ACK, i / 2));
	coalesce_flush(&bench.coalescer);
	assert_int_equal(bench.writes, 2);
	assert_ptr_not_equal(bench.tunnels[0], bench.tunnels[1]);
}

static void other_protocols_pass(void **state)
{
	size_t size = make_udp(next(), 100, 1);

	(void)state;
	next()[9] = IPPROTO_ICMP;
	ipv4_seal_header(next(), 20);
	add(size);
	assert_int_equal(bench.writes, 1);
	put_ip(next(), 20, IPPROTO_TCP, 1); /* nothing behind the header */
	ipv4_seal_header(next(), 20);
	add(20);
	put_ip(next(), 20, IPPROTO_UDP, 1);
	ipv4_seal_header(next(), 20);
	add(20);
	check(3);
}

/* Streams with random sizes, flags and gaps: nothing is lost, changed or reordered. */
static void anything_comes_out_as_it_went_in(void **state)
{
	(void)state;
	for (int round = 0; round < 300; round++) {
		uint32_t sequence = (uint32_t)unit_next();
		uint16_t id = (uint16_t)unit_next();
		size_t writes;

		(void)clear(NULL);
		while (bench.len < PACKETS_MAX) {
			size_t payload = unit_next() % 8 ? 500 : unit_next() % 600;
			uint8_t flags = unit_next() % 8 ? FLAG_ACK : (uint8_t)unit_next();

			add_tcp(sequence, payload, flags, id++);
			sequence += unit_next() % 16 ? (uint32_t)payload : 1;
			if (unit_next() % 64 == 0)
				coalesce_flush(&bench.coalescer);
		}
		coalesce_flush(&bench.coalescer);
		writes = bench.writes;
		check(writes);
		assert_true(writes < PACKETS_MAX);
	}
}

#define CASE(name) cmocka_unit_test_setup(name, clear)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_stream_is_one_write),
		CASE(so_is_a_single_packet),
		CASE(a_short_segment_ends_it),
		CASE(push_and_fin_end_it),
		CASE(other_flags_are_left_alone),
		CASE(headers_must_be_equal),
		CASE(identifications_may_stand_still),
		CASE(without_df_they_count),
		CASE(wrong_checksums_pass_untouched),
		CASE(others_do_not_overtake),
		CASE(options_of_ip_are_left_alone),
		CASE(datagrams_of_one_size_are_joined),
		CASE(datagrams_without_a_checksum_are_not),
		CASE(datagrams_whose_size_lies_are_not),
		CASE(a_write_has_its_limits),
		CASE(flows_are_kept_apart),
		CASE(tunnels_are_kept_apart),
		CASE(other_protocols_pass),
		CASE(anything_comes_out_as_it_went_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
