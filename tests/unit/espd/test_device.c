/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is read from and written to a TUN device, over a socket pair in its place: the header of
 * virtio_net as the kernel writes and reads it.
 */
#include "espd/device.h"
#include "support/unit.h"

#include <errno.h>
#include <linux/virtio_net.h>
#include <sys/socket.h>
#include <unistd.h>

#define UDP_L4 5

static struct {
	int inside;
	struct device device;
	uint8_t room[DEVICE_HEADROOM + DEVICE_PACKET_MAX];
	uint8_t got[70000];
} bench;

static int set_up(void **state)
{
	int pair[2];

	(void)state;
	memset(&bench, 0, sizeof(bench));
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
	bench.inside = pair[0];
	bench.device = (struct device){ .fd = pair[1], .has_header = true, .takes_udp = true };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(bench.inside);
	close(bench.device.fd);
	return 0;
}

static void put(struct virtio_net_hdr header, const uint8_t *packet, size_t size)
{
	struct iovec parts[] = { { &header, sizeof(header) }, { (void *)(uintptr_t)packet, size } };

	assert_int_equal(writev(bench.inside, parts, 2), sizeof(header) + size);
}

static void reads_what_the_kernel_says(void **state)
{
	uint8_t packet[1000];
	struct device_packet got;

	(void)state;
	assert_int_equal(device_read(&bench.device, bench.room, &got), -EAGAIN);
	unit_random(packet, sizeof(packet));
	put((struct virtio_net_hdr){ .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		    .gso_type = VIRTIO_NET_HDR_GSO_TCPV4 | VIRTIO_NET_HDR_GSO_ECN,
		    .gso_size = 400,
		    .csum_start = 20,
		    .csum_offset = 16 },
		packet, sizeof(packet));
	assert_int_equal(device_read(&bench.device, bench.room, &got), 0);
	assert_int_equal(got.size, sizeof(packet));
	assert_memory_equal(got.bytes, packet, sizeof(packet));
	assert_int_equal((uintptr_t)got.bytes % 4, (uintptr_t)bench.room % 4);
	assert_int_equal(got.kind, DEVICE_TCP);
	assert_int_equal(got.segment_size, 400);
	assert_true(got.is_cwr_first && got.is_partial);
	assert_int_equal(got.checksum_start, 20);
	assert_int_equal(got.checksum_offset, 16);
	put((struct virtio_net_hdr){ .gso_type = UDP_L4 }, packet, 30);
	assert_int_equal(device_read(&bench.device, bench.room, &got), 0);
	assert_int_equal(got.kind, DEVICE_UDP);
	put((struct virtio_net_hdr){ .gso_type = 0 }, packet, 30);
	assert_int_equal(device_read(&bench.device, bench.room, &got), 0);
	assert_true(got.kind == DEVICE_WHOLE && !got.is_partial && !got.is_cwr_first);
	put((struct virtio_net_hdr){ .gso_type = VIRTIO_NET_HDR_GSO_UDP }, packet, 30);
	assert_int_equal(device_read(&bench.device, bench.room, &got), -EINVAL);
	assert_int_equal(writev(bench.inside, &(struct iovec){ packet, 9 }, 1), 9);
	assert_int_equal(device_read(&bench.device, bench.room, &got), -EINVAL);
}

static void a_device_without_the_header(void **state)
{
	uint8_t packet[100];
	struct device_packet got;
	struct iovec part = { packet, sizeof(packet) };

	(void)state;
	bench.device.has_header = false;
	unit_random(packet, sizeof(packet));
	assert_int_equal(writev(bench.inside, &part, 1), sizeof(packet));
	assert_int_equal(device_read(&bench.device, bench.room, &got), 0);
	assert_int_equal(got.size, sizeof(packet));
	assert_memory_equal(got.bytes, packet, sizeof(packet));
	assert_int_equal(got.kind, DEVICE_WHOLE);
	assert_int_equal(device_write_one(&bench.device, packet, sizeof(packet)), 0);
	assert_int_equal(recv(bench.inside, bench.got, sizeof(bench.got), 0), sizeof(packet));
	assert_memory_equal(bench.got, packet, sizeof(packet));
	assert_int_equal(
		device_write(&bench.device, &(struct device_write){ .kind = DEVICE_TCP }, &part, 1),
		-EINVAL);
}

static void writes_say_what_is_to_be_done(void **state)
{
	uint8_t packet[100];
	struct iovec parts[2] = { { packet, 60 }, { packet + 60, 40 } };
	struct device_write write = { .kind = DEVICE_UDP,
		.segment_size = 10,
		.header_size = 28,
		.checksum_start = 20,
		.checksum_offset = 6 };
	struct virtio_net_hdr header;

	(void)state;
	unit_random(packet, sizeof(packet));
	assert_int_equal(device_write(&bench.device, &write, parts, 2), 0);
	assert_int_equal(recv(bench.inside, bench.got, sizeof(bench.got), 0), 10 + 100);
	memcpy(&header, bench.got, sizeof(header));
	assert_int_equal(header.flags, VIRTIO_NET_HDR_F_NEEDS_CSUM);
	assert_int_equal(header.gso_type, UDP_L4);
	assert_int_equal(header.gso_size, 10);
	assert_int_equal(header.hdr_len, 28);
	assert_int_equal(header.csum_start, 20);
	assert_int_equal(header.csum_offset, 6);
	assert_memory_equal(bench.got + 10, packet, 100);
	write = (struct device_write){ .is_verified = true };
	assert_int_equal(device_write(&bench.device, &write, parts, 2), 0);
	assert_int_equal(recv(bench.inside, bench.got, sizeof(bench.got), 0), 10 + 100);
	memcpy(&header, bench.got, sizeof(header));
	assert_int_equal(header.flags, VIRTIO_NET_HDR_F_DATA_VALID);
	assert_int_equal(header.gso_type, VIRTIO_NET_HDR_GSO_NONE);
	assert_int_equal(device_write_one(&bench.device, packet, 100), 0);
	assert_int_equal(recv(bench.inside, bench.got, sizeof(bench.got), 0), 10 + 100);
	assert_int_equal(bench.got[0], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_what_the_kernel_says, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_device_without_the_header, set_up, tear_down),
		cmocka_unit_test_setup_teardown(writes_say_what_is_to_be_done, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
