/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other side of the agent's connection to vpngw-espd, played by the test, message by message.
 */
#pragma once

#include "support/temp_dir.h"
#include "support/unit.h"

#include "base/fd.h"
#include "base/instant.h"
#include "base/loop.h"
#include "espd/proto.h"

#include <errno.h>
#include <stdbool.h>

struct other_side {
	struct loop *loop;
	char *dir, *path;
	int listener, fd;
	struct espd_header header; /* of the last message received */
	uint8_t body[4096];
	size_t size;
	int passed_fd;
};

static inline void other_side_init(struct other_side *other)
{
	*other = (struct other_side){ .loop = loop_new(), .fd = -1, .passed_fd = -1 };
	other->dir = temp_dir_new();
	other->path = xasprintf("%s/agent.sock", other->dir);
	other->listener = unix_listen(other->path, SOCK_SEQPACKET, 0600, (gid_t)-1);
	assert_true(other->listener >= 0);
}

static inline void other_side_hang_up(struct other_side *other)
{
	if (other->passed_fd >= 0)
		close(other->passed_fd);
	if (other->fd >= 0)
		close(other->fd);
	other->fd = other->passed_fd = -1;
}

static inline void other_side_done(struct other_side *other)
{
	other_side_hang_up(other);
	close(other->listener);
	loop_free(other->loop);
	temp_dir_free(other->dir);
	free(other->path);
}

/* Runs the loop until the condition holds; fails after 10 s. */
#define UNTIL(other, condition)                                                                    \
	do {                                                                                       \
		struct mono limit_ = mono_add_ms(mono_now(), 10000);                               \
		while (!(condition)) {                                                             \
			if (mono_diff_ms(limit_, mono_now()) < 0)                                  \
				fail_msg("not within 10 s: %s", #condition);                       \
			loop_run_once((other)->loop, 10);                                          \
		}                                                                                  \
	} while (0)

static inline bool other_side_try_receive(struct other_side *other)
{
	uint8_t message[sizeof(other->header) + sizeof(other->body)];
	ssize_t size;

	if (other->passed_fd >= 0)
		close(other->passed_fd);
	other->passed_fd = -1;
	size = message_receive(other->fd, message, sizeof(message), &other->passed_fd);
	if (size == -EAGAIN)
		return false;
	assert_true(size >= (ssize_t)sizeof(other->header));
	memcpy(&other->header, message, sizeof(other->header));
	other->size = (size_t)size - sizeof(other->header);
	memcpy(other->body, message + sizeof(other->header), other->size);
	return true;
}

/* The next message must be of this type. */
static inline void other_side_receive(struct other_side *other, uint16_t type)
{
	UNTIL(other, other_side_try_receive(other));
	assert_int_equal(other->header.type, type);
	assert_int_equal(other->header.reserved, 0);
}

static inline void other_side_send(struct other_side *other, uint16_t type, uint32_t sequence,
	const void *body, size_t size, int fd)
{
	struct espd_header header = { .type = type, .sequence = sequence };

	assert_int_equal(message_send(other->fd, &header, sizeof(header), body, size, fd), 0);
}

/* Acknowledges the last request. */
static inline void other_side_ack(struct other_side *other, int error)
{
	struct espd_ack ack = { .error = error };

	other_side_send(other, ESPD_ACK, other->header.sequence, &ack, sizeof(ack), -1);
}

static inline bool other_side_try_accept(struct other_side *other)
{
	int fd = unix_accept(other->listener);

	if (fd >= 0)
		other->fd = fd;
	return fd >= 0;
}

static inline void other_side_accept(struct other_side *other)
{
	UNTIL(other, other_side_try_accept(other));
	other_side_receive(other, ESPD_HELLO);
	assert_int_equal(other->size, sizeof(struct espd_hello));
	assert_int_not_equal(other->header.sequence, 0);
}

static inline void other_side_greet(struct other_side *other, uint32_t version)
{
	struct espd_hello hello = { .version = version };

	other_side_send(other, ESPD_HELLO, other->header.sequence, &hello, sizeof(hello), -1);
}
