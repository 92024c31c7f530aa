/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queue of commands over a non-blocking stream socket.
 *
 *   connect ─▶ "0001 BIRD 2.0.12 ready." ─▶ command ─▶ reply ─▶ command ─▶ ...
 */
#include "drivers/bgp/client.h"

#include "base/fd.h"
#include "base/log.h"
#include "base/loop.h"

#include <errno.h>
#include <string.h>

#define ANSWER_MS 10000
#define CONNECT_FIRST_MS 50
#define CONNECT_CAP_MS 1000
#define READ_SIZE 16384
#define READS 16 /* at once, so that a long reply does not hold up the loop */

struct command {
	char *text; /* with its line feed */
	struct bird_command call;
	struct command *next;
};

struct client {
	struct loop *loop;
	const struct clock *clock;
	char *path;
	struct bird_calls calls;
	int fd;
	struct loop_io *io;
	struct bird_reply reply;
	struct command *first, **last;
	struct command *failed, **failed_last; /* to be told from the loop */
	bool is_greeted;
	bool is_sent; /* the first command waits for its reply */
	size_t sent;  /* bytes of it */
	uint32_t connect_ms;
	struct clock_timer *connect, *answer, *tell;
};

static void command_free(struct command *command)
{
	free(command->text);
	free(command);
}

static struct command *take_first(struct client *client)
{
	struct command *command = client->first;

	client->first = command->next;
	if (!client->first)
		client->last = &client->first;
	client->is_sent = false;
	client->sent = 0;
	command->next = NULL;
	return command;
}

static void fail_later_take(struct client *client, struct command *command)
{
	*client->failed_last = command;
	client->failed_last = &command->next;
	client->clock->timer_set(client->tell, 0);
}

static void tell_failed(void *arg)
{
	struct client *client = arg;
	struct command *command = client->failed;

	/* Those added by a callback wait for the next round. */
	client->failed = NULL;
	client->failed_last = &client->failed;
	while (command) {
		struct command *next = command->next;

		command->call.done(command->call.arg, -ENOTCONN, NULL);
		command_free(command);
		command = next;
	}
}

static void disconnect(struct client *client)
{
	bool was_greeted = client->is_greeted;

	loop_io_free(TAKE_PTR(client->io));
	if (client->fd >= 0)
		close(TAKE_FD(client->fd));
	client->is_greeted = false;
	client->reply = (struct bird_reply){ 0 };
	client->clock->timer_clear(client->answer);
	while (client->first)
		fail_later_take(client, take_first(client));
	client->clock->timer_set(client->connect, client->connect_ms);
	if (client->connect_ms < CONNECT_CAP_MS)
		client->connect_ms *= 2;
	if (was_greeted)
		client->calls.lost(client->calls.arg);
}

/* -errno: the connection is lost. */
static int send_some(struct client *client)
{
	while (client->is_greeted && client->first && !client->is_sent) {
		struct command *command = client->first;
		size_t size = strlen(command->text);
		ssize_t sent = send(client->fd, command->text + client->sent, size - client->sent,
			MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
			loop_io_set(client->io, LOOP_READ | LOOP_WRITE);
			return 0;
		}
		if (sent < 0)
			return -errno;
		client->sent += (size_t)sent;
		if (client->sent < size)
			continue;
		client->is_sent = true;
		client->clock->timer_set(client->answer, ANSWER_MS);
	}
	loop_io_set(client->io, LOOP_READ);
	return 0;
}

static void greeted(struct client *client, const struct bird_line *line)
{
	if (!line->is_last || line->code != 1)
		return;
	client->is_greeted = true;
	client->connect_ms = CONNECT_FIRST_MS;
	client->clock->timer_clear(client->answer);
	client->calls.ready(client->calls.arg);
}

static void take_line(void *arg, const struct bird_line *line)
{
	struct client *client = arg;
	struct command *command = client->first;

	if (!client->is_greeted) {
		greeted(client, line);
		return;
	}
	if (!command || !client->is_sent)
		return; /* nothing was asked */
	if (!line->is_last) {
		if (command->call.line)
			command->call.line(command->call.arg, line);
		return;
	}
	command = take_first(client);
	client->clock->timer_clear(client->answer);
	command->call.done(command->call.arg, 0, line);
	command_free(command);
}

static int receive_some(struct client *client)
{
	char bytes[READ_SIZE];
	ssize_t size = recv(client->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (size == 0)
		return -ECONNRESET;
	if (size < 0)
		return -errno;
	return bird_reply_feed(&client->reply, bytes, (size_t)size, take_line, client);
}

static void ready(void *arg, int events)
{
	struct client *client = arg;
	int err = 0;

	for (int i = 0; i < READS && !err && events & LOOP_READ; i++)
		err = receive_some(client);
	if (!err || err == -EAGAIN || err == -EINTR)
		err = send_some(client);
	if (err < 0) {
		log_debug("bird: connection lost path=%s error=%s", client->path, strerror(-err));
		disconnect(client);
	}
}

static void connect_now(void *arg)
{
	struct client *client = arg;

	client->fd = unix_connect(client->path, SOCK_STREAM | SOCK_NONBLOCK);
	if (client->fd < 0) {
		client->fd = -1;
		disconnect(client);
		return;
	}
	client->io = loop_io_new(client->loop, client->fd, LOOP_READ, ready, client);
	client->clock->timer_set(client->answer, ANSWER_MS);
}

static void no_answer(void *arg)
{
	struct client *client = arg;

	log_warn("bird does not answer, connecting again path=%s", client->path);
	disconnect(client);
}

static void request(void *ctx, const struct bird_command *call)
{
	struct client *client = ctx;
	struct command *command = xcalloc(1, sizeof(*command));

	command->text = xasprintf("%s\n", call->text);
	command->call = *call;
	command->call.text = NULL;
	if (!client->is_greeted) {
		fail_later_take(client, command);
		return;
	}
	*client->last = command;
	client->last = &command->next;
	loop_io_set(client->io, LOOP_READ | LOOP_WRITE);
}

static void free_list(struct command *command)
{
	while (command) {
		struct command *next = command->next;

		command_free(command);
		command = next;
	}
}

static void close_client(void *ctx)
{
	struct client *client = ctx;

	loop_io_free(client->io);
	if (client->fd >= 0)
		close(client->fd);
	free_list(client->first);
	free_list(client->failed);
	client->clock->timer_free(client->connect);
	client->clock->timer_free(client->answer);
	client->clock->timer_free(client->tell);
	free(client->path);
	free(client);
}

struct bird_port bird_client_open(struct loop *loop, const struct clock *clock, const char *path,
	const struct bird_calls *calls)
{
	struct client *client = xcalloc(1, sizeof(*client));

	client->loop = loop;
	client->clock = clock;
	client->path = xstrdup(path);
	client->calls = *calls;
	client->fd = -1;
	client->last = &client->first;
	client->failed_last = &client->failed;
	client->connect_ms = CONNECT_FIRST_MS;
	client->connect = clock->timer_new(clock->ctx, connect_now, client);
	client->answer = clock->timer_new(clock->ctx, no_answer, client);
	client->tell = clock->timer_new(clock->ctx, tell_failed, client);
	clock->timer_set(client->connect, 0);
	return (struct bird_port){ request, close_client, client };
}
