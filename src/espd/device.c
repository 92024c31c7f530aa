/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See device.h.
 */
#include "espd/device.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>
#include <unistd.h>

int device_check(int fd)
{
	struct ifreq request = { 0 };

	if (ioctl(fd, TUNGETIFF, &request) < 0)
		return -EINVAL;
	if ((request.ifr_flags & (IFF_TUN | IFF_TAP | IFF_NO_PI | IFF_VNET_HDR)) !=
		(IFF_TUN | IFF_NO_PI))
		return -EINVAL;
	return 0;
}

ssize_t device_read(int fd, uint8_t *ret, size_t size)
{
	ssize_t got = read(fd, ret, size);

	return got < 0 ? -errno : got;
}

int device_write(int fd, const uint8_t *packet, size_t size)
{
	return write(fd, packet, size) < 0 ? -errno : 0;
}
