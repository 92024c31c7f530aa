/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client that says anything. The input is a list of messages, each behind two bytes of size; the
 * lowest bit of the first byte chooses the role. They go through real sockets into the real control
 * side, after a proper HELLO. Where the process may make one, a tunnel is held, so that SAs can be
 * added; it is removed after each input, and its SAs with it, so that inputs do not see each other.
 */
#include "base/fd.h"
#include "base/log.h"
#include "base/loop.h"
#include "espd/control.h"
#include "espd/crypto.h"
#include "espd/proto.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[] = "/tmp/vpngw-fuzz-XXXXXX";
static char paths[2][64];
static struct loop *loop;
static struct control *control;
static int tun;

static int open_tun(void)
{
	AUTO_CLOSE int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };

	if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0)
		return -1;
	return TAKE_FD(fd);
}

static void stop(void)
{
	control_free(control);
	loop_free(loop);
	(void)unlink(paths[0]);
	(void)unlink(paths[1]);
	(void)rmdir(dir);
}

static void start(void)
{
	if (crypto_openssl_init() < 0 || !mkdtemp(dir))
		abort();
	(void)snprintf(paths[0], sizeof(paths[0]), "%s/agent.sock", dir);
	(void)snprintf(paths[1], sizeof(paths[1]), "%s/ike.sock", dir);
	log_init("fuzz", LEVEL_ERR);
	/* A namespace of its own, so that the device is nobody's; without the right, no tunnel. */
	(void)unshare(CLONE_NEWNET);
	tun = open_tun();
	loop = loop_new();
	control = control_new(loop, unix_listen(paths[0], SOCK_SEQPACKET, 0600, (gid_t)-1),
		unix_listen(paths[1], SOCK_SEQPACKET, 0600, (gid_t)-1), true);
	(void)atexit(stop);
}

static void put(int fd, uint16_t type, const void *body, size_t size, int passed)
{
	struct espd_header header = { .type = type, .sequence = 1 };

	if (message_send(fd, &header, sizeof(header), body, size, passed) < 0)
		abort();
}

static int greet(const char *path)
{
	struct espd_hello hello = { .version = ESPD_PROTO_VERSION };
	int fd = unix_connect(path, SOCK_SEQPACKET);

	if (fd < 0)
		abort();
	put(fd, ESPD_HELLO, &hello, sizeof(hello), -1);
	loop_run_once(loop, 0);
	loop_run_once(loop, 0);
	return fd;
}

static void drain(int fd)
{
	uint8_t answer[4096];
	int passed;

	while (message_receive(fd, answer, sizeof(answer), &passed) > 0)
		if (passed >= 0)
			close(passed);
}

static void say(const int fds[2], const uint8_t *data, size_t size)
{
	while (size >= 2) {
		size_t part = (size_t)(data[0] >> 1) << 8 | data[1];
		int fd = fds[data[0] & 1];

		data += 2;
		size -= 2;
		if (part > size)
			part = size;
		if (message_send(fd, data, part, NULL, 0, -1) < 0)
			return; /* cut off: that is an answer too */
		loop_run_once(loop, 0);
		drain(fd);
		data += part;
		size -= part;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct espd_tunnel tunnel = { .if_id = 7, .mtu = 1400, .local_address = htonl(0x0a000001) };
	struct espd_tunnel_key key = { .if_id = 7 };
	int fds[2];

	if (!control)
		start();
	fds[0] = greet(paths[0]);
	fds[1] = greet(paths[1]);
	put(fds[0], ESPD_TUNNEL_ADD, &tunnel, sizeof(tunnel), tun);
	loop_run_once(loop, 0);
	say(fds, data, size);
	close(fds[0]);
	close(fds[1]);
	fds[0] = greet(paths[0]);
	put(fds[0], ESPD_TUNNEL_REMOVE, &key, sizeof(key), -1);
	loop_run_once(loop, 0);
	close(fds[0]);
	loop_run_once(loop, 0);
	return 0;
}
