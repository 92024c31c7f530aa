/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests are answered in order, so the waiting ones form a queue.
 */
#include "drivers/esp/client.h"

#include "base/fd.h"
#include "base/log.h"
#include "base/loop.h"

#include <errno.h>
#include <string.h>
#include <sys/queue.h>

#define RECONNECT_MS 100

struct pending {
	STAILQ_ENTRY(pending) next;
	uint32_t sequence;
	client_item *item;
	client_done *done;
	void *arg;
};

struct client {
	struct loop *loop;
	struct client_handlers handlers;
	char *path;
	int fd;
	bool is_greeted;
	uint32_t refused_version; /* already complained about; 0 = none */
	uint32_t sequence;
	struct loop_io *io;
	struct loop_timer *reconnect;
	STAILQ_HEAD(, pending) waiting;
	uint8_t buffer[ESPD_MESSAGE_MAX];
};

static void fail_waiting(struct client *client)
{
	struct pending *pending;

	while ((pending = STAILQ_FIRST(&client->waiting))) {
		STAILQ_REMOVE_HEAD(&client->waiting, next);
		pending->done(pending->arg, -ECONNRESET, 0);
		free(pending);
	}
}

static void disconnect(struct client *client)
{
	bool was_greeted = client->is_greeted;

	loop_io_free(TAKE_PTR(client->io));
	close(TAKE_FD(client->fd));
	client->is_greeted = false;
	fail_waiting(client);
	if (was_greeted)
		client->handlers.lost(client->handlers.arg);
	loop_timer_set(client->reconnect, RECONNECT_MS);
}

static void receive_hello(struct client *client, uint16_t type, const uint8_t *body, size_t size)
{
	struct espd_hello hello;

	if (type != ESPD_HELLO || size != sizeof(hello)) {
		disconnect(client);
		return;
	}
	memcpy(&hello, body, sizeof(hello));
	if (hello.version != ESPD_PROTO_VERSION) {
		/* Connecting goes on, saying so once is enough. */
		if (client->refused_version != hello.version)
			log_err("vpngw-espd speaks protocol %u, this agent %u: update both "
				"version=%u",
				hello.version, (unsigned int)ESPD_PROTO_VERSION, hello.version);
		client->refused_version = hello.version;
		disconnect(client);
		return;
	}
	client->refused_version = 0;
	client->is_greeted = true;
	client->handlers.connected(client->handlers.arg);
}

static void receive_answer(struct client *client, const struct espd_header *header,
	const uint8_t *body, size_t size, int fd)
{
	struct pending *pending = STAILQ_FIRST(&client->waiting);
	struct espd_ack ack;

	if (!pending || pending->sequence != header->sequence ||
		(header->type == ESPD_ACK && size != sizeof(ack))) {
		if (fd >= 0)
			close(fd);
		disconnect(client);
		return;
	}
	if (header->type != ESPD_ACK) {
		if (pending->item)
			pending->item(pending->arg, header->type, body, size, fd);
		else if (fd >= 0)
			close(fd);
		return;
	}
	if (fd >= 0)
		close(fd);
	memcpy(&ack, body, sizeof(ack));
	STAILQ_REMOVE_HEAD(&client->waiting, next);
	pending->done(pending->arg, ack.error, ack.value);
	free(pending);
}

static void receive_one(struct client *client, size_t size, int fd)
{
	struct espd_header header;
	const uint8_t *body = client->buffer + sizeof(header);

	if (size < sizeof(header)) {
		if (fd >= 0)
			close(fd);
		disconnect(client);
		return;
	}
	memcpy(&header, client->buffer, sizeof(header));
	size -= sizeof(header);
	if (client->is_greeted && header.sequence) {
		receive_answer(client, &header, body, size, fd);
		return;
	}
	if (fd >= 0)
		close(fd);
	if (!client->is_greeted)
		receive_hello(client, header.type, body, size);
	else
		client->handlers.event(client->handlers.arg, header.type, body, size);
}

static void ready(void *arg, int events)
{
	struct client *client = arg;

	(void)events;
	while (client->fd >= 0) {
		int fd = -1;
		ssize_t size =
			message_receive(client->fd, client->buffer, sizeof(client->buffer), &fd);

		if (size == -EAGAIN)
			return;
		if (size <= 0)
			disconnect(client);
		else
			receive_one(client, (size_t)size, fd);
	}
}

static void try_connect(void *arg)
{
	struct client *client = arg;
	struct espd_header header = { .type = ESPD_HELLO, .sequence = 1 };
	struct espd_hello hello = { .version = ESPD_PROTO_VERSION };

	client->fd = unix_connect(client->path, SOCK_SEQPACKET);
	if (client->fd >= 0) {
		client->io = loop_io_new(client->loop, client->fd, LOOP_READ, ready, client);
		if (!message_send(client->fd, &header, sizeof(header), &hello, sizeof(hello), -1))
			return;
		disconnect(client);
		return;
	}
	client->fd = -1;
	loop_timer_set(client->reconnect, RECONNECT_MS);
}

struct client *client_new(
	struct loop *loop, const char *path, const struct client_handlers *handlers)
{
	struct client *client = xcalloc(1, sizeof(*client));

	client->loop = loop;
	client->handlers = *handlers;
	client->path = xstrdup(path);
	client->fd = -1;
	client->reconnect = loop_timer_new(loop, try_connect, client);
	STAILQ_INIT(&client->waiting);
	loop_timer_set(client->reconnect, 0);
	return client;
}

void client_free(struct client *client)
{
	struct pending *pending;

	if (!client)
		return;
	while ((pending = STAILQ_FIRST(&client->waiting))) {
		STAILQ_REMOVE_HEAD(&client->waiting, next);
		free(pending);
	}
	loop_io_free(client->io);
	loop_timer_free(client->reconnect);
	if (client->fd >= 0)
		close(client->fd);
	free(client->path);
	free(client);
}

bool client_is_connected(const struct client *client)
{
	return client->is_greeted;
}

int client_request(struct client *client, uint16_t type, const void *body, size_t size, int fd,
	client_item *item, client_done *done, void *arg)
{
	struct espd_header header = { .type = type };
	struct pending *pending;
	int err;

	if (!client->is_greeted)
		return -ENOTCONN;
	if (!++client->sequence)
		client->sequence = 1;
	header.sequence = client->sequence;
	err = message_send(client->fd, &header, sizeof(header), body, size, fd);
	if (err < 0)
		return err;
	pending = xcalloc(1, sizeof(*pending));
	pending->sequence = header.sequence;
	pending->item = item;
	pending->done = done;
	pending->arg = arg;
	STAILQ_INSERT_TAIL(&client->waiting, pending, next);
	return 0;
}
