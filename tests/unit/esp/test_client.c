/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection to vpngw-espd against a far end that misbehaves: greeting, order of answers, loss
 * told to all that wait, connecting again, and no descriptor left behind.
 */
#include "support/unit.h"

#include "drivers/esp/client.h"
#include "unit/esp/server.h"

#include <fcntl.h>

struct bench {
	struct server server;
	struct client *client;
	int connected, lost, events;
	uint16_t event_type;
	size_t event_size;
};

struct asked {
	int done, items, error, fd;
	uint32_t value;
	uint16_t item_type;
	struct bench *bench; /* when set: asks again from within the answer */
};

static void on_connected(void *arg)
{
	((struct bench *)arg)->connected++;
}

static void on_lost(void *arg)
{
	((struct bench *)arg)->lost++;
}

static void on_event(void *arg, uint16_t type, const void *body, size_t size)
{
	struct bench *bench = arg;

	(void)body;
	bench->events++;
	bench->event_type = type;
	bench->event_size = size;
}

static void on_item(void *arg, uint16_t type, const void *body, size_t size, int fd)
{
	struct asked *asked = arg;

	(void)body;
	(void)size;
	asked->items++;
	asked->item_type = type;
	asked->fd = fd;
}

static void on_done(void *arg, int error, uint32_t value)
{
	struct asked *asked = arg;

	asked->done++;
	asked->error = error;
	asked->value = value;
	if (asked->bench)
		assert_int_equal(client_request(asked->bench->client, ESPD_DUMP, NULL, 0, -1, NULL,
					 on_done, asked),
			-ENOTCONN);
}

static int setup(void **state)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));

	server_start(&bench->server);
	bench->client = client_new(bench->server.loop, bench->server.path,
		&(struct client_handlers){ on_connected, on_lost, on_event, bench });
	server_accept(&bench->server);
	*state = bench;
	return 0;
}

static int setup_greeted(void **state)
{
	struct bench *bench;

	setup(state);
	bench = *state;
	server_greet(&bench->server, ESPD_PROTO_VERSION);
	assert_true(client_is_connected(bench->client));
	assert_int_equal(bench->connected, 1);
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	client_free(bench->client);
	server_stop(&bench->server);
	free(bench);
	return 0;
}

static void ask(struct bench *bench, struct asked *asked, struct received *received)
{
	asked->fd = -1;
	assert_int_equal(
		client_request(bench->client, ESPD_DUMP, "body", 4, -1, on_item, on_done, asked),
		0);
	assert_int_equal(asked->done, 0); /* never inside */
	server_receive(&bench->server, ESPD_DUMP, received);
	assert_true(received->header.sequence != 0);
	assert_int_equal(received->size, 4);
	assert_memory_equal(received->body, "body", 4);
}

/* The connection ends, is told once, and a new one works. */
static void assert_reconnects(struct bench *bench)
{
	struct asked asked = { 0 };
	struct received received;

	server_expect_end(&bench->server);
	assert_false(client_is_connected(bench->client));
	assert_int_equal(bench->lost, 1);
	server_accept(&bench->server);
	server_greet(&bench->server, ESPD_PROTO_VERSION);
	assert_int_equal(bench->connected, 2);
	ask(bench, &asked, &received);
	server_acknowledge(&bench->server, received.header.sequence, 0);
	server_turn(&bench->server);
	assert_int_equal(asked.done, 1);
	assert_int_equal(asked.error, 0);
}

static void test_no_request_before_the_greeting(void **state)
{
	struct bench *bench = *state;
	struct asked asked = { 0 };

	assert_int_equal(
		client_request(bench->client, ESPD_DUMP, NULL, 0, -1, NULL, on_done, &asked),
		-ENOTCONN);
	server_greet(&bench->server, ESPD_PROTO_VERSION);
	assert_int_equal(bench->connected, 1);
	assert_int_equal(asked.done, 0);
}

static void refuse_greeting(struct bench *bench)
{
	server_expect_end(&bench->server);
	assert_false(client_is_connected(bench->client));
	assert_int_equal(bench->connected, 0);
	assert_int_equal(bench->lost, 0); /* there was nothing to lose */
	server_accept(&bench->server);
}

static void test_another_version(void **state)
{
	struct bench *bench = *state;

	server_greet(&bench->server, ESPD_PROTO_VERSION + 1);
	refuse_greeting(bench);
	server_greet(&bench->server, ESPD_PROTO_VERSION);
	assert_int_equal(bench->connected, 1);
}

static void test_no_greeting(void **state)
{
	struct bench *bench = *state;
	struct espd_hello hello = { ESPD_PROTO_VERSION };
	struct received received;

	server_receive(&bench->server, ESPD_HELLO, &received);
	server_acknowledge(&bench->server, 0, 0);
	refuse_greeting(bench);
	server_receive(&bench->server, ESPD_HELLO, &received);
	server_send(&bench->server, ESPD_HELLO, 0, &hello, sizeof(hello) - 1, -1);
	refuse_greeting(bench);
	server_receive(&bench->server, ESPD_HELLO, &received);
	server_send(&bench->server, ESPD_TUNNEL_WAKE, 0, &hello, sizeof(hello), -1);
	refuse_greeting(bench);
	assert_int_equal(bench->events, 0);
}

/* Runs the client against a wrong version for some rounds and counts the lines it logs. */
static void test_another_version_is_said_once(void **state)
{
	struct bench *bench = *state;
	FILE *log = tmpfile();
	int saved = dup(STDERR_FILENO);
	int lines = 0;

	assert_true(saved >= 0 && log && dup2(fileno(log), STDERR_FILENO) >= 0);
	for (int i = 0; i < 3; i++) {
		server_greet(&bench->server, ESPD_PROTO_VERSION + 1);
		server_expect_end(&bench->server);
		server_accept(&bench->server);
	}
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	close(saved);
	rewind(log);
	for (int c = fgetc(log); c != EOF; c = fgetc(log))
		lines += c == '\n';
	(void)fclose(log);
	assert_int_equal(lines, 1);
}

static void test_answers_in_order(void **state)
{
	struct bench *bench = *state;
	struct asked first = { 0 }, second = { 0 };
	struct received one, two;

	ask(bench, &first, &one);
	ask(bench, &second, &two);
	assert_int_not_equal(one.header.sequence, two.header.sequence);
	server_send(&bench->server, ESPD_SA_HELD, one.header.sequence, "x", 1, -1);
	server_send(&bench->server, ESPD_SA_HELD, one.header.sequence, "x", 1, -1);
	server_turn(&bench->server);
	assert_int_equal(first.items, 2);
	assert_int_equal(first.done, 0);
	server_acknowledge(&bench->server, one.header.sequence, -EEXIST);
	server_send(&bench->server, ESPD_SA_HELD, two.header.sequence, "x", 1, -1);
	server_acknowledge(&bench->server, two.header.sequence, 0);
	server_turn(&bench->server);
	assert_int_equal(first.done, 1);
	assert_int_equal(first.error, -EEXIST);
	assert_int_equal(first.value, 5);
	assert_int_equal(second.items, 1);
	assert_int_equal(second.done, 1);
	assert_int_equal(second.error, 0);
	assert_int_equal(bench->lost, 0);
}

static void test_events_between_answers(void **state)
{
	struct bench *bench = *state;
	struct espd_tunnel_key key = { .if_id = 7 };
	struct asked asked = { 0 };
	struct received received;

	ask(bench, &asked, &received);
	server_send(&bench->server, ESPD_TUNNEL_WAKE, 0, &key, sizeof(key), -1);
	server_acknowledge(&bench->server, received.header.sequence, 0);
	server_turn(&bench->server);
	assert_int_equal(bench->events, 1);
	assert_int_equal(bench->event_type, ESPD_TUNNEL_WAKE);
	assert_int_equal(bench->event_size, sizeof(key));
	assert_int_equal(asked.items, 0);
	assert_int_equal(asked.done, 1);
}

static void test_answer_out_of_order(void **state)
{
	struct bench *bench = *state;
	struct asked first = { 0 }, second = { 0 };
	struct received one, two;

	ask(bench, &first, &one);
	ask(bench, &second, &two);
	server_acknowledge(&bench->server, two.header.sequence, 0);
	assert_reconnects(bench);
	assert_int_equal(first.error, -ECONNRESET);
	assert_int_equal(second.error, -ECONNRESET);
	assert_int_equal(first.done + second.done, 2);
}

static void test_answer_nobody_asked_for(void **state)
{
	struct bench *bench = *state;

	server_acknowledge(&bench->server, 77, 0);
	assert_reconnects(bench);
}

static void test_truncated_answer(void **state)
{
	struct bench *bench = *state;
	struct asked asked = { 0 };
	struct received received;
	struct espd_ack ack = { 0 };

	ask(bench, &asked, &received);
	server_send(&bench->server, ESPD_ACK, received.header.sequence, &ack, sizeof(ack) - 1, -1);
	assert_reconnects(bench);
	assert_int_equal(asked.error, -ECONNRESET);
}

static void test_truncated_header(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(send(bench->server.connection, "\0\0\0\0\0\0\0", 7, 0), 7);
	assert_reconnects(bench);
}

static void test_oversized_message(void **state)
{
	struct bench *bench = *state;
	AUTO_FREE char *large = xcalloc(1, ESPD_MESSAGE_MAX + 1);

	assert_int_equal(send(bench->server.connection, large, ESPD_MESSAGE_MAX + 1, 0),
		ESPD_MESSAGE_MAX + 1);
	assert_reconnects(bench);
}

/* Who is told asks again at once: that must neither be sent nor be told in turn. */
static void test_loss_is_told_to_all_that_wait(void **state)
{
	struct bench *bench = *state;
	struct asked first = { .bench = bench }, second = { .bench = bench };
	struct received received;

	ask(bench, &first, &received);
	ask(bench, &second, &received);
	shutdown(bench->server.connection, SHUT_RDWR);
	assert_reconnects(bench);
	assert_int_equal(first.done, 1);
	assert_int_equal(second.done, 1);
	assert_int_equal(first.error, -ECONNRESET);
	assert_int_equal(second.error, -ECONNRESET);
}

static void test_connects_until_somebody_listens(void **state)
{
	struct bench *bench = *state;

	close(bench->server.listener);
	server_hang_up(&bench->server);
	for (int i = 0; i < 4; i++)
		loop_run_once(bench->server.loop, 100);
	assert_int_equal(bench->lost, 1);
	assert_false(client_is_connected(bench->client));
	bench->server.listener = unix_listen(bench->server.path, SOCK_SEQPACKET, 0600, (gid_t)-1);
	server_accept(&bench->server);
	server_greet(&bench->server, ESPD_PROTO_VERSION);
	assert_int_equal(bench->connected, 2);
}

static void test_a_descriptor_goes_along(void **state)
{
	struct bench *bench = *state;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), before = count_descriptors();
	struct asked asked = { 0 };
	struct received received;

	assert_int_equal(client_request(bench->client, ESPD_SOCKET_ADD, NULL, 0, fd, on_item,
				 on_done, &asked),
		0);
	server_receive(&bench->server, ESPD_SOCKET_ADD, &received);
	assert_true(received.fd >= 0);
	close(received.fd);
	assert_int_equal(count_descriptors(), before); /* borrowed: neither closed nor kept */
	server_send(&bench->server, ESPD_SOCKET_HELD, received.header.sequence, NULL, 0, fd);
	server_turn(&bench->server);
	assert_true(asked.fd >= 0 && asked.fd != fd);
	close(asked.fd);
	close(fd);
}

static void test_no_descriptor_is_left(void **state)
{
	struct bench *bench = *state;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), before = count_descriptors();
	struct asked asked = { 0 };
	struct received received;

	/* With an event, with an acknowledgement, with an item nobody takes, with nonsense. */
	server_send(&bench->server, ESPD_TUNNEL_WAKE, 0, NULL, 0, fd);
	assert_int_equal(
		client_request(bench->client, ESPD_DUMP, NULL, 0, -1, NULL, on_done, &asked), 0);
	server_receive(&bench->server, ESPD_DUMP, &received);
	server_send(&bench->server, ESPD_SOCKET_HELD, received.header.sequence, NULL, 0, fd);
	server_send(&bench->server, ESPD_ACK, received.header.sequence, &(struct espd_ack){ 0 },
		sizeof(struct espd_ack), fd);
	server_turn(&bench->server);
	assert_int_equal(asked.done, 1);
	assert_int_equal(count_descriptors(), before);
	server_send(&bench->server, ESPD_SOCKET_HELD, 99, NULL, 0, fd);
	server_expect_end(&bench->server);
	assert_int_equal(count_descriptors(), before - 2); /* both ends of the connection */
	close(fd);
}

static void test_freed_with_requests_waiting(void **state)
{
	struct bench *bench = *state;
	struct asked asked = { 0 };
	struct received received;

	ask(bench, &asked, &received);
	client_free(TAKE_PTR(bench->client));
	server_turn(&bench->server);
	assert_int_equal(asked.done, 0);
	assert_int_equal(bench->lost, 0);
}

int main(void)
{
#define BEFORE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
#define GREETED(test) cmocka_unit_test_setup_teardown(test, setup_greeted, teardown)
	const struct CMUnitTest tests[] = {
		BEFORE(test_no_request_before_the_greeting),
		BEFORE(test_another_version),
		BEFORE(test_no_greeting),
		BEFORE(test_another_version_is_said_once),
		GREETED(test_answers_in_order),
		GREETED(test_events_between_answers),
		GREETED(test_answer_out_of_order),
		GREETED(test_answer_nobody_asked_for),
		GREETED(test_truncated_answer),
		GREETED(test_truncated_header),
		GREETED(test_oversized_message),
		GREETED(test_loss_is_told_to_all_that_wait),
		GREETED(test_connects_until_somebody_listens),
		GREETED(test_a_descriptor_goes_along),
		GREETED(test_no_descriptor_is_left),
		GREETED(test_freed_with_requests_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
