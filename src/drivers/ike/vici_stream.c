/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A non-blocking stream of length-prefixed packets. What was sent is wiped: it may hold a key.
 */
#include "drivers/ike/vici_stream.h"

#include "base/fd.h"
#include "base/loop.h"
#include "base/secret.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

struct outgoing {
	uint8_t *bytes;
	size_t size, sent;
	struct outgoing *next;
};

struct vici_stream {
	int fd;
	struct loop_io *io;
	struct vici_stream_calls calls;
	uint8_t head[4];
	size_t head_size;
	uint8_t *frame; /* being received */
	size_t frame_size, frame_room;
	struct outgoing *first, **last;
	bool *freed; /* set by free while a callback of ours runs */
};

static uint32_t frame_length(const uint8_t head[4])
{
	return (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 | (uint32_t)head[2] << 8 | head[3];
}

static ssize_t receive(struct vici_stream *stream, uint8_t *to, size_t size)
{
	ssize_t got = recv(stream->fd, to, size, MSG_DONTWAIT);

	if (got == 0)
		return -ECONNRESET;
	return got < 0 ? -errno : got;
}

static int receive_head(struct vici_stream *stream)
{
	ssize_t got = receive(
		stream, stream->head + stream->head_size, sizeof(stream->head) - stream->head_size);

	if (got < 0)
		return (int)got;
	stream->head_size += (size_t)got;
	if (stream->head_size < sizeof(stream->head))
		return 0;
	stream->frame_room = frame_length(stream->head);
	if (stream->frame_room == 0 || stream->frame_room > VICI_FRAME_MAX)
		return -EBADMSG;
	stream->frame = xmalloc(stream->frame_room);
	stream->frame_size = 0;
	return 0;
}

/* Hands a whole frame on. 1: the stream was freed meanwhile. */
static int deliver(struct vici_stream *stream)
{
	AUTO_FREE uint8_t *frame = TAKE_PTR(stream->frame);
	struct vici_packet packet;
	bool freed = false;

	stream->head_size = 0;
	if (vici_packet_parse(frame, stream->frame_room, &packet) < 0)
		return -EBADMSG;
	stream->freed = &freed;
	stream->calls.packet(stream->calls.arg, &packet);
	if (freed)
		return 1;
	stream->freed = NULL;
	return 0;
}

static int receive_some(struct vici_stream *stream)
{
	ssize_t got;

	if (!stream->frame)
		return receive_head(stream);
	got = receive(stream, stream->frame + stream->frame_size,
		stream->frame_room - stream->frame_size);
	if (got < 0)
		return (int)got;
	stream->frame_size += (size_t)got;
	return stream->frame_size == stream->frame_room ? deliver(stream) : 0;
}

static int send_some(struct vici_stream *stream)
{
	while (stream->first) {
		struct outgoing *out = stream->first;
		ssize_t sent = send(stream->fd, out->bytes + out->sent, out->size - out->sent,
			MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -errno;
		out->sent += (size_t)sent;
		if (out->sent < out->size)
			continue;
		stream->first = out->next;
		if (!stream->first)
			stream->last = &stream->first;
		wipe(out->bytes, out->size);
		free(out->bytes);
		free(out);
	}
	loop_io_set(stream->io, LOOP_READ);
	return 0;
}

static void ready(void *arg, int events)
{
	struct vici_stream *stream = arg;
	int err = 0;

	if (events & LOOP_WRITE)
		err = send_some(stream);
	/* A bounded number of steps, so that one busy stream does not hold up the loop. */
	for (int i = 0; i < 64 && err == 0 && (events & LOOP_READ); i++)
		err = receive_some(stream);
	if (err == 1 || err == 0 || err == -EAGAIN || err == -EINTR)
		return;
	loop_io_set(stream->io, 0);
	stream->calls.lost(stream->calls.arg, err);
}

int vici_stream_open(struct loop *loop, const char *path, const struct vici_stream_calls *calls,
	struct vici_stream **ret)
{
	struct vici_stream *stream;
	int fd = unix_connect(path, SOCK_STREAM);

	if (fd < 0)
		return fd;
	stream = xcalloc(1, sizeof(*stream));
	stream->fd = fd;
	stream->calls = *calls;
	stream->last = &stream->first;
	stream->io = loop_io_new(loop, fd, LOOP_READ, ready, stream);
	*ret = stream;
	return 0;
}

void vici_stream_free(struct vici_stream *stream)
{
	if (!stream)
		return;
	if (stream->freed)
		*stream->freed = true;
	while (stream->first) {
		struct outgoing *out = stream->first;

		stream->first = out->next;
		wipe(out->bytes, out->size);
		free(out->bytes);
		free(out);
	}
	loop_io_free(stream->io);
	close(stream->fd);
	free(stream->frame);
	free(stream);
}

int vici_stream_send(struct vici_stream *stream, enum vici_packet_type type, const char *name,
	const struct vici_message *message)
{
	struct outgoing *out = xcalloc(1, sizeof(*out));
	int err = vici_packet_encode(type, name, message, &out->bytes, &out->size);

	if (err < 0) {
		free(out);
		return err;
	}
	*stream->last = out;
	stream->last = &out->next;
	loop_io_set(stream->io, LOOP_READ | LOOP_WRITE);
	return 0;
}
