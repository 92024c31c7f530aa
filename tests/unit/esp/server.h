/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The far end of the agent's connection to vpngw-espd, in the hands of a test: it reads one message
 * at a time and answers what it likes, also what espd never would.
 */
#pragma once

#include "base/fd.h"
#include "base/loop.h"
#include "espd/proto.h"
#include "support/temp_dir.h"

#include <dirent.h>
#include <errno.h>

struct server {
	struct loop *loop;
	char *folder, *path;
	int listener, connection;
};

/* What the client sent last. */
struct received {
	struct espd_header header;
	uint8_t body[256];
	size_t size;
	int fd;
};

static inline void server_start(struct server *server)
{
	server->loop = loop_new();
	server->folder = temp_dir_new();
	server->path = xasprintf("%s/agent.sock", server->folder);
	server->listener = unix_listen(server->path, SOCK_SEQPACKET, 0600, (gid_t)-1);
	assert_true(server->listener >= 0);
	server->connection = -1;
}

static inline void server_hang_up(struct server *server)
{
	close(server->connection);
	server->connection = -1;
}

static inline void server_stop(struct server *server)
{
	if (server->connection >= 0)
		close(server->connection);
	close(server->listener);
	loop_free(server->loop);
	free(server->path);
	temp_dir_free(server->folder);
}

static inline void server_turn(struct server *server)
{
	for (int i = 0; i < 4; i++)
		loop_run_once(server->loop, 1);
}

/* The client's next connection. */
static inline void server_accept(struct server *server)
{
	server->connection = -EAGAIN;
	for (int i = 0; i < 2000 && server->connection < 0; i++) {
		loop_run_once(server->loop, 5);
		server->connection = unix_accept(server->listener);
	}
	assert_true(server->connection >= 0);
}

/* The client's next message, with the type it must have. ret->fd is the caller's. */
static inline void server_receive(struct server *server, uint16_t type, struct received *ret)
{
	uint8_t bytes[sizeof(ret->header) + sizeof(ret->body)];
	ssize_t size = -EAGAIN;

	for (int i = 0; i < 2000 && size == -EAGAIN; i++) {
		size = message_receive(server->connection, bytes, sizeof(bytes), &ret->fd);
		if (size == -EAGAIN)
			loop_run_once(server->loop, 5);
	}
	assert_true(size >= (ssize_t)sizeof(ret->header));
	memcpy(&ret->header, bytes, sizeof(ret->header));
	ret->size = (size_t)size - sizeof(ret->header);
	memcpy(ret->body, bytes + sizeof(ret->header), ret->size);
	assert_int_equal(ret->header.type, type);
}

/* The client closes the connection without a further word. */
static inline void server_expect_end(struct server *server)
{
	uint8_t byte;
	ssize_t size = -EAGAIN;

	for (int i = 0; i < 2000 && size == -EAGAIN; i++) {
		loop_run_once(server->loop, 5);
		size = message_receive(server->connection, &byte, 1, NULL);
	}
	assert_true(size == 0 || size == -ECONNRESET);
	server_hang_up(server);
}

static inline void server_send(struct server *server, uint16_t type, uint32_t sequence,
	const void *body, size_t size, int fd)
{
	struct espd_header header = { .type = type, .sequence = sequence };

	assert_int_equal(
		message_send(server->connection, &header, sizeof(header), body, size, fd), 0);
}

static inline void server_acknowledge(struct server *server, uint32_t sequence, int32_t error)
{
	struct espd_ack ack = { .error = error, .value = 5 };

	server_send(server, ESPD_ACK, sequence, &ack, sizeof(ack), -1);
}

static inline void server_greet(struct server *server, uint32_t version)
{
	struct espd_hello hello = { .version = version };
	struct received received;

	server_receive(server, ESPD_HELLO, &received);
	assert_int_equal(received.size, sizeof(hello));
	assert_memory_equal(
		received.body, &(struct espd_hello){ ESPD_PROTO_VERSION }, sizeof(hello));
	server_send(server, ESPD_HELLO, 0, &hello, sizeof(hello), -1);
	server_turn(server);
}

/* How many descriptors this process has. */
static inline int count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}
