/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads and drops. Bounded in connections, bytes and time; beyond that the client is reset.
 */
#include "api/http_linger.h"

#include "base/alloc.h"
#include "base/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#define LINGER_CONNECTIONS 64
#define LINGER_BYTES (1024 * 1024)
#define LINGER_MS 2000

struct linger_connection {
	int fd;
	size_t bytes;
	struct loop_io *io;
	struct loop_timer *timer;
};

static unsigned int lingering;

static void end(void *arg)
{
	struct linger_connection *linger = arg;

	loop_io_free(linger->io);
	loop_timer_free(linger->timer);
	close(linger->fd);
	free(linger);
	lingering--;
}

static void drop(void *arg, int events)
{
	struct linger_connection *linger = arg;
	static char nowhere[16384];
	ssize_t size = read(linger->fd, nowhere, sizeof(nowhere));

	(void)events;
	linger->bytes += size > 0 ? (size_t)size : 0;
	if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR) ||
		linger->bytes > LINGER_BYTES)
		end(linger);
}

void http_linger(struct loop *loop, int fd)
{
	struct linger_connection *linger;
	int copy = lingering < LINGER_CONNECTIONS ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;

	if (copy < 0)
		return;
	lingering++;
	(void)shutdown(copy, SHUT_WR);
	linger = xcalloc(1, sizeof(*linger));
	linger->fd = copy;
	linger->io = loop_io_new(loop, copy, LOOP_READ, drop, linger);
	linger->timer = loop_timer_new(loop, end, linger);
	loop_timer_set(linger->timer, LINGER_MS);
}
