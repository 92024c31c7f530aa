/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection to vpngw-espd: greeting, requests with their answers, what an other side that
 * breaks the rules costs, and coming back.
 */
#include "support/unit.h"

#include "unit/esp/other_side.h"

#include "drivers/esp/client.h"

#include <fcntl.h>
#include <sys/stat.h>

struct fixture {
	struct other_side other;
	struct client *client;
	unsigned int connected, lost, events, items, done;
	uint16_t event_type, item_type;
	uint8_t event_body[64];
	uint32_t value, done_order[8];
	int error, item_fd;
};

static void connected(void *arg)
{
	((struct fixture *)arg)->connected++;
}

static void lost(void *arg)
{
	((struct fixture *)arg)->lost++;
}

static void event(void *arg, uint16_t type, const void *body, size_t size)
{
	struct fixture *f = arg;

	f->events++;
	f->event_type = type;
	memcpy(f->event_body, body, size);
}

static void item(void *arg, uint16_t type, const void *body, size_t size, int fd)
{
	struct fixture *f = arg;

	(void)body;
	(void)size;
	f->items++;
	f->item_type = type;
	f->item_fd = fd;
}

static void done(void *arg, int error, uint32_t value)
{
	struct fixture *f = arg;

	f->done_order[f->done++] = value;
	f->error = error;
	f->value = value;
}

static int start(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	other_side_init(&f->other);
	f->item_fd = -1;
	f->client = client_new(f->other.loop, f->other.path,
		&(struct client_handlers){ connected, lost, event, f });
	*state = f;
	return 0;
}

static int stop(void **state)
{
	struct fixture *f = *state;

	client_free(f->client);
	other_side_done(&f->other);
	free(f);
	return 0;
}

static void greet(struct fixture *f)
{
	other_side_accept(&f->other);
	other_side_greet(&f->other, ESPD_PROTO_VERSION);
	UNTIL(&f->other, client_is_connected(f->client));
}

static void test_greeting(void **state)
{
	struct fixture *f = *state;
	struct espd_hello hello;

	assert_int_equal(
		client_request(f->client, ESPD_DUMP, NULL, 0, -1, NULL, done, f), -ENOTCONN);
	other_side_accept(&f->other);
	memcpy(&hello, f->other.body, sizeof(hello));
	assert_int_equal(hello.version, ESPD_PROTO_VERSION);
	assert_false(client_is_connected(f->client));
	other_side_greet(&f->other, ESPD_PROTO_VERSION);
	UNTIL(&f->other, f->connected);
	assert_true(client_is_connected(f->client));
}

/* Another version, or something that is no greeting: hung up, tried again, never connected. */
static void test_wrong_greetings(void **state)
{
	struct fixture *f = *state;
	struct espd_ack ack = { 0 };

	other_side_accept(&f->other);
	other_side_greet(&f->other, ESPD_PROTO_VERSION + 1);
	other_side_hang_up(&f->other);
	other_side_accept(&f->other);
	other_side_send(&f->other, ESPD_ACK, f->other.header.sequence, &ack, sizeof(ack), -1);
	other_side_hang_up(&f->other);
	other_side_accept(&f->other);
	assert_int_equal(f->connected, 0);
	assert_int_equal(f->lost, 0);
	other_side_greet(&f->other, ESPD_PROTO_VERSION);
	UNTIL(&f->other, f->connected);
}

static void test_requests_in_order(void **state)
{
	struct fixture *f = *state;
	struct espd_tunnel_key key = { .if_id = 7 };
	struct espd_ack ack = { .error = 0 };
	uint32_t sequences[3];

	greet(f);
	for (int i = 0; i < 3; i++)
		assert_int_equal(client_request(f->client, ESPD_TUNNEL_REMOVE, &key, sizeof(key),
					 -1, NULL, done, f),
			0);
	for (int i = 0; i < 3; i++) {
		other_side_receive(&f->other, ESPD_TUNNEL_REMOVE);
		assert_int_equal(f->other.size, sizeof(key));
		assert_memory_equal(f->other.body, &key, sizeof(key));
		sequences[i] = f->other.header.sequence;
		assert_int_not_equal(sequences[i], 0);
	}
	assert_int_equal(f->done, 0);
	for (uint32_t i = 0; i < 3; i++) {
		ack.value = 100 + i;
		other_side_send(&f->other, ESPD_ACK, sequences[i], &ack, sizeof(ack), -1);
	}
	UNTIL(&f->other, f->done == 3);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(f->done_order[i], 100 + i);
	assert_int_equal(f->error, 0);
}

static void test_refusal_and_event(void **state)
{
	struct fixture *f = *state;
	struct espd_tunnel_key key = { .if_id = 9 };

	greet(f);
	assert_int_equal(client_request(f->client, ESPD_DUMP, NULL, 0, -1, NULL, done, f), 0);
	other_side_receive(&f->other, ESPD_DUMP);
	assert_int_equal(f->other.size, 0);
	other_side_send(&f->other, ESPD_TUNNEL_WAKE, 0, &key, sizeof(key), -1);
	other_side_ack(&f->other, -EPERM);
	UNTIL(&f->other, f->done);
	assert_int_equal(f->error, -EPERM);
	assert_int_equal(f->events, 1);
	assert_int_equal(f->event_type, ESPD_TUNNEL_WAKE);
	assert_memory_equal(f->event_body, &key, sizeof(key));
}

static bool is_same_file(int a, int b)
{
	struct stat one, two;

	return fstat(a, &one) == 0 && fstat(b, &two) == 0 && one.st_ino == two.st_ino &&
	       one.st_dev == two.st_dev;
}

static void test_descriptors_both_ways(void **state)
{
	struct fixture *f = *state;
	struct espd_tunnel tunnel = { .if_id = 7, .mtu = 1400 };
	AUTO_CLOSE int file = open(f->other.dir, O_RDONLY | O_CLOEXEC);

	greet(f);
	assert_int_equal(client_request(f->client, ESPD_TUNNEL_ADD, &tunnel, sizeof(tunnel), file,
				 item, done, f),
		0);
	other_side_receive(&f->other, ESPD_TUNNEL_ADD);
	assert_true(is_same_file(f->other.passed_fd, file));
	other_side_send(&f->other, ESPD_TUNNEL_HELD, f->other.header.sequence, &tunnel,
		sizeof(tunnel), file);
	other_side_ack(&f->other, 0);
	UNTIL(&f->other, f->done);
	assert_int_equal(f->items, 1);
	assert_int_equal(f->item_type, ESPD_TUNNEL_HELD);
	assert_true(f->item_fd != file && is_same_file(f->item_fd, file));
	close(f->item_fd);
}

static unsigned int open_files(void)
{
	unsigned int len = 0;

	for (int fd = 0; fd < 256; fd++)
		len += fcntl(fd, F_GETFD) >= 0;
	return len;
}

/* With an event, with an ACK, or with an item nobody asked for: it is closed. */
static void test_descriptors_nobody_wants(void **state)
{
	struct fixture *f = *state;
	struct espd_tunnel_key key = { .if_id = 9 };
	struct espd_ack ack = { 0 };
	unsigned int before;

	greet(f);
	before = open_files();
	assert_int_equal(client_request(f->client, ESPD_DUMP, NULL, 0, -1, NULL, done, f), 0);
	other_side_receive(&f->other, ESPD_DUMP);
	other_side_send(&f->other, ESPD_TUNNEL_WAKE, 0, &key, sizeof(key), f->other.listener);
	other_side_send(&f->other, ESPD_TUNNEL_HELD, f->other.header.sequence, &key, sizeof(key),
		f->other.listener);
	other_side_send(&f->other, ESPD_ACK, f->other.header.sequence, &ack, sizeof(ack),
		f->other.listener);
	UNTIL(&f->other, f->done);
	assert_int_equal(open_files(), before);
}

static void test_lost_with_requests_waiting(void **state)
{
	struct fixture *f = *state;

	greet(f);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			client_request(f->client, ESPD_DUMP, NULL, 0, -1, NULL, done, f), 0);
	assert_int_equal(f->done, 0);
	other_side_hang_up(&f->other);
	UNTIL(&f->other, f->lost);
	assert_int_equal(f->done, 2);
	assert_int_equal(f->error, -ECONNRESET);
	assert_false(client_is_connected(f->client));
	greet(f);
	assert_int_equal(f->connected, 2);
	assert_int_equal(f->lost, 1);
}

/* What costs the connection: an answer nobody waits for, one out of order, a short message. */
static void test_broken_other_sides(void **state)
{
	struct fixture *f = *state;
	struct espd_ack ack = { 0 };

	greet(f);
	other_side_send(&f->other, ESPD_ACK, 77, &ack, sizeof(ack), -1);
	UNTIL(&f->other, f->lost == 1);
	other_side_hang_up(&f->other);

	greet(f);
	assert_int_equal(client_request(f->client, ESPD_DUMP, NULL, 0, -1, NULL, done, f), 0);
	other_side_receive(&f->other, ESPD_DUMP);
	other_side_send(&f->other, ESPD_ACK, f->other.header.sequence + 1, &ack, sizeof(ack), -1);
	UNTIL(&f->other, f->lost == 2);
	assert_int_equal(f->error, -ECONNRESET);
	other_side_hang_up(&f->other);

	greet(f);
	assert_int_equal(client_request(f->client, ESPD_DUMP, NULL, 0, -1, NULL, done, f), 0);
	other_side_receive(&f->other, ESPD_DUMP);
	other_side_send(&f->other, ESPD_ACK, f->other.header.sequence, &ack, 3, -1);
	UNTIL(&f->other, f->lost == 3);
	other_side_hang_up(&f->other);

	greet(f);
	/* After an event: what the buffer held before is no header of this one. */
	other_side_send(&f->other, ESPD_TUNNEL_SAS, 0, NULL, 0, -1);
	UNTIL(&f->other, f->events == 1);
	assert_int_equal(message_send(f->other.fd, "abc", 3, NULL, 0, -1), 0);
	UNTIL(&f->other, f->lost == 4);
	other_side_hang_up(&f->other);
	greet(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_greeting),
		TEST(test_wrong_greetings),
		TEST(test_requests_in_order),
		TEST(test_refusal_and_event),
		TEST(test_descriptors_both_ways),
		TEST(test_descriptors_nobody_wants),
		TEST(test_lost_with_requests_waiting),
		TEST(test_broken_other_sides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
