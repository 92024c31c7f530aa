/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a TUN device with a header gives: the header of virtio_net and a packet, as input. Whatever
 * is split gives whole packets with right checksums that carry the payload once; whatever is
 * completed stays inside the packet.
 */
#include "base/alloc.h"
#include "base/checksum.h"
#include "espd/split.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>
#include <sys/socket.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX 4096

static bool is_right(const uint8_t *packet, const struct ipv4 *ipv4)
{
	size_t size = (size_t)ipv4->size - ipv4->header_size;
	uint64_t sum = htons((uint16_t)size) + (uint64_t)htons(ipv4->protocol);

	sum = internet_sum(sum, packet + 12, 8);
	return internet_fold(internet_sum(sum, packet + ipv4->header_size, size)) == UINT16_MAX;
}

static void split_all(const struct device_packet *packet)
{
	struct ipv4 ipv4, one;
	struct split split;
	size_t payload = 0;

	if (ipv4_parse(packet->bytes, packet->size, &ipv4) < 0 ||
		split_init(&split, packet, &ipv4) < 0)
		return;
	assert(split.len > 0);
	for (size_t i = 0; i < split.len; i++) {
		size_t size = split_size(&split, i);
		AUTO_FREE uint8_t *segment = xmalloc(size);

		assert(size <= split_size(&split, 0));
		split_write(&split, i, segment);
		assert(ipv4_parse(segment, size, &one) == 0 && one.size == size);
		assert(is_right(segment, &one));
		assert(!memcmp(segment + split.header_size,
			packet->bytes + split.header_size + payload, size - split.header_size));
		payload += size - split.header_size;
	}
	assert(payload == ipv4.size - split.header_size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t room[DEVICE_HEADROOM + DEVICE_PACKET_MAX];
	static int pair[2];
	AUTO_FREE uint8_t *copy = NULL;
	struct device_packet packet;

	if (!pair[0] &&
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0)
		abort();
	if (!size || size > INPUT_MAX || send(pair[0], data, size, 0) < 0)
		return 0;
	if (device_read(&(struct device){ .fd = pair[1], .has_header = true }, room, &packet) < 0)
		return 0;
	/* exactly as large as it is, so that a step too far is seen */
	copy = xmemdup(packet.bytes, packet.size);
	packet.bytes = copy;
	if (packet.kind == DEVICE_WHOLE)
		assert(device_complete(&packet) < 0 || !packet.is_partial);
	else
		split_all(&packet);
	return 0;
}
