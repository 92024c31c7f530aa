/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both connections, the queue of commands, reconnecting. VICI has no sequence numbers: the answer
 * belongs to the oldest command, and a command's stream of messages comes before its answer.
 *
 *   commands   connect ─▶ register list-sa, list-conn ─▶ request ─▶ events* ─▶ response ─▶ ...
 *   events     connect ─▶ register ...                ─▶ events*
 */
#include "drivers/ike/vici_client.h"

#include "base/log.h"
#include "base/loop.h"
#include "drivers/ike/vici_stream.h"

#include <errno.h>
#include <string.h>

#define ANSWER_MS 10000
#define CONNECT_FIRST_MS 50
#define CONNECT_CAP_MS 1000

struct command {
	char *name;
	struct vici_message *message;
	void (*streamed)(void *arg, const struct vici_tree *message);
	void (*done)(void *arg, int err, const struct vici_tree *answer);
	void *arg;
	int err; /* it cannot be sent */
	struct command *next;
};

struct channel {
	struct vici_client *client;
	struct vici_stream *stream;
	const char *const *events; /* to register for */
	size_t registered;
};

struct vici_client {
	struct loop *loop;
	char *path;
	struct vici_client_calls calls;
	struct channel commands, events;
	struct command *first, **last;
	struct command *failed, **failed_last; /* to be told from the loop */
	bool is_sent;                          /* the first command waits for its answer */
	bool is_ready;
	uint32_t connect_ms;
	struct loop_timer *connect, *answer, *tell;
};

/* What list-sas and list-conns stream. */
static const char *const streams[] = { "list-sa", "list-conn", NULL };

static void command_free(struct command *command)
{
	if (command->message) {
		vici_message_clear(command->message);
		free(command->message);
	}
	free(command->name);
	free(command);
}

static struct command *take_first(struct vici_client *client)
{
	struct command *command = client->first;

	client->first = command->next;
	if (!client->first)
		client->last = &client->first;
	client->is_sent = false;
	loop_timer_clear(client->answer);
	command->next = NULL;
	return command;
}

static void tell_later_take(struct vici_client *client, struct command *command, int err)
{
	command->err = err;
	command->next = NULL;
	*client->failed_last = command;
	client->failed_last = &command->next;
	loop_timer_set(client->tell, 0);
}

static void tell_failed(void *arg)
{
	struct vici_client *client = arg;
	struct command *command = client->failed;

	/* Those added by a callback wait for the next round. */
	client->failed = NULL;
	client->failed_last = &client->failed;
	while (command) {
		struct command *next = command->next;

		command->done(command->arg, command->err, NULL);
		command_free(command);
		command = next;
	}
}

static void send_next(struct vici_client *client)
{
	while (client->is_ready && !client->is_sent && client->first) {
		struct command *command = client->first;
		int err = vici_stream_send(
			client->commands.stream, VICI_CMD_REQUEST, command->name, command->message);

		if (command->message)
			vici_message_clear(command->message);
		if (err < 0) {
			tell_later_take(client, take_first(client), err);
			continue;
		}
		client->is_sent = true;
		loop_timer_set(client->answer, ANSWER_MS);
	}
}

static void disconnect(struct vici_client *client)
{
	bool was_ready = client->is_ready;

	client->is_ready = false;
	vici_stream_free(client->commands.stream);
	vici_stream_free(client->events.stream);
	client->commands.stream = NULL;
	client->events.stream = NULL;
	while (client->first)
		tell_later_take(client, take_first(client), -ENOTCONN);
	loop_timer_set(client->connect, client->connect_ms);
	if (client->connect_ms < CONNECT_CAP_MS)
		client->connect_ms *= 2;
	if (was_ready)
		client->calls.lost(client->calls.arg);
}

static void lost(void *arg, int err)
{
	struct channel *channel = arg;

	log_debug("VICI connection lost error=%s", strerror(-err));
	disconnect(channel->client);
}

static void no_answer(void *arg)
{
	struct vici_client *client = arg;

	log_warn("charon does not answer, connecting again command=%s", client->first->name);
	disconnect(client);
}

static bool register_next(struct channel *channel)
{
	const char *name = channel->events[channel->registered];

	return name && vici_stream_send(channel->stream, VICI_EVENT_REGISTER, name, NULL) == 0;
}

static void confirmed(struct channel *channel)
{
	struct vici_client *client = channel->client;

	channel->registered++;
	if (register_next(channel) || client->is_ready ||
		client->commands.events[client->commands.registered] ||
		client->events.events[client->events.registered])
		return;
	client->is_ready = true;
	client->connect_ms = CONNECT_FIRST_MS;
	client->calls.ready(client->calls.arg);
	send_next(client);
}

static void got_event(struct channel *channel, const struct vici_packet *packet)
{
	struct vici_client *client = channel->client;
	struct vici_tree tree;

	if (vici_parse(packet->message, packet->message_size, &tree) < 0) {
		log_debug("malformed VICI event name=%s", packet->name);
		return;
	}
	if (channel == &client->events)
		client->calls.event(client->calls.arg, packet->name, &tree);
	else if (client->is_sent && client->first->streamed)
		client->first->streamed(client->first->arg, &tree);
	vici_tree_clear(&tree);
}

static void got_answer(struct vici_client *client, const struct vici_packet *packet)
{
	struct command *command = take_first(client);
	struct vici_tree tree;
	int err = packet->type == VICI_CMD_UNKNOWN ? -EOPNOTSUPP : 0;

	if (err == 0)
		err = vici_parse(packet->message, packet->message_size, &tree);
	send_next(client);
	command->done(command->arg, err, err < 0 ? NULL : &tree);
	if (err == 0)
		vici_tree_clear(&tree);
	command_free(command);
}

static void got_packet(void *arg, const struct vici_packet *packet)
{
	struct channel *channel = arg;
	struct vici_client *client = channel->client;

	switch (packet->type) {
	case VICI_EVENT_CONFIRM:
		confirmed(channel);
		return;
	case VICI_EVENT:
		got_event(channel, packet);
		return;
	case VICI_CMD_RESPONSE:
	case VICI_CMD_UNKNOWN:
		if (channel == &client->commands && client->is_sent) {
			got_answer(client, packet);
			return;
		}
		break;
	case VICI_EVENT_UNKNOWN:
		log_err("charon does not know an event name=%s",
			channel->events[channel->registered]);
		break;
	case VICI_CMD_REQUEST:
	case VICI_EVENT_REGISTER:
	case VICI_EVENT_UNREGISTER:
		break;
	}
	log_debug("unexpected VICI packet type=%u", (unsigned int)packet->type);
	disconnect(client);
}

static int open_channel(struct vici_client *client, struct channel *channel)
{
	const struct vici_stream_calls calls = {
		.packet = got_packet,
		.lost = lost,
		.arg = channel,
	};
	int err = vici_stream_open(client->loop, client->path, &calls, &channel->stream);

	if (err < 0)
		return err;
	channel->registered = 0;
	return register_next(channel) ? 0 : -EINVAL;
}

static void connect_now(void *arg)
{
	struct vici_client *client = arg;

	if (open_channel(client, &client->commands) < 0 ||
		open_channel(client, &client->events) < 0)
		disconnect(client);
}

struct vici_client *vici_client_new(struct loop *loop, const char *path, const char *const *events,
	const struct vici_client_calls *calls)
{
	struct vici_client *client = xcalloc(1, sizeof(*client));

	client->loop = loop;
	client->path = xstrdup(path);
	client->calls = *calls;
	client->commands = (struct channel){ .client = client, .events = streams };
	client->events = (struct channel){ .client = client, .events = events };
	client->last = &client->first;
	client->failed_last = &client->failed;
	client->connect_ms = CONNECT_FIRST_MS;
	client->connect = loop_timer_new(loop, connect_now, client);
	client->answer = loop_timer_new(loop, no_answer, client);
	client->tell = loop_timer_new(loop, tell_failed, client);
	loop_timer_set(client->connect, 0);
	return client;
}

static void free_list(struct command *command)
{
	while (command) {
		struct command *next = command->next;

		command_free(command);
		command = next;
	}
}

void vici_client_free(struct vici_client *client)
{
	if (!client)
		return;
	vici_stream_free(client->commands.stream);
	vici_stream_free(client->events.stream);
	free_list(client->first);
	free_list(client->failed);
	loop_timer_free(client->connect);
	loop_timer_free(client->answer);
	loop_timer_free(client->tell);
	free(client->path);
	free(client);
}

void vici_client_request(struct vici_client *client, const struct vici_request *request)
{
	struct command *command = xcalloc(1, sizeof(*command));

	command->name = xstrdup(request->command);
	command->message = xcalloc(1, sizeof(*command->message));
	if (request->message) {
		*command->message = *request->message;
		*request->message = (struct vici_message){ 0 };
	}
	command->streamed = request->streamed;
	command->done = request->done;
	command->arg = request->arg;
	if (!client->is_ready) {
		tell_later_take(client, command, -ENOTCONN);
		return;
	}
	*client->last = command;
	client->last = &command->next;
	send_next(client);
}

bool vici_client_is_ready(const struct vici_client *client)
{
	return client->is_ready;
}

static bool port_is_ready(void *ctx)
{
	return vici_client_is_ready(ctx);
}

static void port_request(void *ctx, const struct vici_request *request)
{
	vici_client_request(ctx, request);
}

struct vici_port vici_client_port(struct vici_client *client)
{
	return (struct vici_port){
		.is_ready = port_is_ready,
		.request = port_request,
		.ctx = client,
	};
}
