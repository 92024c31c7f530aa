/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control protocol against a client that breaks it: sizes, roles, enums, order; and that a new
 * connection replaces the old one. Everything in one process, over real sockets.
 */
#include "espd/control.h"

#include "base/fd.h"
#include "base/log.h"
#include "base/loop.h"
#include "sa_request.h"
#include "support/temp_dir.h"
#include "support/unit.h"

#include <errno.h>
#include <sys/socket.h>

struct world {
	char *dir;
	struct loop *loop;
	struct control *control;
	char *agent_path, *charon_path;
};

static int setup(void **state)
{
	struct world *world = xcalloc(1, sizeof(*world));

	world->dir = temp_dir_new();
	world->agent_path = xasprintf("%s/agent.sock", world->dir);
	world->charon_path = xasprintf("%s/ike.sock", world->dir);
	world->loop = loop_new();
	world->control = control_new(world->loop,
		unix_listen(world->agent_path, SOCK_SEQPACKET, 0600, (gid_t)-1),
		unix_listen(world->charon_path, SOCK_SEQPACKET, 0600, (gid_t)-1), true);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	control_free(world->control);
	loop_free(world->loop);
	temp_dir_free(world->dir);
	free(world->agent_path);
	free(world->charon_path);
	free(world);
	return 0;
}

static void put(int fd, uint16_t type, uint32_t sequence, const void *body, size_t size)
{
	struct espd_header header = { .type = type, .sequence = sequence };

	assert_int_equal(message_send(fd, &header, sizeof(header), body, size, -1), 0);
}

/* Runs the loop until a message is there; its body's size, -1 when the connection was closed. */
static ssize_t get(struct world *world, int fd, struct espd_header *header, void *body, size_t size)
{
	uint8_t buffer[4096];

	for (int i = 0; i < 200; i++) {
		ssize_t got = message_receive(fd, buffer, sizeof(buffer), NULL);

		if (got == 0 || got == -ECONNRESET)
			return -1;
		if (got > 0) {
			assert_true(got >= (ssize_t)sizeof(*header));
			memcpy(header, buffer, sizeof(*header));
			got -= (ssize_t)sizeof(*header);
			assert_true((size_t)got <= size);
			memcpy(body, buffer + sizeof(*header), (size_t)got);
			return got;
		}
		loop_run_once(world->loop, 20);
	}
	fail_msg("no answer");
	return 0;
}

static void is_closed(struct world *world, int fd)
{
	struct espd_header header;
	uint8_t body[256];

	while (get(world, fd, &header, body, sizeof(body)) >= 0)
		;
	close(fd);
}

static int greet(struct world *world, const char *path)
{
	struct espd_hello hello = { .version = ESPD_PROTO_VERSION };
	struct espd_header header;
	int fd = unix_connect(path, SOCK_SEQPACKET);

	assert_true(fd >= 0);
	put(fd, ESPD_HELLO, 1, &hello, sizeof(hello));
	hello.version = 0;
	assert_int_equal(get(world, fd, &header, &hello, sizeof(hello)), sizeof(hello));
	assert_int_equal(header.type, ESPD_HELLO);
	assert_int_equal(hello.version, ESPD_PROTO_VERSION);
	return fd;
}

static int ask(struct world *world, int fd, uint16_t type, const void *body, size_t size)
{
	struct espd_header header = { 0 };
	struct espd_ack ack;
	uint8_t answer[512];
	ssize_t got;

	put(fd, type, 42, body, size);
	do
		got = get(world, fd, &header, answer, sizeof(answer));
	while (got >= 0 && header.type != ESPD_ACK);
	assert_int_equal(got, sizeof(ack));
	assert_int_equal(header.sequence, 42);
	memcpy(&ack, answer, sizeof(ack));
	return ack.error;
}

static void other_versions_are_told_and_closed(void **state)
{
	struct world *world = *state;
	struct espd_hello hello = { .version = ESPD_PROTO_VERSION + 1 };
	struct espd_header header;
	int fd = unix_connect(world->agent_path, SOCK_SEQPACKET);

	put(fd, ESPD_HELLO, 1, &hello, sizeof(hello));
	assert_int_equal(get(world, fd, &header, &hello, sizeof(hello)), sizeof(hello));
	assert_int_equal(hello.version, ESPD_PROTO_VERSION);
	is_closed(world, fd);
}

static void strangers_are_closed(void **state)
{
	struct world *world = *state;
	int fd = unix_connect(world->agent_path, SOCK_SEQPACKET);

	put(fd, ESPD_DUMP, 1, NULL, 0);
	is_closed(world, fd);
	fd = unix_connect(world->agent_path, SOCK_SEQPACKET);
	assert_int_equal(message_send(fd, "abc", 3, NULL, 0, -1), 0);
	is_closed(world, fd);
	fd = unix_connect(world->charon_path, SOCK_SEQPACKET);
	put(fd, ESPD_HELLO, 1, "abcdef", 6);
	is_closed(world, fd);
}

static void a_new_connection_replaces_the_old(void **state)
{
	struct world *world = *state;
	int first = greet(world, world->agent_path);
	int stranger = unix_connect(world->agent_path, SOCK_SEQPACKET);
	int second;

	/* Only a HELLO replaces. */
	loop_run_once(world->loop, 20);
	assert_int_equal(ask(world, first, ESPD_DUMP, NULL, 0), 0);
	second = greet(world, world->agent_path);
	is_closed(world, first);
	assert_int_equal(ask(world, second, ESPD_DUMP, NULL, 0), 0);
	close(stranger);
	close(second);
}

static void roles_are_kept_apart(void **state)
{
	struct world *world = *state;
	int agent = greet(world, world->agent_path), charon = greet(world, world->charon_path);

	for (uint16_t type = ESPD_SOCKET_ADD; type <= ESPD_COUNTERS; type++)
		assert_int_equal(ask(world, charon, type, NULL, 0), -EPERM);
	for (uint16_t type = ESPD_SPI_GET; type <= ESPD_ORPHANS; type++)
		assert_int_equal(ask(world, agent, type, NULL, 0), -EPERM);
	assert_int_equal(ask(world, agent, 999, NULL, 0), -EOPNOTSUPP);
	assert_int_equal(ask(world, agent, ESPD_TUNNEL_WAKE, NULL, 0), -EOPNOTSUPP);
	close(agent);
	close(charon);
}

static void sizes_are_exact(void **state)
{
	struct world *world = *state;
	static const uint8_t zeroes[1024];
	static const struct {
		uint16_t type;
		size_t size;
	} requests[] = {
		{ ESPD_SOCKET_ADD, sizeof(struct espd_socket) },
		{ ESPD_SOCKET_REMOVE, sizeof(struct espd_socket) },
		{ ESPD_TUNNEL_ADD, sizeof(struct espd_tunnel) },
		{ ESPD_TUNNEL_SET, sizeof(struct espd_tunnel) },
		{ ESPD_TUNNEL_REMOVE, sizeof(struct espd_tunnel_key) },
		{ ESPD_COUNTERS, sizeof(struct espd_tunnel_key) },
		{ ESPD_DUMP, 0 },
		{ ESPD_SPI_GET, 0 },
		{ ESPD_SA_FLUSH, 0 },
		{ ESPD_SA_ADD, sizeof(struct espd_sa) },
		{ ESPD_SA_UPDATE, sizeof(struct espd_sa_update) },
		{ ESPD_SA_QUERY, sizeof(struct espd_sa_key) },
		{ ESPD_SA_REMOVE, sizeof(struct espd_sa_key) },
		{ ESPD_ORPHANS, sizeof(struct espd_tunnel_key) },
	};
	int agent = greet(world, world->agent_path), charon = greet(world, world->charon_path);

	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		int fd = requests[i].type >= ESPD_SPI_GET ? charon : agent;

		assert_int_equal(
			ask(world, fd, requests[i].type, zeroes, requests[i].size + 1), -EINVAL);
		if (requests[i].size)
			assert_int_equal(
				ask(world, fd, requests[i].type, zeroes, requests[i].size - 1),
				-EINVAL);
	}
	close(agent);
	close(charon);
}

static void descriptors_are_checked(void **state)
{
	struct world *world = *state;
	struct espd_tunnel tunnel = { .if_id = 7, .mtu = 1400, .local_address = OURS };
	struct espd_socket socket_config = { .kind = ESPD_SOCKET_IKE, .local_address = OURS };
	struct espd_header header = { .type = ESPD_TUNNEL_ADD, .sequence = 42 };
	struct espd_ack ack;
	int agent = greet(world, world->agent_path);
	int udp = socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(ask(world, agent, ESPD_TUNNEL_ADD, &tunnel, sizeof(tunnel)), -EBADF);
	assert_int_equal(
		ask(world, agent, ESPD_SOCKET_ADD, &socket_config, sizeof(socket_config)), -EBADF);
	assert_int_equal(
		message_send(agent, &header, sizeof(header), &tunnel, sizeof(tunnel), udp), 0);
	assert_int_equal(get(world, agent, &header, &ack, sizeof(ack)), sizeof(ack));
	assert_int_equal(ack.error, -EINVAL);
	header.type = ESPD_SOCKET_ADD;
	assert_int_equal(message_send(agent, &header, sizeof(header), &socket_config,
				 sizeof(socket_config), udp),
		0);
	assert_int_equal(get(world, agent, &header, &ack, sizeof(ack)), sizeof(ack));
	assert_int_equal(ack.error, -EINVAL);
	close(udp);
	close(agent);
}

static void unknown_things_are_not_found(void **state)
{
	struct world *world = *state;
	struct espd_sa sa = sa_request(ESPD_IN, 4096);
	uint8_t body[sizeof(sa) + sizeof(any_selectors)];
	struct espd_tunnel tunnel = { .if_id = 7, .mtu = 1400, .local_address = OURS };
	struct espd_tunnel_key key = { .if_id = 7 };
	struct espd_sa_update update = { .key = sa.key };
	int agent = greet(world, world->agent_path), charon = greet(world, world->charon_path);

	memcpy(body, &sa, sizeof(sa));
	memcpy(body + sizeof(sa), any_selectors, sizeof(any_selectors));
	assert_int_equal(ask(world, charon, ESPD_SA_ADD, body, sizeof(body)), -ENOENT);
	assert_int_equal(ask(world, charon, ESPD_SA_ADD, body, sizeof(body) - 1), -EINVAL);
	assert_int_equal(ask(world, charon, ESPD_SA_QUERY, &sa.key, sizeof(sa.key)), -ENOENT);
	assert_int_equal(ask(world, charon, ESPD_SA_REMOVE, &sa.key, sizeof(sa.key)), -ENOENT);
	assert_int_equal(ask(world, charon, ESPD_SA_UPDATE, &update, sizeof(update)), -ENOENT);
	assert_int_equal(ask(world, charon, ESPD_ORPHANS, &key, sizeof(key)), -ENOENT);
	sa.key.direction = 3;
	assert_int_equal(ask(world, charon, ESPD_SA_QUERY, &sa.key, sizeof(sa.key)), -EINVAL);
	assert_int_equal(ask(world, agent, ESPD_TUNNEL_SET, &tunnel, sizeof(tunnel)), -ENOENT);
	assert_int_equal(ask(world, agent, ESPD_TUNNEL_REMOVE, &key, sizeof(key)), -ENOENT);
	assert_int_equal(ask(world, agent, ESPD_COUNTERS, &key, sizeof(key)), -ENOENT);
	close(agent);
	close(charon);
}

static void sequence_zero_is_refused_and_ike_has_no_answer(void **state)
{
	struct world *world = *state;
	struct espd_ike ike = { .local_address = OURS, .local_port = 500 };
	struct espd_header header;
	struct espd_ack ack;
	int charon = greet(world, world->charon_path);

	put(charon, ESPD_SPI_GET, 0, NULL, 0);
	assert_int_equal(get(world, charon, &header, &ack, sizeof(ack)), sizeof(ack));
	assert_int_equal(ack.error, -EINVAL);
	put(charon, ESPD_IKE_SEND, 0, &ike, sizeof(ike));
	put(charon, ESPD_SPI_GET, 9, NULL, 0);
	assert_int_equal(get(world, charon, &header, &ack, sizeof(ack)), sizeof(ack));
	assert_int_equal(header.sequence, 9);
	assert_int_equal(ack.error, 0);
	assert_true(ntohl(ack.value) >= 256);
	close(charon);
}

int main(void)
{
#define LIFE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		LIFE(other_versions_are_told_and_closed),
		LIFE(strangers_are_closed),
		LIFE(a_new_connection_replaces_the_old),
		LIFE(roles_are_kept_apart),
		LIFE(sizes_are_exact),
		LIFE(descriptors_are_checked),
		LIFE(unknown_things_are_not_found),
		LIFE(sequence_zero_is_refused_and_ike_has_no_answer),
	};

	log_init("test", LEVEL_ERR);
	return cmocka_run_group_tests_name("espd-control", tests, NULL, NULL);
}
