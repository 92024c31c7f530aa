/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One datagram to the socket that systemd names. No library for ten lines.
 */
#include "cli/notify.h"

#include "base/alloc.h"
#include "base/log.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

void notify_systemd(const char *state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	AUTO_CLOSE int fd = -1;
	size_t size = path ? strlen(path) : 0;

	if (!size || size >= sizeof(address.sun_path))
		return;
	memcpy(address.sun_path, path, size);
	if (*path == '@')
		address.sun_path[0] = '\0'; /* the abstract namespace */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size)) < 0)
		log_warn("systemd is not told state=%s error=%s", state, strerror(errno));
}
