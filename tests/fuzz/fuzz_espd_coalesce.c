/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inner packets of a hostile peer on their way to the device. The input is a row of them: two bytes
 * of size (the topmost bit: make the checksums right, so that it can be joined), then the packet;
 * size 0 ends a batch. Splitting what is written must give back the packets, in the order of each
 * flow.
 */
#include "base/alloc.h"
#include "base/checksum.h"
#include "espd/coalesce.h"
#include "espd/split.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX 16384
#define RIGHT 0x8000

static size_t written;

static size_t checksum_at(const struct ipv4 *ipv4)
{
	return ipv4->header_size + (ipv4->protocol == IPPROTO_TCP ? 16U : 6U);
}

static void make_right(uint8_t *packet, const struct ipv4 *ipv4)
{
	size_t size = (size_t)ipv4->size - ipv4->header_size, at = checksum_at(ipv4);
	uint64_t sum = htons((uint16_t)size) + (uint64_t)htons(ipv4->protocol);
	uint16_t checksum;

	ipv4_seal_header(packet, ipv4->header_size);
	if ((ipv4->protocol != IPPROTO_TCP && ipv4->protocol != IPPROTO_UDP) || at + 2 > ipv4->size)
		return;
	memset(packet + at, 0, 2);
	sum = internet_sum(sum, packet + 12, 8);
	checksum = (uint16_t)~internet_fold(internet_sum(sum, packet + ipv4->header_size, size));
	memcpy(packet + at, &checksum, 2);
}

/* What may differ: an identification that stood still (DF is set then), and the other zero. */
static void check_same(uint8_t *made, const struct iovec *packet)
{
	uint8_t *original = packet->iov_base;
	size_t at = original[9] == IPPROTO_TCP ? 36 : 26;

	if (original[6] & (IPV4_DONT_FRAGMENT >> 8)) {
		memcpy(made + 4, original + 4, 2);
		memcpy(made + 10, original + 10, 2);
	}
	if (original[at] == 0xff && original[at + 1] == 0xff)
		memset(made + at, 0xff, 2);
	assert(!memcmp(made, original, packet->iov_len));
}

static void check_joined(const struct joined *joined)
{
	static uint8_t whole[70000], one[INPUT_MAX];
	struct device_packet packet = { .bytes = whole,
		.kind = joined->write.kind,
		.segment_size = joined->write.segment_size };
	struct ipv4 ipv4;
	struct split split;

	for (size_t i = 0; i < joined->parts_len; i++) {
		assert(packet.size + joined->parts[i].iov_len <= UINT16_MAX);
		memcpy(whole + packet.size, joined->parts[i].iov_base, joined->parts[i].iov_len);
		packet.size += joined->parts[i].iov_len;
	}
	assert(ipv4_parse(whole, packet.size, &ipv4) == 0 && ipv4.size == packet.size);
	assert(split_init(&split, &packet, &ipv4) == 0 && split.len == joined->packets_len);
	for (size_t i = 0; i < split.len; i++) {
		assert(split_size(&split, i) == joined->packets[i].iov_len);
		split_write(&split, i, one);
		check_same(one, &joined->packets[i]);
	}
}

static void on_emit(void *arg, const struct joined *joined)
{
	(void)arg;
	assert(joined->packets_len >= 1 && joined->parts_len <= DEVICE_PARTS_MAX);
	written += joined->packets_len;
	if (joined->packets_len > 1)
		check_joined(joined);
	else
		assert(joined->parts_len == 1 && joined->write.kind == DEVICE_WHOLE &&
			joined->parts[0].iov_len == joined->packets[0].iov_len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct coalescer coalescer = { .emit = on_emit };
	AUTO_FREE uint8_t *copy = size && size <= INPUT_MAX ? xmemdup(data, size) : NULL;
	size_t at = 0, added = 0;

	written = 0;
	while (copy && at + 2 <= size) {
		size_t word = (size_t)copy[at] << 8 | copy[at + 1], len = word & (RIGHT - 1);
		struct ipv4 ipv4;

		at += 2;
		if (len == 0)
			coalesce_flush(&coalescer);
		if (len > size - at)
			len = size - at;
		if (ipv4_parse(copy + at, len, &ipv4) == 0) {
			if (word & RIGHT)
				make_right(copy + at, &ipv4);
			coalesce_add(&coalescer, (void *)&coalescer, copy + at, &ipv4);
			added++;
		}
		at += len;
	}
	coalesce_flush(&coalescer);
	assert(written == added);
	return 0;
}
