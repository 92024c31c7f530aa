/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver against a far end in the hands of the test: what it says it sees after a dump, after a
 * change, and when it cannot ask; and what it stores of the counters.
 */
#include "support/unit.h"

#include "drivers/esp/esp_private.h"
#include "unit/esp/server.h"
#include "unit/reconcile/documents.h"

#include <fcntl.h>
#include <sqlite3.h>

struct bench {
	struct store *store;
	struct server server;
	struct world *world;
	struct esp *esp;
	uint64_t generation; /* of every tunnel's device; 0: none is there */
	int adopted, all_adopted, marks;
};

struct looked {
	int done, err;
	struct items seen;
};

struct acted {
	int done, err;
};

static int tunnel_fd(void *ctx, uint32_t number)
{
	(void)ctx;
	(void)number;
	return STDIN_FILENO;
}

static uint64_t tunnel_generation(void *ctx, uint32_t number)
{
	(void)number;
	return ((struct bench *)ctx)->generation;
}

static void tunnel_adopt_take(void *ctx, uint32_t number, int fd)
{
	struct bench *bench = ctx;

	assert_int_equal(number, 7);
	close(fd);
	bench->generation = 1;
	bench->adopted++;
}

static void tunnels_all_adopted(void *ctx)
{
	((struct bench *)ctx)->all_adopted++;
}

static void mark(void *arg, enum kind kind, const char *id)
{
	(void)kind;
	(void)id;
	((struct bench *)arg)->marks++;
}

static void wake(void *arg, uint32_t number)
{
	(void)arg;
	(void)number;
}

static int setup(void **state)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));

	server_start(&bench->server);
	bench->world = world_sample();
	assert_int_equal(store_open_sqlite(NULL, bench->server.folder, &bench->store), 0);
	bench->esp = esp_new(&(struct esp_parts){ .loop = bench->server.loop,
		.socket_path = bench->server.path,
		.world = bench->world,
		.store = bench->store,
		.tunnels = { tunnel_fd, tunnel_generation, tunnel_adopt_take, tunnels_all_adopted,
			bench },
		.mark = mark,
		.mark_arg = bench,
		.wake = wake,
		.wake_arg = bench });
	server_accept(&bench->server);
	server_greet(&bench->server, ESPD_PROTO_VERSION);
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	esp_free(bench->esp);
	store_free(bench->store);
	world_free(bench->world);
	server_stop(&bench->server);
	free(bench);
	return 0;
}

static void on_seen(void *arg, int err, struct items *seen)
{
	struct looked *looked = arg;

	looked->done++;
	looked->err = err;
	looked->seen = *seen;
	*seen = (struct items){ 0 };
	items_sort(&looked->seen);
}

static void on_applied(void *arg, int err, const struct fault *fault)
{
	struct acted *acted = arg;

	(void)fault;
	acted->done++;
	acted->err = err;
}

/* Looks at everything; the dump lists what is given, each with a descriptor. */
static void look_at_all(struct bench *bench, const struct espd_socket *socket,
	const struct espd_tunnel *tunnel, struct looked *ret)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct received received;

	*ret = (struct looked){ 0 };
	assert_int_equal(
		esp_driver.observe(bench->esp, &(struct scope){ KIND_VPC, NULL }, on_seen, ret), 0);
	assert_int_equal(ret->done, 0);
	server_receive(&bench->server, ESPD_DUMP, &received);
	if (socket)
		server_send(&bench->server, ESPD_SOCKET_HELD, received.header.sequence, socket,
			sizeof(*socket), fd);
	if (tunnel)
		server_send(&bench->server, ESPD_TUNNEL_HELD, received.header.sequence, tunnel,
			sizeof(*tunnel), fd);
	server_acknowledge(&bench->server, received.header.sequence, 0);
	server_turn(&bench->server);
	close(fd);
	assert_int_equal(ret->done, 1);
	assert_int_equal(ret->err, 0);
}

static void look_at_one(struct bench *bench, enum kind kind, const char *id, struct looked *ret)
{
	*ret = (struct looked){ 0 };
	assert_int_equal(
		esp_driver.observe(bench->esp, &(struct scope){ kind, id }, on_seen, ret), 0);
	assert_int_equal(ret->done, 0);
	server_turn(&bench->server);
	assert_int_equal(ret->done, 1);
}

static const struct endpoint *endpoint_of(const struct looked *looked, const char *key)
{
	const struct item *item = items_find(&looked->seen, key);

	assert_non_null(item);
	return item->data;
}

static struct espd_tunnel tunnel_7(const struct bench *bench)
{
	const struct vpn_gateway *gateway = world_get(bench->world, KIND_VPN_GATEWAY, "vpn-a");

	return (struct espd_tunnel){ 7, 1400, gateway->local_ip.v4 };
}

static void test_what_espd_holds_is_adopted(void **state)
{
	struct bench *bench = *state;
	struct espd_tunnel tunnel = tunnel_7(bench);
	struct espd_socket socket = { ESPD_SOCKET_ESP, tunnel.local_address };
	int before = count_descriptors();
	struct looked looked;

	look_at_all(bench, &socket, &tunnel, &looked);
	assert_int_equal(looked.seen.len, 2);
	assert_string_equal(items_find(&looked.seen, "tunnel/7")->owner, "vco-a");
	assert_string_equal(items_find(&looked.seen, "socket/192.0.2.1/3")->owner, "vpn-a");
	assert_false(endpoint_of(&looked, "tunnel/7")->is_stale);
	assert_int_equal(bench->adopted, 1);
	assert_int_equal(bench->all_adopted, 1);
	items_clear(&looked.seen);
	look_at_all(bench, &socket, &tunnel, &looked);
	items_clear(&looked.seen);
	assert_int_equal(bench->adopted, 1);
	assert_int_equal(count_descriptors(), before + 1); /* the socket's, once */
	look_at_one(bench, KIND_VPN_CONNECTION, "vco-a", &looked);
	assert_int_equal(looked.seen.len, 1);
	items_clear(&looked.seen);
}

static void test_a_device_made_anew_makes_it_stale(void **state)
{
	struct bench *bench = *state;
	struct espd_tunnel tunnel = tunnel_7(bench);
	struct looked looked;

	look_at_all(bench, NULL, &tunnel, &looked);
	items_clear(&looked.seen);
	bench->generation++;
	look_at_one(bench, KIND_VPN_CONNECTION, "vco-a", &looked);
	assert_true(endpoint_of(&looked, "tunnel/7")->is_stale);
	items_clear(&looked.seen);
}

/* A tunnel that would count as stale after new settings would be replaced: its SAs would go. */
static void test_new_settings_leave_the_device_alone(void **state)
{
	struct bench *bench = *state;
	struct espd_tunnel tunnel = tunnel_7(bench);
	struct acted acted = { 0 };
	struct items want = { 0 };
	struct received received;
	struct looked looked;

	tunnel.mtu = 1300;
	look_at_all(bench, NULL, &tunnel, &looked);
	assert_int_equal(
		endpoint_want(bench->world, &(struct scope){ KIND_VPN_CONNECTION, "vco-a" }, &want),
		0);
	assert_false(endpoint_same(&want.items[0], &looked.seen.items[0]));
	assert_int_equal(esp_driver.apply(bench->esp, &want.items[0], &looked.seen.items[0],
				 on_applied, &acted),
		0);
	items_clear(&looked.seen);
	server_receive(&bench->server, ESPD_TUNNEL_SET, &received);
	server_acknowledge(&bench->server, received.header.sequence, 0);
	server_turn(&bench->server);
	assert_int_equal(acted.done, 1);
	assert_int_equal(acted.err, 0);
	/* Nor is all that was ever dropped in it told as news. */
	assert_false(held_find_tunnel(bench->esp->held, 7)->drops.is_known);
	look_at_one(bench, KIND_VPN_CONNECTION, "vco-a", &looked);
	assert_true(endpoint_same(&want.items[0], &looked.seen.items[0]));
	items_clear(&looked.seen);
	items_clear(&want);
}

/* What was lost while nobody looked, and belongs to nobody any more, must not be kept open. */
static void test_sockets_of_a_gateway_that_went_are_closed(void **state)
{
	struct bench *bench = *state;
	struct espd_socket socket = { ESPD_SOCKET_ESP, tunnel_7(bench).local_address };
	int before = count_descriptors();
	struct looked looked;

	look_at_all(bench, &socket, NULL, &looked);
	items_clear(&looked.seen);
	look_at_all(bench, NULL, NULL, &looked); /* espd lost it, the gateway is still there */
	items_clear(&looked.seen);
	assert_int_equal(count_descriptors(), before + 1);
	world_drop(bench->world, "vpn-gateway/vpn-a");
	look_at_all(bench, NULL, NULL, &looked);
	items_clear(&looked.seen);
	assert_int_equal(count_descriptors(), before);
}

static void test_without_a_connection_nothing_is_seen(void **state)
{
	struct bench *bench = *state;
	struct espd_tunnel tunnel = tunnel_7(bench);
	struct looked looked, other = { 0 };
	struct received received;

	look_at_all(bench, NULL, &tunnel, &looked);
	items_clear(&looked.seen);
	looked = (struct looked){ 0 };
	assert_int_equal(
		esp_driver.observe(bench->esp, &(struct scope){ KIND_VPC, NULL }, on_seen, &looked),
		0);
	server_receive(&bench->server, ESPD_DUMP, &received);
	server_hang_up(&bench->server);
	server_turn(&bench->server);
	assert_int_equal(looked.done, 1);
	assert_int_equal(looked.err, -ECONNRESET);
	items_clear(&looked.seen);
	look_at_one(bench, KIND_VPN_CONNECTION, "vco-a", &other);
	assert_int_equal(other.err, -ENOTCONN);
	assert_int_equal(other.seen.len, 0);
	items_clear(&other.seen);
	assert_int_equal(bench->all_adopted, 1);
}

static void ignore_answer(void *arg, int error, uint32_t value)
{
	(void)arg;
	(void)error;
	(void)value;
}

/* The queue to espd is full: what is known stays known. */
static void test_a_request_that_does_not_leave_forgets_nothing(void **state)
{
	struct bench *bench = *state;
	struct espd_tunnel tunnel = tunnel_7(bench);
	struct looked looked, waiting = { 0 }, refused = { 0 };
	int asked = 0, err = 0;

	look_at_all(bench, NULL, &tunnel, &looked);
	items_clear(&looked.seen);
	/* espd does not read; no dump is answered. */
	while (!err && asked++ < 100000)
		err = client_request(
			bench->esp->client, ESPD_DUMP, NULL, 0, -1, NULL, ignore_answer, NULL);
	assert_int_equal(err, -EAGAIN);
	assert_int_equal(esp_driver.observe(
				 bench->esp, &(struct scope){ KIND_VPC, NULL }, on_seen, &refused),
		-EAGAIN);
	look_at_one(bench, KIND_VPN_CONNECTION, "vco-a", &waiting);
	assert_int_equal(waiting.seen.len, 1);
	items_clear(&waiting.seen);
	assert_int_equal(refused.done, 0);
}

static void hold_tunnel_8(struct bench *bench)
{
	struct endpoint endpoint = { .is_tunnel = true, .tunnel = tunnel_7(bench) };

	world_put(bench->world, "vpn-connection/vco-b",
		"{'VpnGatewayId':'vpn-a','CustomerGatewayId':'cgw-a','Number':8,"
		"'LocalSubnet':'0.0.0.0/0','RemoteSubnet':'0.0.0.0/0'}");
	endpoint.tunnel.if_id = 8;
	held_get(&bench->esp->held, &endpoint, "vco-b")->is_there = true;
}

/* One poll, in which both tunnels have this many packets. */
static void poll_counters(struct bench *bench, uint64_t packets)
{
	struct received received;

	esp_poll_counters(bench->esp);
	server_receive(&bench->server, ESPD_COUNTERS, &received);
	for (uint32_t number = 7; number <= 8; number++) {
		struct espd_tunnel_counters counters = { .if_id = number, .in_packets = packets };

		server_send(&bench->server, ESPD_TUNNEL_COUNTERS, received.header.sequence,
			&counters, sizeof(counters), -1);
	}
	server_acknowledge(&bench->server, received.header.sequence, 0);
	server_turn(&bench->server);
}

static void expect_counters(struct bench *bench, const char *id, const char *part)
{
	AUTO_FREE char *key = xasprintf("counter/vpn-connection/%s", id);
	struct store_entry entry = { 0 };

	assert_int_equal(store_get(bench->store, key, &entry), 0);
	assert_non_null(strstr(entry.value, part));
	store_entry_clear(&entry);
}

/* The loop waits for the disk with each commit. */
static void test_all_counters_of_a_poll_are_one_commit(void **state)
{
	struct bench *bench = *state;
	struct espd_tunnel tunnel = tunnel_7(bench);
	struct looked looked;
	uint64_t before, after;

	look_at_all(bench, NULL, &tunnel, &looked);
	items_clear(&looked.seen);
	hold_tunnel_8(bench);
	assert_int_equal(store_revision(bench->store, &before), 0);
	poll_counters(bench, 3);
	assert_int_equal(store_revision(bench->store, &after), 0);
	assert_int_equal(after, before + 1);
	expect_counters(bench, "vco-a", "\"InPackets\":3,");
	expect_counters(bench, "vco-b", "\"InPackets\":3,");
	poll_counters(bench, 3); /* nothing moved */
	assert_int_equal(store_revision(bench->store, &after), 0);
	assert_int_equal(after, before + 1);
}

/* Also when nothing moves any more. */
static void test_what_a_busy_store_did_not_take_comes_next_time(void **state)
{
	struct bench *bench = *state;
	struct espd_tunnel tunnel = tunnel_7(bench);
	AUTO_FREE char *path = xasprintf("%s/store.db", bench->server.folder);
	struct looked looked;
	sqlite3 *other;

	look_at_all(bench, NULL, &tunnel, &looked);
	items_clear(&looked.seen);
	hold_tunnel_8(bench);
	assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	poll_counters(bench, 3);
	assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(other);
	poll_counters(bench, 3);
	expect_counters(bench, "vco-a", "\"InPackets\":3,");
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_what_espd_holds_is_adopted),
		TEST(test_a_device_made_anew_makes_it_stale),
		TEST(test_new_settings_leave_the_device_alone),
		TEST(test_sockets_of_a_gateway_that_went_are_closed),
		TEST(test_without_a_connection_nothing_is_seen),
		TEST(test_a_request_that_does_not_leave_forgets_nothing),
		TEST(test_all_counters_of_a_poll_are_one_commit),
		TEST(test_what_a_busy_store_did_not_take_comes_next_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
