/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plug-in's client: greeted before anything else, settings sent as the protocol says, strings
 * always ended, wrong sizes and versions cost the connection.
 */
#include "support/unit.h"

#include "base/fd.h"
#include "base/loop.h"
#include "drivers/ike/alert.h"

#include <errno.h>

static char folder[] = "/tmp/vpngw-alert.XXXXXX";

struct plug_in {
	struct loop *loop;
	char path[64];
	int listener, fd;
	struct alert_client *client;
	struct peer_port port;
	int ready, lost, alerts;
	struct charon_alert alert;
	struct charon_line line;
};

static void on_ready(void *arg)
{
	((struct plug_in *)arg)->ready++;
}

static void on_lost(void *arg)
{
	((struct plug_in *)arg)->lost++;
}

static void on_alert(void *arg, const struct charon_alert *alert)
{
	struct plug_in *plug_in = arg;

	plug_in->alerts++;
	plug_in->alert = *alert;
}

static void on_line(void *arg, const struct charon_line *line)
{
	((struct plug_in *)arg)->line = *line;
}

static void turn(struct plug_in *plug_in)
{
	for (int i = 0; i < 4; i++)
		loop_run_once(plug_in->loop, 1);
}

static void accept_client(struct plug_in *plug_in)
{
	plug_in->fd = -EAGAIN;
	for (int i = 0; i < 1000 && plug_in->fd < 0; i++) {
		turn(plug_in);
		plug_in->fd = unix_accept(plug_in->listener);
	}
	assert_true(plug_in->fd >= 0);
}

static void say(struct plug_in *plug_in, uint32_t type, const void *body, size_t size)
{
	struct charon_header header = { .type = type };

	assert_int_equal(message_send(plug_in->fd, &header, sizeof(header), body, size, -1), 0);
	turn(plug_in);
}

static void greet(struct plug_in *plug_in, uint32_t version)
{
	struct charon_hello hello = { .version = version, .pid = 1 };

	say(plug_in, CHARON_HELLO, &hello, sizeof(hello));
}

static int setup(void **state)
{
	struct plug_in *plug_in = xcalloc(1, sizeof(*plug_in));
	const struct alert_client_calls calls = {
		.ready = on_ready,
		.lost = on_lost,
		.alert = on_alert,
		.line = on_line,
		.arg = plug_in,
	};

	(void)snprintf(plug_in->path, sizeof(plug_in->path), "%s/agent", folder);
	plug_in->loop = loop_new();
	plug_in->listener = unix_listen(plug_in->path, SOCK_SEQPACKET, 0600, (gid_t)-1);
	plug_in->client = alert_client_new(plug_in->loop, plug_in->path, &calls);
	plug_in->port = alert_client_port(plug_in->client);
	turn(plug_in);
	assert_int_equal(unix_accept(plug_in->listener), -EAGAIN); /* not before it is started */
	plug_in->port.start(plug_in->port.ctx);
	accept_client(plug_in);
	*state = plug_in;
	return 0;
}

static int teardown(void **state)
{
	struct plug_in *plug_in = *state;

	alert_client_free(plug_in->client);
	close(plug_in->fd);
	close(plug_in->listener);
	loop_free(plug_in->loop);
	(void)unlink(plug_in->path);
	free(plug_in);
	return 0;
}

static void test_settings(void **state)
{
	struct plug_in *plug_in = *state;
	const struct peer_port *port = &plug_in->port;
	struct addr local, remote;
	struct {
		struct charon_header header;
		struct charon_peer peer;
	} packet;

	assert_int_equal(addr_parse("10.0.0.1", &local), 0);
	assert_int_equal(addr_parse("198.51.100.1", &remote), 0);
	assert_false(port->is_ready(port->ctx));
	assert_int_equal(port->set_nat_traversal(port->ctx, local, remote, false), -ENOTCONN);
	greet(plug_in, CHARON_PROTO_VERSION);
	assert_true(port->is_ready(port->ctx));
	assert_int_equal(plug_in->ready, 1);
	assert_int_equal(port->set_nat_traversal(port->ctx, local, remote, false), 0);
	assert_int_equal(
		message_receive(plug_in->fd, &packet, sizeof(packet), NULL), sizeof(packet));
	assert_int_equal(packet.header.type, CHARON_PEER);
	assert_int_equal(packet.peer.local_address, local.v4);
	assert_int_equal(packet.peer.remote_address, remote.v4);
	assert_int_equal(packet.peer.nat_traversal, 0);
	assert_int_equal(port->settings_complete(port->ctx), 0);
	assert_int_equal(
		message_receive(plug_in->fd, &packet, sizeof(packet), NULL), sizeof(packet.header));
	assert_int_equal(packet.header.type, CHARON_PEERS_DONE);
}

static void test_alerts_have_an_end(void **state)
{
	struct plug_in *plug_in = *state;
	struct charon_alert alert = { .reason = CHARON_PSK_MISMATCH };

	memset(alert.connection, 'x', sizeof(alert.connection));
	memset(alert.local, 'y', sizeof(alert.local));
	memset(alert.remote, 'z', sizeof(alert.remote));
	greet(plug_in, CHARON_PROTO_VERSION);
	say(plug_in, CHARON_ALERT, &alert, sizeof(alert));
	assert_int_equal(plug_in->alerts, 1);
	assert_int_equal(strlen(plug_in->alert.connection), CHARON_NAME_MAX - 1);
	assert_int_equal(strlen(plug_in->alert.local), CHARON_TEXT_MAX - 1);
	assert_int_equal(strlen(plug_in->alert.remote), CHARON_TEXT_MAX - 1);
}

static void test_lines_have_an_end(void **state)
{
	struct plug_in *plug_in = *state;
	struct charon_line line = { .time_s = 7, .lost = 3 };

	memset(line.connection, 'x', sizeof(line.connection));
	memset(line.group, 'y', sizeof(line.group));
	memset(line.text, 'z', sizeof(line.text));
	greet(plug_in, CHARON_PROTO_VERSION);
	say(plug_in, CHARON_LINE, &line, sizeof(line));
	assert_int_equal(plug_in->line.time_s, 7);
	assert_int_equal(plug_in->line.lost, 3);
	assert_int_equal(strlen(plug_in->line.connection), CHARON_NAME_MAX - 1);
	assert_int_equal(strlen(plug_in->line.group), CHARON_GROUP_MAX - 1);
	assert_int_equal(strlen(plug_in->line.text), CHARON_TEXT_MAX - 1);
}

static void test_lost_and_back(void **state)
{
	struct plug_in *plug_in = *state;

	greet(plug_in, CHARON_PROTO_VERSION);
	close(plug_in->fd);
	turn(plug_in);
	assert_int_equal(plug_in->lost, 1);
	assert_false(plug_in->port.is_ready(plug_in->port.ctx));
	accept_client(plug_in);
	greet(plug_in, CHARON_PROTO_VERSION);
	assert_int_equal(plug_in->ready, 2);
}

static void expect_dropped(struct plug_in *plug_in)
{
	char byte;

	assert_int_equal(message_receive(plug_in->fd, &byte, 1, NULL), 0);
	assert_int_equal(plug_in->alerts, 0);
}

static void test_alert_before_the_greeting(void **state)
{
	struct charon_alert alert = { .reason = CHARON_PSK_MISMATCH };

	say(*state, CHARON_ALERT, &alert, sizeof(alert));
	expect_dropped(*state);
}

static void test_another_version(void **state)
{
	greet(*state, CHARON_PROTO_VERSION + 1);
	expect_dropped(*state);
}

static void test_wrong_size(void **state)
{
	struct charon_alert alert = { .reason = CHARON_PSK_MISMATCH };

	greet(*state, CHARON_PROTO_VERSION);
	say(*state, CHARON_ALERT, &alert, sizeof(alert) - 1);
	expect_dropped(*state);
}

int main(void)
{
#define WITH_PLUG_IN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH_PLUG_IN(test_settings),
		WITH_PLUG_IN(test_alerts_have_an_end),
		WITH_PLUG_IN(test_lines_have_an_end),
		WITH_PLUG_IN(test_lost_and_back),
		WITH_PLUG_IN(test_alert_before_the_greeting),
		WITH_PLUG_IN(test_another_version),
		WITH_PLUG_IN(test_wrong_size),
	};
	int failed;

	if (!mkdtemp(folder))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(folder);
	return failed;
}
