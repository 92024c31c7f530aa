/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client against a socket in the hands of the test: greeting, order of commands, pieces, a
 * server that goes, one that says what BIRD never would.
 */
#include "support/unit.h"

#include "base/fd.h"
#include "base/loop.h"
#include "drivers/bgp/client.h"
#include "support/temp_dir.h"

#include <errno.h>

struct bench {
	struct loop *loop;
	struct clock clock;
	char *dir, *path;
	int listener, connection;
	struct bird_port port;
	unsigned int readies, losts, lines, dones;
	int err;
	unsigned int code;
	char text[256];
};

static void ready(void *arg)
{
	((struct bench *)arg)->readies++;
}

static void lost(void *arg)
{
	((struct bench *)arg)->losts++;
}

static void take_line(void *arg, const struct bird_line *line)
{
	struct bench *bench = arg;

	bench->lines++;
	snprintf(bench->text, sizeof(bench->text), "%s", line->text);
}

static void done(void *arg, int err, const struct bird_line *last)
{
	struct bench *bench = arg;

	bench->dones++;
	bench->err = err;
	bench->code = last ? last->code : 0;
}

/* Until the condition holds; the deadline fails the test. */
#define TURN_UNTIL(bench, condition)                                                               \
	do {                                                                                       \
		bool holds = condition;                                                            \
		for (int turn = 0; turn < 5000 && !holds; turn++) {                                \
			loop_run_once((bench)->loop, 1);                                           \
			holds = condition;                                                         \
		}                                                                                  \
		assert_true(holds);                                                                \
	} while (0)

static void answer(const struct bench *bench, const char *text)
{
	assert_int_equal(write(bench->connection, text, strlen(text)), strlen(text));
}

static void assert_asked(struct bench *bench, const char *text)
{
	char got[256] = "";
	ssize_t size = -1;

	TURN_UNTIL(bench, (size = recv(bench->connection, got, sizeof(got) - 1, MSG_DONTWAIT)) > 0);
	got[size] = '\0';
	assert_string_equal(got, text);
}

static void take_connection(struct bench *bench)
{
	TURN_UNTIL(bench, (bench->connection = unix_accept(bench->listener)) >= 0);
}

static void ask(struct bench *bench, const char *text)
{
	bench->port.request(bench->port.ctx,
		&(struct bird_command){
			.text = text, .line = take_line, .done = done, .arg = bench });
}

static int setup(void **state)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));

	bench->loop = loop_new();
	bench->clock = clock_of_loop(bench->loop);
	bench->dir = temp_dir_new();
	bench->path = xasprintf("%s/bird.ctl", bench->dir);
	bench->listener = unix_listen(bench->path, SOCK_STREAM, 0600, (gid_t)-1);
	assert_true(bench->listener >= 0);
	bench->connection = -1;
	bench->port = bird_client_open(bench->loop, &bench->clock, bench->path,
		&(struct bird_calls){ .ready = ready, .lost = lost, .arg = bench });
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	bench->port.close(bench->port.ctx);
	if (bench->connection >= 0)
		close(bench->connection);
	close(bench->listener);
	loop_free(bench->loop);
	free(bench->path);
	temp_dir_free(bench->dir);
	free(bench);
	return 0;
}

static void test_commands_go_one_by_one(void **state)
{
	struct bench *bench = *state;

	take_connection(bench);
	assert_int_equal(bench->readies, 0);
	answer(bench, "0001 BIRD 2.0.12 rea");
	answer(bench, "dy.\n");
	TURN_UNTIL(bench, bench->readies == 1);
	ask(bench, "configure soft");
	ask(bench, "show protocols all \"vco*\"");
	assert_asked(bench, "configure soft\n");
	answer(bench, "0002-Reading configuration\n0003 Reconf");
	TURN_UNTIL(bench, bench->lines == 1);
	assert_int_equal(bench->dones, 0);
	answer(bench, "igured\n");
	TURN_UNTIL(bench, bench->dones == 1);
	assert_int_equal(bench->code, 3);
	assert_asked(bench, "show protocols all \"vco*\"\n");
	answer(bench, "8003 No protocols match\n");
	TURN_UNTIL(bench, bench->dones == 2);
	assert_int_equal(bench->err, 0);
	assert_int_equal(bench->code, 8003);
}

static void test_not_connected(void **state)
{
	struct bench *bench = *state;

	ask(bench, "show status");
	assert_int_equal(bench->dones, 0);
	TURN_UNTIL(bench, bench->dones == 1);
	assert_int_equal(bench->err, -ENOTCONN);
}

static void test_connects_again(void **state)
{
	struct bench *bench = *state;

	take_connection(bench);
	answer(bench, "0001 BIRD 2.0.12 ready.\n");
	TURN_UNTIL(bench, bench->readies == 1);
	ask(bench, "show status");
	assert_asked(bench, "show status\n");
	close(bench->connection);
	TURN_UNTIL(bench, bench->losts == 1 && bench->dones == 1);
	assert_int_equal(bench->err, -ENOTCONN);
	take_connection(bench);
	answer(bench, "0001 BIRD 2.0.12 ready.\n");
	TURN_UNTIL(bench, bench->readies == 2);
}

static void test_nonsense_costs_the_connection(void **state)
{
	struct bench *bench = *state;

	take_connection(bench);
	answer(bench, "0001 BIRD 2.0.12 ready.\n");
	TURN_UNTIL(bench, bench->readies == 1);
	ask(bench, "show status");
	assert_asked(bench, "show status\n");
	answer(bench, "what?\n");
	TURN_UNTIL(bench, bench->losts == 1 && bench->dones == 1);
	assert_int_equal(bench->err, -ENOTCONN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_commands_go_one_by_one, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_connected, setup, teardown),
		cmocka_unit_test_setup_teardown(test_connects_again, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_nonsense_costs_the_connection, setup, teardown),
	};

	return cmocka_run_group_tests_name("bgp client", tests, NULL, NULL);
}
