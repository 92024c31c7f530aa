/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors come from the local stack and from ICMP alike. Only the MTU of one destination is of
 * interest; the rest is thrown away, so that it fails no later call.
 */
#include "espd/wire_error.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define ERRORS_MAX 64

uint32_t wire_drain_errors(int fd, uint32_t destination)
{
	uint32_t mtu = 0;

	for (int i = 0; i < ERRORS_MAX; i++) {
		union {
			uint8_t bytes[256];
			struct cmsghdr align;
		} control;
		struct sockaddr_in to = { 0 };
		struct msghdr message = { .msg_name = &to,
			.msg_namelen = sizeof(to),
			.msg_control = control.bytes,
			.msg_controllen = sizeof(control.bytes) };

		if (recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			break;
		for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
			struct sock_extended_err error;

			if (c->cmsg_level != SOL_IP || c->cmsg_type != IP_RECVERR)
				continue;
			memcpy(&error, CMSG_DATA(c), sizeof(error));
			if (error.ee_errno == EMSGSIZE && to.sin_addr.s_addr == destination)
				mtu = error.ee_info;
		}
	}
	return mtu;
}
