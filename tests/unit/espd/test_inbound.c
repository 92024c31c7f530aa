/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the wire to the device, with a socket pair in the device's place. writev() is wrapped to
 * refuse what kernels refuse: UDP super-packets before Linux 6.2, all super-packets, or everything.
 */
#include "espd/inbound.h"
#include "espd/sadb.h"
#include "espd/tunnel.h"
#include "sa_request.h"
#include "transport.h"

#include <errno.h>
#include <linux/virtio_net.h>
#include <sys/socket.h>
#include <unistd.h>

#define UDP_L4 5
#define SPI 4096

enum refusal { REFUSE_NOTHING, REFUSE_UDP, REFUSE_JOINED, REFUSE_ALL };

ssize_t __real_writev(int fd, const struct iovec *parts, int len);
ssize_t __wrap_writev(int fd, const struct iovec *parts, int len);

static struct {
	enum refusal refusal;
	size_t refused;
	struct epochs epochs;
	struct sadb sadb;
	struct wires wires;
	struct tunnel *tunnel;
	struct worker *worker;
	struct sa *sa;
	struct crypto_key *seal;
	struct iv_stock stock;
	int inside;
	uint64_t sequence;
	uint8_t frames[IN_BURST][2048];
	size_t len;
} bench;

ssize_t __wrap_writev(int fd, const struct iovec *parts, int len)
{
	const struct virtio_net_hdr *header = parts[0].iov_base;

	if (bench.refusal == REFUSE_ALL || (bench.refusal == REFUSE_JOINED && header->gso_type) ||
		(bench.refusal == REFUSE_UDP && header->gso_type == UDP_L4)) {
		bench.refused++;
		errno = bench.refusal == REFUSE_ALL ? EIO : EINVAL;
		return -1;
	}
	return __real_writev(fd, parts, len);
}

static void ignore_sas(void *arg, struct tunnel *tunnel, uint32_t inbound, uint32_t outbound)
{
	(void)arg;
	(void)tunnel;
	(void)inbound;
	(void)outbound;
}

static void ignore_limit(void *arg)
{
	(void)arg;
}

static void add_sa(void)
{
	struct espd_sa request = sa_request(ESPD_IN, SPI);

	assert_int_equal(
		sa_new(&request, any_selectors, &crypto_openssl, bench.tunnel, 0, &bench.sa), 0);
	assert_int_equal(crypto_openssl.key_new(&bench.sa->suite, CRYPTO_SEAL, false,
				 request.cipher_key, request.integrity_key, &bench.seal),
		0);
	assert_int_equal(sadb_add(&bench.sadb, bench.sa, 0), 0);
}

static int set_up(void **state)
{
	struct espd_tunnel config = { .if_id = 7, .mtu = 1400, .local_address = OURS };
	int pair[2];

	(void)state;
	memset(&bench, 0, sizeof(bench));
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
	bench.inside = pair[0];
	epochs_init(&bench.epochs);
	sadb_init(&bench.sadb, &bench.epochs, (struct sadb_events){ .sas_changed = ignore_sas });
	bench.tunnel = tunnel_new(
		&config, &(struct device){ .fd = pair[1], .has_header = true, .takes_udp = true });
	bench.worker = worker_new(0, &crypto_openssl, &bench.wires, &bench.epochs,
		&bench.sadb.table, (struct worker_hooks){ .limit_reached = ignore_limit });
	add_sa();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	crypto_openssl.key_free(bench.seal);
	worker_free(bench.worker);
	epochs_done(&bench.epochs);
	sadb_done(&bench.sadb);
	tunnel_free(bench.tunnel);
	close(bench.inside);
	return 0;
}

static void add(const uint8_t *inner, size_t inner_size, uint8_t outer_tos)
{
	const struct suite *suite = &bench.sa->suite;
	uint8_t *frame = bench.frames[bench.len];
	struct crypto_packet packet = { .key = bench.seal,
		.esp = frame,
		.size = esp_size(suite, inner_size),
		.sequence = ++bench.sequence };

	memcpy(esp_inner(suite, frame), inner, inner_size);
	esp_frame(suite, htonl(SPI), bench.sequence, &bench.stock, inner_size, frame);
	crypto_openssl.seal(NULL, &packet, 1);
	bench.worker->in[bench.len++] = (struct datagram){ .bytes = frame,
		.size = packet.size,
		.source = PEER,
		.source_port = 4500,
		.tos = outer_tos };
}

static void run(void)
{
	const struct wire wire = { .config = {
					   .kind = ESPD_SOCKET_IKE_NATT, .local_address = OURS } };

	worker_enter(bench.worker);
	inbound_burst(bench.worker, &wire, bench.len);
	inbound_flush(bench.worker);
	worker_leave(bench.worker);
	bench.len = 0;
}

/* The sizes of the packets that were written, 0 at the end. */
static size_t next_write(struct virtio_net_hdr *ret, uint8_t *packet)
{
	uint8_t bytes[70000];
	ssize_t got = recv(bench.inside, bytes, sizeof(bytes), 0);

	if (got < 0)
		return 0;
	memcpy(ret, bytes, sizeof(*ret));
	memcpy(packet, bytes + sizeof(*ret), (size_t)got - sizeof(*ret));
	return (size_t)got - sizeof(*ret);
}

static size_t count_writes(void)
{
	struct virtio_net_hdr header;
	uint8_t packet[70000];
	size_t len = 0, size;

	for (; (size = next_write(&header, packet)); len++)
		if (!header.gso_type)
			assert_int_equal(transport_checksum(packet, size), 0);
	return len;
}

static void add_udp(size_t len)
{
	uint8_t packet[1300];

	for (uint16_t i = 0; i < len; i++)
		add(packet, make_udp(packet, 1000, i), 0);
}

static void add_tcp(size_t len)
{
	uint8_t packet[1300];

	for (uint16_t i = 0; i < len; i++)
		add(packet, make_tcp(packet, 1 + i * 1000u, 1000, FLAG_ACK, i), 0);
}

static void check_counted(uint64_t packets, uint64_t size, uint64_t dropped)
{
	const struct tunnel_counters *counters = &bench.tunnel->counters[0];

	assert_int_equal(counters->in_packets, packets);
	assert_int_equal(counters->in_bytes, size);
	assert_int_equal(counters->drop_io, dropped);
}

static void a_burst_is_one_write(void **state)
{
	(void)state;
	add_tcp(20);
	run();
	assert_int_equal(count_writes(), 1);
	add_udp(20);
	run();
	assert_int_equal(count_writes(), 1);
	check_counted(40, 20 * 1052 + 20 * 1028, 0);
}

static void an_old_kernel_gets_datagrams(void **state)
{
	(void)state;
	bench.refusal = REFUSE_UDP;
	add_udp(20);
	run();
	assert_int_equal(count_writes(), 20);
	assert_int_equal(bench.refused, 1);
	add_udp(20);
	run();
	assert_int_equal(count_writes(), 20);
	assert_int_equal(bench.refused, 1); /* it is not asked again */
	add_tcp(20);
	run();
	assert_int_equal(count_writes(), 1);
	check_counted(60, 40 * 1028 + 20 * 1052, 0);
}

static void a_refused_stream_goes_in_pieces(void **state)
{
	(void)state;
	bench.refusal = REFUSE_JOINED;
	add_tcp(20);
	run();
	assert_int_equal(count_writes(), 20);
	check_counted(20, 20 * 1052, 0);
}

static void what_is_not_written_is_counted(void **state)
{
	(void)state;
	bench.refusal = REFUSE_ALL;
	add_tcp(20);
	run();
	assert_int_equal(count_writes(), 0);
	check_counted(0, 0, 20);
}

static void a_device_without_the_header_gets_packets(void **state)
{
	uint8_t bytes[2000];

	(void)state;
	bench.tunnel->device = (struct device){ .fd = bench.tunnel->device.fd };
	add_tcp(3);
	run();
	for (int i = 0; i < 3; i++)
		assert_int_equal(recv(bench.inside, bytes, sizeof(bytes), 0), 1052);
	check_counted(3, 3 * 1052, 0);
}

/* RFC 6040 for each packet before they are joined. */
static void congestion_marks_part_packets(void **state)
{
	uint8_t packet[70000];
	struct virtio_net_hdr header;

	(void)state;
	for (uint16_t i = 0; i < 6; i++) {
		size_t size = make_tcp(packet, 1 + i * 1000u, 1000, FLAG_ACK, i);

		packet[1] = 2; /* ECT(0) */
		seal(packet, size);
		add(packet, size, i < 4 ? 2 : 3);
	}
	run();
	assert_int_equal(next_write(&header, packet), 52 + 4 * 1000);
	assert_int_equal(packet[1], 2);
	assert_int_equal(next_write(&header, packet), 52 + 2 * 1000);
	assert_int_equal(packet[1], 3);
	assert_int_equal(next_write(&header, packet), 0);
}

static void copies_do_not_get_in(void **state)
{
	(void)state;
	add_tcp(4);
	memcpy(bench.frames[4], bench.frames[1], sizeof(bench.frames[4]));
	bench.worker->in[4] = bench.worker->in[1];
	bench.worker->in[4].bytes = bench.frames[4];
	bench.len = 5;
	run();
	assert_int_equal(count_writes(), 1);
	assert_int_equal(bench.tunnel->counters[0].drop_replay, 1);
	check_counted(4, 4 * 1052, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_burst_is_one_write),
		CASE(an_old_kernel_gets_datagrams),
		CASE(a_refused_stream_goes_in_pieces),
		CASE(what_is_not_written_is_counted),
		CASE(a_device_without_the_header_gets_packets),
		CASE(congestion_marks_part_packets),
		CASE(copies_do_not_get_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
