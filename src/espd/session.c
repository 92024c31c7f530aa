/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See session.h.
 */
#include "espd/session.h"

#include "base/fd.h"
#include "base/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <string.h>
#include <sys/queue.h>

#define HEAD_MAX 256
#define READ_BURST 16

struct waiting {
	STAILQ_ENTRY(waiting) next;
	int fd;
	size_t size;
	uint8_t bytes[];
};

struct session {
	struct session_events events;
	int fd;
	struct loop_io *io;
	struct loop_timer *end; /* set when the connection is over */
	bool ended;
	size_t queue_len;
	STAILQ_HEAD(, waiting) queue;
	uint8_t *buffer; /* ESPD_MESSAGE_MAX */
};

void session_end(struct session *session)
{
	if (session->ended)
		return;
	session->ended = true;
	loop_io_set(session->io, 0);
	loop_timer_set(session->end, 0);
}

static void on_end(void *arg)
{
	struct session *session = arg;

	session->events.closed(session->events.arg);
}

static void free_waiting(struct waiting *waiting)
{
	if (waiting->fd >= 0)
		close(waiting->fd);
	free(waiting);
}

static void send_queue(struct session *session)
{
	struct waiting *waiting;

	while ((waiting = STAILQ_FIRST(&session->queue))) {
		int err = message_send(
			session->fd, waiting->bytes, waiting->size, NULL, 0, waiting->fd);

		if (err == -EAGAIN)
			return;
		if (err < 0) {
			session_end(session);
			return;
		}
		STAILQ_REMOVE_HEAD(&session->queue, next);
		session->queue_len--;
		free_waiting(waiting);
	}
	loop_io_set(session->io, LOOP_READ);
	session->events.drained(session->events.arg);
}

/* One request; false: no more now. */
static bool read_message(struct session *session)
{
	AUTO_CLOSE int fd = -1;
	struct espd_header header;
	ssize_t size = message_receive(session->fd, session->buffer, ESPD_MESSAGE_MAX, &fd);

	if (size == -EAGAIN || size == -EINTR)
		return false;
	if (size < (ssize_t)sizeof(header)) {
		session_end(session);
		return false;
	}
	memcpy(&header, session->buffer, sizeof(header));
	session->events.message(session->events.arg, &header, session->buffer + sizeof(header),
		(size_t)size - sizeof(header), &fd);
	OPENSSL_cleanse(session->buffer, (size_t)size);
	return true;
}

static void on_ready(void *arg, int events)
{
	struct session *session = arg;

	if (events & LOOP_WRITE && !STAILQ_EMPTY(&session->queue))
		send_queue(session);
	for (int i = 0; i < READ_BURST; i++)
		if (session->ended || session_is_behind(session) || !read_message(session))
			return;
}

struct session *session_new(struct loop *loop, int fd, struct session_events events)
{
	struct session *session = xcalloc(1, sizeof(*session));

	session->events = events;
	session->fd = fd;
	session->buffer = xmalloc(ESPD_MESSAGE_MAX);
	STAILQ_INIT(&session->queue);
	session->io = loop_io_new(loop, fd, LOOP_READ, on_ready, session);
	session->end = loop_timer_new(loop, on_end, session);
	return session;
}

void session_free(struct session *session)
{
	struct waiting *waiting;

	if (!session)
		return;
	while ((waiting = STAILQ_FIRST(&session->queue))) {
		STAILQ_REMOVE_HEAD(&session->queue, next);
		free_waiting(waiting);
	}
	loop_io_free(session->io);
	loop_timer_free(session->end);
	close(session->fd);
	free(session->buffer);
	free(session);
}

static void enqueue(struct session *session, const void *head, size_t head_size, const void *body,
	size_t body_size, int fd)
{
	struct waiting *waiting;

	if (session->queue_len == SESSION_QUEUE_MAX) {
		session_end(session);
		return;
	}
	waiting = xmalloc(sizeof(*waiting) + head_size + body_size);
	waiting->fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
	waiting->size = head_size + body_size;
	memcpy(waiting->bytes, head, head_size);
	if (body_size)
		memcpy(waiting->bytes + head_size, body, body_size);
	STAILQ_INSERT_TAIL(&session->queue, waiting, next);
	session->queue_len++;
	if (fd >= 0 && waiting->fd < 0)
		session_end(session);
	else
		loop_io_set(session->io, LOOP_WRITE);
}

static void send_message(struct session *session, const void *head, size_t head_size,
	const void *body, size_t body_size, int fd)
{
	int err = -EAGAIN;

	if (session->ended)
		return;
	if (STAILQ_EMPTY(&session->queue))
		err = message_send(session->fd, head, head_size, body, body_size, fd);
	if (err == -EAGAIN)
		enqueue(session, head, head_size, body, body_size, fd);
	else if (err < 0)
		session_end(session);
}

void session_send(struct session *session, uint16_t type, uint32_t sequence, const void *body,
	size_t size, int fd)
{
	struct espd_header header = { .type = type, .sequence = sequence };

	send_message(session, &header, sizeof(header), body, size, fd);
}

bool session_send_lossy(struct session *session, uint16_t type, const void *head, size_t head_size,
	const void *body, size_t body_size)
{
	struct espd_header header = { .type = type };
	uint8_t bytes[HEAD_MAX];

	if (session->ended || session->queue_len >= SESSION_EVENT_QUEUE_MAX ||
		sizeof(header) + head_size > sizeof(bytes))
		return false;
	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + sizeof(header), head, head_size);
	send_message(session, bytes, sizeof(header) + head_size, body, body_size, -1);
	return !session->ended;
}

bool session_is_behind(const struct session *session)
{
	return session->queue_len > 0;
}
