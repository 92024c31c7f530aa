/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The VICI client against a server that misbehaves: commands in order, answers to their askers,
 * loss told to all that wait, connecting again, nonsense that costs the connection only.
 */
#include "support/unit.h"

#include "base/fd.h"
#include "base/loop.h"
#include "drivers/ike/vici_client.h"

#include <errno.h>
#include <sys/socket.h>

static const char *const events[] = { "ike-updown", NULL };
static char folder[] = "/tmp/vpngw-vici.XXXXXX";

struct server {
	struct loop *loop;
	int listener, commands, events;
	char path[64];
	struct vici_client *client;
	int ready, lost, event;
};

struct asked {
	int done, err, streamed;
	char answer[32];
};

static void on_ready(void *arg)
{
	((struct server *)arg)->ready++;
}

static void on_lost(void *arg)
{
	((struct server *)arg)->lost++;
}

static void on_event(void *arg, const char *name, const struct vici_tree *message)
{
	(void)message;
	assert_string_equal(name, "ike-updown");
	((struct server *)arg)->event++;
}

static void turn(struct server *server)
{
	for (int i = 0; i < 4; i++)
		loop_run_once(server->loop, 1);
}

/* The next packet on a connection, turning the loop until it is there. */
static void receive(struct server *server, int fd, uint8_t *ret, size_t max, size_t *ret_size)
{
	uint8_t head[4];
	ssize_t got = -1;

	for (int i = 0; i < 1000 && got < 0; i++) {
		turn(server);
		got = recv(fd, head, sizeof(head), MSG_DONTWAIT);
	}
	assert_int_equal(got, 4);
	*ret_size = (size_t)head[2] << 8 | head[3];
	assert_true(*ret_size <= max);
	assert_int_equal(recv(fd, ret, *ret_size, MSG_WAITALL), *ret_size);
}

static void expect_packet(
	struct server *server, int fd, enum vici_packet_type type, const char *name)
{
	uint8_t bytes[512];
	struct vici_packet packet;
	size_t size;

	receive(server, fd, bytes, sizeof(bytes), &size);
	assert_int_equal(vici_packet_parse(bytes, size, &packet), 0);
	assert_int_equal(packet.type, type);
	assert_string_equal(packet.name, name);
}

static void send_packet(int fd, enum vici_packet_type type, const char *name, const char *value)
{
	struct vici_message message = { 0 };
	uint8_t *frame;
	size_t size;

	if (value)
		vici_value(&message, "k", value);
	assert_int_equal(vici_packet_encode(type, name, &message, &frame, &size), 0);
	assert_int_equal(send(fd, frame, size, 0), size);
	free(frame);
	vici_message_clear(&message);
}

static int accept_one(struct server *server)
{
	int fd = -EAGAIN;

	for (int i = 0; i < 1000 && fd < 0; i++) {
		turn(server);
		fd = unix_accept(server->listener);
	}
	assert_true(fd >= 0);
	return fd;
}

/* Takes both connections and confirms what they register for. */
static void accept_both(struct server *server)
{
	server->commands = accept_one(server);
	server->events = accept_one(server);
	expect_packet(server, server->commands, VICI_EVENT_REGISTER, "list-sa");
	send_packet(server->commands, VICI_EVENT_CONFIRM, "", NULL);
	expect_packet(server, server->commands, VICI_EVENT_REGISTER, "list-conn");
	send_packet(server->commands, VICI_EVENT_CONFIRM, "", NULL);
	expect_packet(server, server->events, VICI_EVENT_REGISTER, "ike-updown");
	turn(server);
	assert_false(vici_client_is_ready(server->client));
	send_packet(server->events, VICI_EVENT_CONFIRM, "", NULL);
	turn(server);
	assert_true(vici_client_is_ready(server->client));
}

static int setup(void **state)
{
	struct server *server = xcalloc(1, sizeof(*server));
	const struct vici_client_calls calls = {
		.ready = on_ready,
		.lost = on_lost,
		.event = on_event,
		.arg = server,
	};

	(void)snprintf(server->path, sizeof(server->path), "%s/vici", folder);
	server->loop = loop_new();
	server->listener = unix_listen(server->path, SOCK_STREAM, 0600, (gid_t)-1);
	assert_true(server->listener >= 0);
	server->client = vici_client_new(server->loop, server->path, events, &calls);
	accept_both(server);
	*state = server;
	return 0;
}

static int teardown(void **state)
{
	struct server *server = *state;

	vici_client_free(server->client);
	close(server->listener);
	close(server->commands);
	close(server->events);
	loop_free(server->loop);
	(void)unlink(server->path);
	free(server);
	return 0;
}

static void streamed(void *arg, const struct vici_tree *message)
{
	(void)message;
	((struct asked *)arg)->streamed++;
}

static void done(void *arg, int err, const struct vici_tree *answer)
{
	struct asked *asked = arg;
	char *text;

	asked->done++;
	asked->err = err;
	if (err < 0)
		return;
	text = vici_value_text(vici_find(answer, vici_root(answer), "k"));
	(void)snprintf(asked->answer, sizeof(asked->answer), "%s", text ? text : "");
	free(text);
}

static void ask(struct server *server, const char *command, struct asked *asked)
{
	vici_client_request(server->client,
		&(struct vici_request){
			.command = command, .streamed = streamed, .done = done, .arg = asked });
	assert_int_equal(asked->done, 0); /* never inside */
}

static void test_one_command_at_a_time(void **state)
{
	struct server *server = *state;
	struct asked first = { 0 }, second = { 0 };
	uint8_t byte;

	ask(server, "list-sas", &first);
	ask(server, "stats", &second);
	expect_packet(server, server->commands, VICI_CMD_REQUEST, "list-sas");
	turn(server);
	assert_int_equal(recv(server->commands, &byte, 1, MSG_DONTWAIT), -1);
	send_packet(server->commands, VICI_EVENT, "list-sa", "x");
	send_packet(server->commands, VICI_EVENT, "list-sa", "y");
	send_packet(server->commands, VICI_CMD_RESPONSE, "", "one");
	expect_packet(server, server->commands, VICI_CMD_REQUEST, "stats");
	assert_int_equal(first.streamed, 2);
	assert_string_equal(first.answer, "one");
	send_packet(server->commands, VICI_CMD_RESPONSE, "", "two");
	turn(server);
	assert_string_equal(second.answer, "two");
	assert_int_equal(second.streamed, 0);
	assert_int_equal(first.done + second.done, 2);
}

static void test_unknown_command(void **state)
{
	struct server *server = *state;
	struct asked asked = { 0 };

	ask(server, "no-such", &asked);
	expect_packet(server, server->commands, VICI_CMD_REQUEST, "no-such");
	send_packet(server->commands, VICI_CMD_UNKNOWN, "", NULL);
	turn(server);
	assert_int_equal(asked.err, -EOPNOTSUPP);
	assert_int_equal(server->lost, 0);
}

static void test_events(void **state)
{
	struct server *server = *state;

	send_packet(server->events, VICI_EVENT, "ike-updown", "x");
	turn(server);
	assert_int_equal(server->event, 1);
}

static void test_loss_is_told_and_healed(void **state)
{
	struct server *server = *state;
	struct asked waiting = { 0 }, queued = { 0 }, late = { 0 }, again = { 0 };

	ask(server, "stats", &waiting);
	ask(server, "stats", &queued);
	expect_packet(server, server->commands, VICI_CMD_REQUEST, "stats");
	close(server->commands);
	close(server->events);
	turn(server);
	assert_int_equal(waiting.err, -ENOTCONN);
	assert_int_equal(queued.err, -ENOTCONN);
	assert_int_equal(server->lost, 1);
	ask(server, "stats", &late);
	turn(server);
	assert_int_equal(late.err, -ENOTCONN);
	accept_both(server);
	assert_int_equal(server->ready, 2);
	ask(server, "stats", &again);
	expect_packet(server, server->commands, VICI_CMD_REQUEST, "stats");
}

static void lose_by(struct server *server, const void *bytes, size_t size)
{
	assert_int_equal(send(server->commands, bytes, size, 0), size);
	turn(server);
	assert_int_equal(server->lost, 1);
	close(server->commands);
	close(server->events);
	accept_both(server);
}

static void test_too_long_a_frame(void **state)
{
	lose_by(*state, "\x00\x10\x00\x00", 4);
}

static void test_no_packet(void **state)
{
	lose_by(*state, "\x00\x00\x00\x01\x63", 5);
}

static void test_an_answer_nobody_asked_for(void **state)
{
	lose_by(*state, "\x00\x00\x00\x01\x01", 5);
}

int main(void)
{
#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH_SERVER(test_one_command_at_a_time),
		WITH_SERVER(test_unknown_command),
		WITH_SERVER(test_events),
		WITH_SERVER(test_loss_is_told_and_healed),
		WITH_SERVER(test_too_long_a_frame),
		WITH_SERVER(test_no_packet),
		WITH_SERVER(test_an_answer_nobody_asked_for),
	};
	int failed;

	if (!mkdtemp(folder))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(folder);
	return failed;
}
