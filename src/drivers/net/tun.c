/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making TUN devices: IFF_TUN | IFF_NO_PI | IFF_VNET_HDR, one queue; what vpngw-espd expects of
 * them is checked there. It splits TCP and UDP packets itself, so the kernel may leave them whole.
 */
#include "drivers/net/tun.h"

#include "base/fd.h"
#include "drivers/net/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/ioctl.h>

enum { OFFLOAD_USO4 = 0x20, OFFLOAD_USO6 = 0x40 }; /* TUN_F_USO4, TUN_F_USO6, since Linux 6.2 */

/* What the kernel does not know stays its own work: packets then come smaller, not wrong. */
static void set_offloads(int fd)
{
	static const unsigned long tcp = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;

	if (ioctl(fd, TUNSETOFFLOAD, tcp | OFFLOAD_USO4 | OFFLOAD_USO6) < 0)
		(void)ioctl(fd, TUNSETOFFLOAD, tcp);
}

static int make_device(void *arg)
{
	struct ifreq request = { .ifr_flags = (short)(IFF_TUN | IFF_NO_PI | IFF_VNET_HDR |
						      IFF_TUN_EXCL) };
	AUTO_CLOSE int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", (const char *)arg);
	if (ioctl(fd, TUNSETIFF, &request) < 0)
		return -errno;
	set_offloads(fd);
	return TAKE_FD(fd);
}

static void hold(struct tuns *tuns, uint32_t number, int fd)
{
	struct tun *tun = xcalloc(1, sizeof(*tun));

	tun->number = number;
	tun->fd = fd;
	tun->generation = ++tuns->generation;
	HASH_ADD(hh, tuns->held, number, sizeof(tun->number), tun);
}

int tuns_create(struct tuns *tuns, int namespace_fd, uint32_t number, const char *name)
{
	AUTO_FREE char *copy = xstrdup(name);
	int fd;

	tuns_close(tuns, number);
	fd = namespace_run(namespace_fd, make_device, copy);
	if (fd < 0)
		return fd;
	hold(tuns, number, fd);
	return 0;
}

const struct tun *tuns_find(const struct tuns *tuns, uint32_t number)
{
	struct tun *tun;

	HASH_FIND(hh, tuns->held, &number, sizeof(number), tun);
	return tun;
}

bool tuns_is_lost(const struct tuns *tuns, uint32_t number)
{
	return tuns->are_known && !tuns_find(tuns, number);
}

void tuns_adopt_take(struct tuns *tuns, uint32_t number, int fd)
{
	if (tuns_find(tuns, number))
		close(fd);
	else
		hold(tuns, number, fd);
}

void tuns_close(struct tuns *tuns, uint32_t number)
{
	struct tun *tun;

	HASH_FIND(hh, tuns->held, &number, sizeof(number), tun);
	if (!tun)
		return;
	HASH_DEL(tuns->held, tun);
	close(tun->fd);
	free(tun);
}

void tuns_done(struct tuns *tuns)
{
	struct tun *tun, *next;

	HASH_ITER (hh, tuns->held, tun, next) {
		HASH_DEL(tuns->held, tun);
		close(tun->fd);
		free(tun);
	}
}
