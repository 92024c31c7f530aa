/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks of the machine, made by trying: the ports are bound and released again.
 */
#include "cli/preflight.h"

#include "resource/config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#define TUN "/dev/net/tun"
#define LONGEST_SOCKET "/doorbell/1234567-0123456789abcdef"

char *preflight_machine(const struct config *config)
{
	AUTO_CLOSE int tun = -1;

	if (geteuid())
		return xstrdup("must be run as root");
	if (strlen(config->run_dir) + strlen(LONGEST_SOCKET) >=
		sizeof((struct sockaddr_un){}.sun_path))
		return xasprintf(
			"run_dir %s is too long for the names of sockets", config->run_dir);
	tun = open(TUN, O_RDWR | O_CLOEXEC);
	if (tun < 0)
		return xasprintf(TUN ": %s: load the module tun, or give the container the device",
			strerror(errno));
	return NULL;
}

/* It keeps NET_BROADCAST when it gives up root, and ends where it cannot. */
char *preflight_bird(const struct config *config)
{
	if (access(config->bird, X_OK) < 0)
		return xasprintf("%s cannot be run (%s): Debian's package is bird2", config->bird,
			strerror(errno));
	if (prctl(PR_CAPBSET_READ, CAP_NET_BROADCAST, 0, 0, 0) != 1)
		return xasprintf(
			"%s cannot be run without the capability CAP_NET_BROADCAST: give it "
			"to the container or unit",
			config->bird);
	return NULL;
}

/* Whether the address is the machine's does not matter here. */
static int try_bind(int type, struct addr addr, uint16_t port)
{
	AUTO_CLOSE int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = addr.v4
	};
	const int on = 1;

	if (fd < 0 || setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on)) < 0)
		return -errno;
	/* connections of a former instance in TIME_WAIT do not count */
	if (type == SOCK_STREAM && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return type == SOCK_STREAM && listen(fd, 1) < 0 ? -errno : 0;
}

static char *check_port(int type, struct addr addr, uint16_t port, const char *purpose)
{
	int err = try_bind(type, addr, port);
	char text[ADDR_TEXT_SIZE];

	if (!err)
		return NULL;
	addr_format(addr, text);
	if (err == -EADDRINUSE)
		return xasprintf("%s port %u of %s (%s) is in use by another program",
			type == SOCK_STREAM ? "TCP" : "UDP", port, text, purpose);
	return xasprintf("%s port %u of %s (%s): %s", type == SOCK_STREAM ? "TCP" : "UDP", port,
		text, purpose, strerror(-err));
}

char *preflight_ports(const struct config *config)
{
	struct addr listen;
	char *problem = NULL;

	for (size_t i = 0; !problem && i < config->pool_len; i++) {
		problem = check_port(SOCK_DGRAM, config->pool[i].local_ip, 500, "IKE");
		if (!problem)
			problem = check_port(SOCK_DGRAM, config->pool[i].local_ip, 4500, "IKE");
	}
	if (!problem && !addr_parse(config->listen_address, &listen))
		problem = check_port(SOCK_STREAM, listen, config->listen_port, "API");
	return problem;
}
