/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bursts over real sockets on loopback. sendmmsg() is wrapped to count the messages that are to be
 * segmented, and to refuse those as a kernel or device does that cannot.
 */
#include "espd/wire.h"
#include "support/unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#define LATER_MS 61000

int __real_sendmmsg(int fd, struct mmsghdr *messages, unsigned int len, int flags);
int __wrap_sendmmsg(int fd, struct mmsghdr *messages, unsigned int len, int flags);

static struct {
	int refusal; /* errno for messages to be segmented; 0: none */
	size_t segmented, messages;
	struct wire wire;
	struct wire_sender *sender;
	int receiver;
	uint16_t port;
	uint8_t bytes[WIRE_SEND_BURST][1600];
	struct wire_packet packets[WIRE_SEND_BURST];
	size_t len;
} bench;

static bool is_segmented(struct msghdr *message)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c))
		if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_SEGMENT)
			return true;
	return false;
}

int __wrap_sendmmsg(int fd, struct mmsghdr *messages, unsigned int len, int flags)
{
	unsigned int take = 0;

	while (take < len && !(bench.refusal && is_segmented(&messages[take].msg_hdr)))
		bench.segmented += is_segmented(&messages[take++].msg_hdr);
	if (!take) {
		bench.segmented++;
		errno = bench.refusal;
		return -1;
	}
	bench.messages += take;
	return __real_sendmmsg(fd, messages, take, flags);
}

static int open_socket(uint16_t *ret_port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*ret_port = ntohs(address.sin_port);
	return fd;
}

static int set_up(void **state)
{
	uint16_t port;

	(void)state;
	memset(&bench, 0, sizeof(bench));
	bench.receiver = open_socket(&bench.port);
	bench.wire = (struct wire){
		.config.kind = ESPD_SOCKET_IKE_NATT, .fd = open_socket(&port), .can_segment = true
	};
	bench.sender = wire_sender_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(bench.receiver);
	close(bench.wire.fd);
	wire_sender_free(bench.sender);
	return 0;
}

static void add(size_t size, uint8_t tos)
{
	unit_random(bench.bytes[bench.len], size);
	bench.packets[bench.len] = (struct wire_packet){ .bytes = bench.bytes[bench.len],
		.size = size,
		.destination = htonl(INADDR_LOOPBACK),
		.port = bench.port,
		.tos = tos };
	bench.len++;
}

/* Sends what was added; everything arrives as datagrams of their own, in order. */
static void send_all(int64_t now_ms)
{
	uint8_t got[2048];

	bench.segmented = bench.messages = 0;
	wire_send_burst(&bench.wire, bench.sender, bench.packets, bench.len, now_ms);
	for (size_t i = 0; i < bench.len; i++) {
		assert_int_equal(bench.packets[i].result, 0);
		assert_int_equal(recv(bench.receiver, got, sizeof(got), 0), bench.packets[i].size);
		assert_memory_equal(got, bench.bytes[i], bench.packets[i].size);
	}
	assert_int_equal(recv(bench.receiver, got, sizeof(got), 0), -1);
	bench.len = 0;
}

static void add_many(size_t len, size_t size)
{
	for (size_t i = 0; i < len; i++)
		add(size, 0);
}

static void equal_packets_are_one_message(void **state)
{
	(void)state;
	add_many(40, 1452);
	add(300, 0);
	add_many(10, 1452);
	send_all(0);
	assert_int_equal(bench.messages, 2);
	assert_int_equal(bench.segmented, 2);
}

static void sizes_and_classes_part_them(void **state)
{
	(void)state;
	add(500, 0);
	add(600, 0); /* larger than the first */
	add(600, 0xb8);
	add(600, 0xb8);
	add(200, 0xb8);
	add(200, 0xb8); /* behind a shorter one */
	send_all(0);
	assert_int_equal(bench.messages, 4);
	assert_int_equal(bench.segmented, 1);
}

static void a_message_has_its_limits(void **state)
{
	(void)state;
	add_many(100, 100); /* 64 segments */
	send_all(0);
	assert_int_equal(bench.messages, 2);
	add_many(60, 1500); /* 65507 bytes */
	send_all(0);
	assert_int_equal(bench.messages, 2);
}

static void where_it_cannot_be_it_is_not_tried(void **state)
{
	(void)state;
	bench.wire.can_segment = false;
	add_many(20, 1000);
	send_all(0);
	assert_int_equal(bench.segmented, 0);
	assert_int_equal(bench.messages, 20);
}

static void refusal_is_remembered(int refusal)
{
	bench.refusal = refusal;
	add_many(20, 1000);
	add_many(10, 700);
	send_all(1000);
	assert_int_equal(bench.segmented, 2);
	add_many(20, 1000);
	send_all(2000);
	assert_int_equal(bench.segmented, 0);
	/* The route may lead elsewhere by now. */
	bench.refusal = 0;
	add_many(20, 1000);
	send_all(2000 + LATER_MS);
	assert_int_equal(bench.segmented, 1);
	assert_int_equal(bench.messages, 1);
}

static void a_device_that_cannot(void **state)
{
	(void)state;
	refusal_is_remembered(EIO);
}

static void a_kernel_that_cannot(void **state)
{
	(void)state;
	refusal_is_remembered(EINVAL);
}

/* An ICMP error about some other packet says nothing about segmenting. */
static void other_errors_are_not_remembered(void **state)
{
	(void)state;
	bench.refusal = ECONNREFUSED;
	add_many(20, 1000);
	send_all(1000);
	bench.refusal = 0;
	add_many(20, 1000);
	send_all(1001);
	assert_int_equal(bench.messages, 1);
}

static void a_full_buffer_is_told(void **state)
{
	(void)state;
	bench.refusal = EAGAIN;
	add(300, 0);
	add(1000, 0);
	add(1000, 0);
	add(300, 0xb8);
	wire_send_burst(&bench.wire, bench.sender, bench.packets, bench.len, 0);
	assert_int_equal(bench.packets[0].result, 0);
	assert_int_equal(bench.packets[1].result, -EAGAIN);
	assert_int_equal(bench.packets[2].result, -EAGAIN);
	assert_int_equal(bench.packets[3].result, 0);
	assert_int_equal(bench.wire.apart_until_ms, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(equal_packets_are_one_message),
		CASE(sizes_and_classes_part_them),
		CASE(a_message_has_its_limits),
		CASE(where_it_cannot_be_it_is_not_tried),
		CASE(a_device_that_cannot),
		CASE(a_kernel_that_cannot),
		CASE(other_errors_are_not_remembered),
		CASE(a_full_buffer_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
