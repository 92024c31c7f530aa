/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening UDP 500, UDP 4500 and raw ESP on one address, with buffers larger than a user may ask
 * for.
 */
#include "drivers/esp/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define BUFFER_SIZE (4 * 1024 * 1024)

static int open_kind(uint32_t kind)
{
	if (kind == ESPD_SOCKET_ESP)
		return socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ESP);
	return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static uint16_t port_of(uint32_t kind)
{
	switch (kind) {
	case ESPD_SOCKET_IKE:
		return 500;
	case ESPD_SOCKET_IKE_NATT:
		return 4500;
	default:
		return 0;
	}
}

int socket_open(const struct espd_socket *config)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(port_of(config->kind)),
		.sin_addr.s_addr = config->local_address };
	static const int size = BUFFER_SIZE;
	AUTO_CLOSE int fd = open_kind(config->kind);

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return TAKE_FD(fd);
}
