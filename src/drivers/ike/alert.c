/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One SOCK_SEQPACKET connection to the plug-in. Every size and string is checked: the plug-in lives
 * in the process that talks to the Internet.
 */
#include "drivers/ike/alert.h"

#include "base/fd.h"
#include "base/log.h"
#include "base/loop.h"

#include <errno.h>
#include <string.h>

#define CONNECT_AGAIN_MS 200

struct alert_client {
	struct loop *loop;
	char *path;
	struct alert_client_calls calls;
	int fd;
	struct loop_io *io;
	struct loop_timer *connect;
	bool is_ready;
};

struct packet {
	struct charon_header header;
	union {
		struct charon_hello hello;
		struct charon_alert alert;
		struct charon_line line;
	};
};

static void disconnect(struct alert_client *client)
{
	bool was_ready = client->is_ready;

	client->is_ready = false;
	loop_io_free(client->io);
	client->io = NULL;
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
	loop_timer_set(client->connect, CONNECT_AGAIN_MS);
	if (was_ready)
		client->calls.lost(client->calls.arg);
}

static bool is_packet(const struct packet *packet, size_t size, uint32_t type, size_t body_size)
{
	return size == sizeof(packet->header) + body_size && packet->header.type == type;
}

static int take_packet(struct alert_client *client, struct packet *packet, size_t size)
{
	if (is_packet(packet, size, CHARON_HELLO, sizeof(packet->hello))) {
		if (packet->hello.version != CHARON_PROTO_VERSION) {
			log_err("charon's plug-in is of another version version=%u",
				packet->hello.version);
			return -EPROTO;
		}
		client->is_ready = true;
		client->calls.ready(client->calls.arg);
		return 0;
	}
	if (!client->is_ready)
		return -EPROTO;
	if (is_packet(packet, size, CHARON_LINE, sizeof(packet->line))) {
		packet->line.connection[CHARON_NAME_MAX - 1] = '\0';
		packet->line.group[CHARON_GROUP_MAX - 1] = '\0';
		packet->line.text[CHARON_TEXT_MAX - 1] = '\0';
		client->calls.line(client->calls.arg, &packet->line);
		return 0;
	}
	if (!is_packet(packet, size, CHARON_ALERT, sizeof(packet->alert)))
		return -EPROTO;
	packet->alert.connection[CHARON_NAME_MAX - 1] = '\0';
	packet->alert.local[CHARON_TEXT_MAX - 1] = '\0';
	packet->alert.remote[CHARON_TEXT_MAX - 1] = '\0';
	client->calls.alert(client->calls.arg, &packet->alert);
	return 0;
}

static void ready(void *arg, int events)
{
	struct alert_client *client = arg;

	(void)events;
	for (int i = 0; i < 64 && client->fd >= 0; i++) {
		struct packet packet = { 0 };
		ssize_t size = message_receive(client->fd, &packet, sizeof(packet), NULL);

		if (size == -EAGAIN)
			return;
		if (size <= 0 || take_packet(client, &packet, (size_t)size) < 0) {
			disconnect(client);
			return;
		}
	}
}

static void connect_now(void *arg)
{
	struct alert_client *client = arg;

	client->fd = unix_connect(client->path, SOCK_SEQPACKET);
	if (client->fd < 0) {
		loop_timer_set(client->connect, CONNECT_AGAIN_MS);
		return;
	}
	client->io = loop_io_new(client->loop, client->fd, LOOP_READ, ready, client);
}

struct alert_client *alert_client_new(
	struct loop *loop, const char *path, const struct alert_client_calls *calls)
{
	struct alert_client *client = xcalloc(1, sizeof(*client));

	client->loop = loop;
	client->path = xstrdup(path);
	client->calls = *calls;
	client->fd = -1;
	client->connect = loop_timer_new(loop, connect_now, client);
	return client;
}

void alert_client_free(struct alert_client *client)
{
	if (!client)
		return;
	loop_io_free(client->io);
	if (client->fd >= 0)
		close(client->fd);
	loop_timer_free(client->connect);
	free(client->path);
	free(client);
}

static void start(void *ctx)
{
	struct alert_client *client = ctx;

	loop_timer_set(client->connect, 0);
}

static bool is_ready(void *ctx)
{
	const struct alert_client *client = ctx;

	return client->is_ready;
}

static int set_nat_traversal(void *ctx, struct addr local, struct addr remote, bool is_on)
{
	struct alert_client *client = ctx;
	const struct charon_header header = { .type = CHARON_PEER };
	const struct charon_peer peer = {
		.remote_address = remote.v4,
		.local_address = local.v4,
		.nat_traversal = is_on,
	};

	if (!client->is_ready)
		return -ENOTCONN;
	return message_send(client->fd, &header, sizeof(header), &peer, sizeof(peer), -1);
}

static int settings_complete(void *ctx)
{
	struct alert_client *client = ctx;
	const struct charon_header header = { .type = CHARON_PEERS_DONE };

	if (!client->is_ready)
		return -ENOTCONN;
	return message_send(client->fd, &header, sizeof(header), NULL, 0, -1);
}

struct peer_port alert_client_port(struct alert_client *client)
{
	return (struct peer_port){
		.start = start,
		.is_ready = is_ready,
		.set_nat_traversal = set_nat_traversal,
		.settings_complete = settings_complete,
		.ctx = client,
	};
}
