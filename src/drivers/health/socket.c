/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AF_PACKET with a filter. Knows no check.
 */
#include "drivers/health/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum { PROTOCOL_AT = 9, SOURCE_AT = 12, DESTINATION_AT = 16, ID_AT = 4 };

/* Offsets are into the IPv4 packet; after BPF_MSH x is the size of its header. */
static int only_answers(int fd, const struct echo *answer)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, PROTOCOL_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMP, 0, 10),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SOURCE_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ntohl(answer->source.v4), 0, 8),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, DESTINATION_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ntohl(answer->destination.v4), 0, 6),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3), /* an echo reply */
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, ID_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, answer->id, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT16_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { .len = ARRAY_LEN(code), .filter = code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ? -errno
											   : 0;
}

int socket_open_device(const char *interface, const struct echo *answer)
{
	struct sockaddr_ll device = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP) };
	AUTO_CLOSE int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return -errno;
	device.sll_ifindex = (int)if_nametoindex(interface);
	if (!device.sll_ifindex)
		return -ENODEV;
	err = only_answers(fd, answer); /* before there is anything to hear */
	if (err < 0)
		return err;
	if (bind(fd, (struct sockaddr *)&device, sizeof(device)) < 0)
		return -errno;
	return TAKE_FD(fd);
}
