/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a connection's packets would get through, as the data plane says it: in a dump, by its
 * events, and not at all while it is away. Routes and the IPSEC condition follow it.
 */
#include "support/unit.h"

#include "drivers/esp/esp_private.h"
#include "unit/esp/server.h"
#include "unit/reconcile/documents.h"

struct bench {
	struct server server;
	struct world *world;
	struct esp *esp;
	uint64_t generation;
	unsigned int marks_of_all, marks_of_one, turned, looked;
	uint32_t turned_number;
	int err;
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
	(void)number;
	close(fd);
	((struct bench *)ctx)->generation = 1;
}

static void nothing(void *ctx)
{
	(void)ctx;
}

static void mark(void *arg, enum kind kind, const char *id)
{
	struct bench *bench = arg;

	(void)kind;
	if (id)
		bench->marks_of_one++;
	else
		bench->marks_of_all++;
}

static void wake(void *arg, uint32_t number)
{
	(void)arg;
	(void)number;
}

static void turned(void *arg, uint32_t number)
{
	struct bench *bench = arg;

	bench->turned++;
	bench->turned_number = number;
}

static int setup(void **state)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));

	server_start(&bench->server);
	bench->world = world_sample();
	bench->esp = esp_new(&(struct esp_parts){ .loop = bench->server.loop,
		.socket_path = bench->server.path,
		.world = bench->world,
		.tunnels = { tunnel_fd, tunnel_generation, tunnel_adopt_take, nothing, bench },
		.mark = mark,
		.mark_arg = bench,
		.wake = wake,
		.wake_arg = bench,
		.carrying_changed = turned,
		.carrying_arg = bench });
	server_accept(&bench->server);
	server_greet(&bench->server, ESPD_PROTO_VERSION);
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	esp_free(bench->esp);
	world_free(bench->world);
	server_stop(&bench->server);
	free(bench);
	return 0;
}

static void on_seen(void *arg, int err, struct items *seen)
{
	struct bench *bench = arg;

	(void)seen;
	bench->err = err;
	bench->looked++;
}

static void ask_for_all(struct bench *bench, struct received *ret)
{
	bench->looked = 0;
	assert_int_equal(
		esp_driver.observe(bench->esp, &(struct scope){ KIND_VPC, NULL }, on_seen, bench),
		0);
	server_receive(&bench->server, ESPD_DUMP, ret);
}

static void send_sa(struct bench *bench, uint32_t sequence, uint32_t direction)
{
	struct espd_sa_held sa = { .if_id = 7, .key = { .direction = direction } };

	server_send(&bench->server, ESPD_SA_HELD, sequence, &sa, sizeof(sa), -1);
}

/* The tunnel of vco-a, with SAs in these directions; 0: none. */
static void look(struct bench *bench, unsigned int directions)
{
	struct espd_tunnel tunnel = { .if_id = 7, .mtu = 1400 };
	struct received received;
	uint32_t sequence;

	ask_for_all(bench, &received);
	sequence = received.header.sequence;
	server_send(&bench->server, ESPD_TUNNEL_HELD, sequence, &tunnel, sizeof(tunnel),
		bench->server.listener);
	if (directions & ESPD_IN)
		send_sa(bench, sequence, ESPD_IN);
	if (directions & ESPD_OUT)
		send_sa(bench, sequence, ESPD_OUT);
	server_acknowledge(&bench->server, sequence, 0);
	server_turn(&bench->server);
	assert_int_equal(bench->looked, 1);
	assert_int_equal(bench->err, 0);
}

static void tell(struct bench *bench, uint32_t inbound, uint32_t outbound)
{
	struct espd_tunnel_sas sas = { .if_id = 7, .inbound = inbound, .outbound = outbound };
	unsigned int before = bench->marks_of_one;

	server_send(&bench->server, ESPD_TUNNEL_SAS, 0, &sas, sizeof(sas), -1);
	server_turn(&bench->server);
	assert_int_equal(bench->marks_of_one, before + 1);
}

static void test_unknown_until_it_has_said(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(esp_carries(bench->esp, 7), -EAGAIN);
	look(bench, 0);
	assert_int_equal(esp_carries(bench->esp, 7), 0);
	assert_int_equal(esp_carries(bench->esp, 8), 0);
}

/* The first dump, and each in which something turned, has everything looked at; others have not. */
static void test_dumps(void **state)
{
	struct bench *bench = *state;
	unsigned int before = bench->marks_of_all;

	look(bench, ESPD_IN | ESPD_OUT);
	assert_int_equal(esp_carries(bench->esp, 7), 1);
	assert_int_equal(bench->marks_of_all, before + 1);
	look(bench, ESPD_IN | ESPD_OUT);
	assert_int_equal(bench->marks_of_all, before + 1);
	look(bench, ESPD_IN);
	assert_int_equal(esp_carries(bench->esp, 7), 0);
	assert_int_equal(bench->marks_of_all, before + 2);
	look(bench, ESPD_OUT);
	assert_int_equal(esp_carries(bench->esp, 7), 0);
	assert_int_equal(bench->marks_of_all, before + 2);
}

/* While espd is asked once more, nobody is told that all is gone. */
static void test_during_a_dump(void **state)
{
	struct espd_tunnel_sas sas = { .if_id = 7, .inbound = 2, .outbound = 2 };
	struct bench *bench = *state;
	struct received received;

	look(bench, ESPD_IN | ESPD_OUT);
	ask_for_all(bench, &received);
	assert_int_equal(esp_carries(bench->esp, 7), 1);
	server_send(&bench->server, ESPD_TUNNEL_SAS, 0, &sas, sizeof(sas), -1);
	server_turn(&bench->server);
	assert_int_equal(esp_carries(bench->esp, 7), 1);
	assert_int_equal(bench->turned, 0);
	server_acknowledge(&bench->server, received.header.sequence, 0);
	server_turn(&bench->server);
	assert_int_equal(esp_carries(bench->esp, 7), 0);
}

/* Only coming and going is told, not that a rekey has two of them for a while. */
static void test_events(void **state)
{
	struct bench *bench = *state;

	look(bench, 0);
	tell(bench, 1, 0);
	assert_int_equal(bench->turned, 0);
	tell(bench, 1, 1);
	assert_int_equal(bench->turned, 1);
	assert_int_equal(bench->turned_number, 7);
	tell(bench, 2, 2);
	tell(bench, 1, 1);
	assert_int_equal(bench->turned, 1);
	tell(bench, 0, 1);
	assert_int_equal(bench->turned, 2);
	assert_int_equal(esp_carries(bench->esp, 7), 0);
}

/* It says nothing of them, and its successor has none. */
static void test_away(void **state)
{
	struct bench *bench = *state;
	struct received received;

	look(bench, ESPD_IN | ESPD_OUT);
	server_hang_up(&bench->server);
	server_accept(&bench->server);
	assert_int_equal(esp_carries(bench->esp, 7), -EAGAIN);
	server_greet(&bench->server, ESPD_PROTO_VERSION);
	assert_int_equal(esp_carries(bench->esp, 7), -EAGAIN);
	ask_for_all(bench, &received);
	server_hang_up(&bench->server); /* in the middle of the answer */
	server_turn(&bench->server);
	assert_int_equal(bench->err, -ECONNRESET);
	assert_int_equal(esp_carries(bench->esp, 7), -EAGAIN);
	server_accept(&bench->server);
	server_greet(&bench->server, ESPD_PROTO_VERSION);
	look(bench, 0);
	assert_int_equal(esp_carries(bench->esp, 7), 0);
}

static bool is_reported_up(struct bench *bench, bool charon_says)
{
	struct scope scope = { KIND_VPN_CONNECTION, "vco-a" };
	struct status status = { .id = xstrdup("vco-a") };
	struct items nothing_seen = { 0 };
	bool is_true;

	(void)status_set(&status, CONDITION_IPSEC, charon_says,
		charon_says ? REASON_NONE : REASON_NEGOTIATING, "", 1);
	esp_driver.report(bench->esp, bench->world, &scope, &nothing_seen, &status);
	is_true = status.conditions[CONDITION_IPSEC].is_true;
	if (charon_says && !is_true)
		assert_int_equal(status.conditions[CONDITION_IPSEC].reason, REASON_DATA_PLANE_LOST);
	status_clear(&status);
	return is_true;
}

/* Neither charon's word alone is enough, nor the data plane's. */
static void test_report(void **state)
{
	struct bench *bench = *state;

	look(bench, 0);
	assert_false(is_reported_up(bench, true));
	tell(bench, 1, 0);
	assert_false(is_reported_up(bench, true));
	tell(bench, 0, 1);
	assert_false(is_reported_up(bench, true));
	tell(bench, 1, 1);
	assert_true(is_reported_up(bench, true));
	assert_false(is_reported_up(bench, false));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_unknown_until_it_has_said),
		TEST(test_dumps),
		TEST(test_during_a_dump),
		TEST(test_events),
		TEST(test_away),
		TEST(test_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
