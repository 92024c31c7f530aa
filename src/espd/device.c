/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header lies right before the packet, so that both are read with one call and the packet stays
 * aligned. What a header says is checked here against the packet's size; only the kernel writes it,
 * but nothing behind this file has to rely on that.
 */
#include "espd/device.h"

#include "base/checksum.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define KIND_UDP_L4 5 /* VIRTIO_NET_HDR_GSO_UDP_L4, since Linux 6.2 */

int device_check(int fd, struct device *ret)
{
	struct ifreq request = { 0 };

	if (ioctl(fd, TUNGETIFF, &request) < 0)
		return -EINVAL;
	if ((request.ifr_flags & (IFF_TUN | IFF_TAP | IFF_NO_PI)) != (IFF_TUN | IFF_NO_PI))
		return -EINVAL;
	*ret = (struct device){ .fd = fd,
		.has_header = request.ifr_flags & IFF_VNET_HDR,
		.takes_udp = request.ifr_flags & IFF_VNET_HDR };
	return 0;
}

static int parse(const struct virtio_net_hdr *header, struct device_packet *packet)
{
	packet->is_partial = header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM;
	packet->checksum_start = header->csum_start;
	packet->checksum_offset = header->csum_offset;
	packet->segment_size = header->gso_size;
	packet->is_cwr_first = header->gso_type & VIRTIO_NET_HDR_GSO_ECN;
	switch (header->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) {
	case VIRTIO_NET_HDR_GSO_NONE:
		packet->kind = DEVICE_WHOLE;
		return 0;
	case VIRTIO_NET_HDR_GSO_TCPV4:
	case VIRTIO_NET_HDR_GSO_TCPV6:
		packet->kind = DEVICE_TCP;
		return 0;
	case KIND_UDP_L4:
		packet->kind = DEVICE_UDP;
		return 0;
	default:
		return -EINVAL;
	}
}

int device_read(const struct device *device, uint8_t *room, struct device_packet *ret)
{
	struct virtio_net_hdr header = { 0 };
	size_t before = device->has_header ? sizeof(header) : 0;
	uint8_t *start = room + DEVICE_HEADROOM - before;
	ssize_t got = read(device->fd, start, before + DEVICE_PACKET_MAX);

	if (got < 0)
		return -errno;
	if ((size_t)got < before)
		return -EINVAL;
	memcpy(&header, start, before);
	*ret = (struct device_packet){ .bytes = start + before, .size = (size_t)got - before };
	return parse(&header, ret);
}

int device_complete(struct device_packet *packet)
{
	size_t start = packet->checksum_start, at = start + packet->checksum_offset;
	uint16_t sum;

	if (!packet->is_partial)
		return 0;
	if (start >= packet->size || at + sizeof(sum) > packet->size)
		return -EINVAL;
	sum = internet_checksum(packet->bytes + start, packet->size - start);
	if (!sum)
		sum = UINT16_MAX; /* the same number; UDP takes 0 for "none", RFC 768 */
	memcpy(packet->bytes + at, &sum, sizeof(sum));
	packet->is_partial = false;
	return 0;
}

static struct virtio_net_hdr describe(const struct device_write *write)
{
	struct virtio_net_hdr header = {
		.flags = write->is_verified ? VIRTIO_NET_HDR_F_DATA_VALID : 0,
		.gso_type = VIRTIO_NET_HDR_GSO_NONE,
	};

	if (write->kind == DEVICE_WHOLE)
		return header;
	return (struct virtio_net_hdr){
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = write->kind == DEVICE_TCP ? VIRTIO_NET_HDR_GSO_TCPV4 : KIND_UDP_L4,
		.hdr_len = write->header_size,
		.gso_size = write->segment_size,
		.csum_start = write->checksum_start,
		.csum_offset = write->checksum_offset,
	};
}

int device_write(const struct device *device, const struct device_write *write,
	const struct iovec *parts, size_t len)
{
	struct virtio_net_hdr header = describe(write);
	struct iovec whole[1 + DEVICE_PARTS_MAX];
	size_t before = device->has_header ? 1 : 0;

	if (len > DEVICE_PARTS_MAX || (write->kind != DEVICE_WHOLE && !before))
		return -EINVAL;
	whole[0] = (struct iovec){ &header, sizeof(header) };
	memcpy(whole + before, parts, len * sizeof(*parts));
	return writev(device->fd, whole, (int)(before + len)) < 0 ? -errno : 0;
}

int device_write_one(const struct device *device, const uint8_t *packet, size_t size)
{
	struct iovec part = { (void *)(uintptr_t)packet, size };

	return device_write(device, &(struct device_write){ 0 }, &part, 1);
}
