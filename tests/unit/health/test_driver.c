/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver on virtual time. In the place of the tunnel's packet socket stands one end of a pair
 * whose other end the test reads and answers.
 */
#include "support/unit.h"

#include "base/loop.h"
#include "drivers/health/health.h"
#include "scenario/virtual_clock.h"
#include "unit/health/replies.h"
#include "unit/reconcile/documents.h"

#include <errno.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

struct bench {
	struct loop *loop;
	struct virtual_clock *time;
	struct clock clock;
	struct world *world;
	struct health *health;
	int far; /* the data centre's end; -1: nothing was opened */
	uint64_t generation;
	int carries;
	unsigned int marked, changed, resets, answered_late;
	bool done;
	struct items seen;
};

static int run_device(void *ctx, const struct vpn_connection *connection,
	int (*call)(void *arg, const char *interface), void *arg)
{
	struct bench *bench = ctx;
	int pair[2];

	(void)call;
	(void)arg;
	assert_string_equal(connection->meta.id, "vco-a");
	if (!bench->generation)
		return -ENODEV;
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
	if (bench->far >= 0)
		close(bench->far);
	bench->far = pair[1];
	return pair[0];
}

static uint64_t generation(void *ctx, uint32_t number)
{
	assert_int_equal(number, 7);
	return ((struct bench *)ctx)->generation;
}

static int carries(void *arg, uint32_t number)
{
	assert_int_equal(number, 7);
	return ((struct bench *)arg)->carries;
}

static void mark(void *arg, enum kind kind, const char *id)
{
	assert_int_equal(kind, KIND_VPN_CONNECTION);
	assert_string_equal(id, "vco-a");
	((struct bench *)arg)->marked++;
}

static void changed(void *arg, uint32_t number)
{
	assert_int_equal(number, 7);
	((struct bench *)arg)->changed++;
}

static void reset(void *arg, const char *id)
{
	assert_string_equal(id, "vco-a");
	((struct bench *)arg)->resets++;
}

static void settle(struct bench *bench)
{
	for (int i = 0; i < 4; i++)
		loop_run_once(bench->loop, 0);
}

static void pass_time(struct bench *bench, int64_t ms)
{
	int64_t end = virtual_clock_ms(bench->time) + ms;

	while (virtual_clock_step(bench->time, end))
		settle(bench);
	settle(bench);
}

static void configure(struct bench *bench, const char *health)
{
	AUTO_FREE char *text = xasprintf(
		"{'VpnGatewayId':'vpn-a','CustomerGatewayId':'cgw-a','Number':7,"
		"'LocalSubnet':'0.0.0.0/0','RemoteSubnet':'0.0.0.0/0','HealthCheckConfig':{%s}}",
		health);

	world_put(bench->world, "vpn-connection/vco-a", text);
}

static int setup(void **state)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));

	bench->loop = loop_new();
	bench->time = virtual_clock_new();
	bench->clock = virtual_clock_of(bench->time);
	bench->world = world_sample();
	bench->far = -1;
	bench->generation = 1;
	bench->carries = 1;
	bench->health = health_new(&(struct health_parts){ .loop = bench->loop,
		.clock = &bench->clock,
		.world = bench->world,
		.devices = { run_device, generation, bench },
		.carries = carries,
		.mark = mark,
		.changed = changed,
		.reset = reset,
		.arg = bench });
	configure(bench, "'Enable':true,'Dip':'10.9.0.9','Sip':'10.0.0.5','Interval':2,'Retry':3");
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	items_clear(&bench->seen);
	health_free(bench->health);
	world_free(bench->world);
	virtual_clock_free(bench->time);
	loop_free(bench->loop);
	if (bench->far >= 0)
		close(bench->far);
	free(bench);
	return 0;
}

static void observed(void *arg, int err, struct items *seen)
{
	struct bench *bench = arg;

	assert_int_equal(err, 0);
	items_clear(&bench->seen);
	bench->seen = *seen;
	*seen = (struct items){ 0 };
	bench->done = true;
}

static void applied(void *arg, int err, const struct fault *fault)
{
	(void)fault;
	assert_int_equal(err, 0);
	((struct bench *)arg)->done = true;
}

static const struct scope one = { KIND_VPN_CONNECTION, "vco-a" };

static void wait_done(struct bench *bench)
{
	assert_false(bench->done); /* never inside the call */
	settle(bench);
	assert_true(bench->done);
	bench->done = false;
}

/* A pass of the reconciler over this driver; how many changes it made. */
static size_t reconcile(struct bench *bench)
{
	struct items want = { 0 };
	const struct item *wanted, *seen;
	size_t changes = 0;

	assert_int_equal(health_driver.want(bench->world, &one, &want), 0);
	assert_int_equal(health_driver.observe(bench->health, &one, observed, bench), 0);
	wait_done(bench);
	wanted = items_find(&want, "vco-a");
	seen = items_find(&bench->seen, "vco-a");
	if ((wanted || seen) && !(wanted && seen && health_driver.same(wanted, seen))) {
		assert_int_equal(
			health_driver.apply(bench->health, wanted, seen, applied, bench), 0);
		wait_done(bench);
		changes++;
	}
	items_clear(&want);
	return changes;
}

static unsigned int requests(struct bench *bench, bool do_answer)
{
	uint8_t request[ECHO_SIZE], reply[ECHO_SIZE];
	unsigned int count = 0;

	while (recv(bench->far, request, sizeof(request), 0) == ECHO_SIZE) {
		count++;
		reply_to(request, reply);
		if (do_answer)
			assert_int_equal(send(bench->far, reply, sizeof(reply), 0), ECHO_SIZE);
	}
	settle(bench);
	return count;
}

static struct condition report(struct bench *bench)
{
	struct status status = { 0 };
	struct condition condition;

	health_driver.report(bench->health, bench->world, &one, &bench->seen, &status);
	condition = status.conditions[CONDITION_HEALTH];
	condition.message = NULL;
	status_clear(&status);
	return condition;
}

static void fail_it(struct bench *bench)
{
	assert_int_equal(reconcile(bench), 1);
	requests(bench, true);
	assert_int_equal(health_allows(bench->health, 7), 1);
	pass_time(bench, 3 * 2000 + 1000);
	assert_int_equal(health_allows(bench->health, 7), 0);
}

static void it_converges(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(reconcile(bench), 1);
	assert_int_equal(reconcile(bench), 0);
	configure(bench, "'Enable':true,'Dip':'10.9.0.9','Sip':'10.0.0.5','Interval':3,'Retry':3");
	assert_int_equal(reconcile(bench), 1);
	bench->generation++; /* the device was made anew */
	assert_int_equal(reconcile(bench), 1);
	assert_int_equal(reconcile(bench), 0);
	configure(bench, "'Enable':false");
	assert_int_equal(reconcile(bench), 1);
	assert_int_equal(reconcile(bench), 0);
	assert_false(report(bench).known);
	assert_int_equal(health_allows(bench->health, 7), 1);
}

static void a_probe_every_interval(void **state)
{
	struct bench *bench = *state;

	reconcile(bench);
	assert_int_equal(requests(bench, true), 1);
	for (int i = 0; i < 5; i++) {
		pass_time(bench, 1999);
		assert_int_equal(requests(bench, true), 0);
		pass_time(bench, 1);
		assert_int_equal(requests(bench, true), 1);
	}
}

static void it_is_unknown_until_the_first_answer(void **state)
{
	struct bench *bench = *state;

	reconcile(bench);
	assert_int_equal(health_allows(bench->health, 7), -EAGAIN);
	/* a new agent takes nothing back that an older one has seen */
	assert_false(report(bench).known);
	assert_true(report(bench).is_kept);
	bench->carries = 0;
	assert_true(report(bench).known);
	bench->carries = 1;
	bench->changed = 0;
	requests(bench, true);
	assert_int_equal(health_allows(bench->health, 7), 1);
	assert_int_equal(bench->changed, 1);
	assert_int_equal(bench->marked, 1);
	assert_true(report(bench).is_true);
}

/* interval x retry + the time a probe is waited for, and not a probe earlier */
static void a_dead_path_is_found_in_time(void **state)
{
	struct bench *bench = *state;

	reconcile(bench);
	requests(bench, true);
	pass_time(bench, 3 * 2000 + 999);
	assert_int_equal(health_allows(bench->health, 7), 1);
	pass_time(bench, 1);
	assert_int_equal(health_allows(bench->health, 7), 0);
	assert_int_equal(report(bench).reason, REASON_HEALTH_CHECK);
	assert_int_equal(bench->resets, 1);
}

static void reserve_route_keeps_the_routes(void **state)
{
	struct bench *bench = *state;

	configure(bench, "'Enable':true,'Dip':'10.9.0.9','Sip':'10.0.0.5','Interval':2,'Retry':3,"
			 "'Policy':'reserve_route'");
	reconcile(bench);
	pass_time(bench, 10000);
	assert_false(report(bench).is_true);
	assert_int_equal(health_allows(bench->health, 7), 1);
}

static void it_comes_back_after_as_many_answers(void **state)
{
	struct bench *bench = *state;

	fail_it(bench);
	requests(bench, false);
	pass_time(bench, 1000);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(health_allows(bench->health, 7), 0);
		assert_int_equal(requests(bench, true), 1);
		pass_time(bench, 2000);
	}
	assert_int_equal(health_allows(bench->health, 7), 1);
}

static void a_dead_host_does_not_make_the_tunnel_flap(void **state)
{
	struct bench *bench = *state;

	fail_it(bench);
	assert_int_equal(bench->resets, 1);
	pass_time(bench, 29000);
	assert_int_equal(bench->resets, 1);
	pass_time(bench, 3000);
	assert_int_equal(bench->resets, 2);
	pass_time(bench, 3600 * 1000);
	assert_true(bench->resets < 10);
}

/* The next probe is on its way, and so many are answered. */
static void answer_some(struct bench *bench, int count)
{
	requests(bench, false);
	pass_time(bench, 1000);
	for (int i = 0; i < count; i++) {
		requests(bench, true);
		pass_time(bench, 2000);
	}
	assert_int_equal(health_allows(bench->health, 7), 1);
	requests(bench, false);
}

static void a_host_that_comes_and_goes_does_not_either(void **state)
{
	struct bench *bench = *state;

	fail_it(bench);
	for (int round = 0; round < 100; round++) {
		answer_some(bench, 5);
		pass_time(bench, 21000);
		assert_int_equal(health_allows(bench->health, 7), 0);
	}
	assert_true(bench->resets < 10);
	/* well for as long as the last pause: the next failure is a new one */
	answer_some(bench, 500);
	bench->resets = 0;
	pass_time(bench, 41000);
	assert_int_equal(bench->resets, 2);
}

static void a_tunnel_that_is_down_is_not_reset(void **state)
{
	struct bench *bench = *state;

	bench->carries = 0;
	reconcile(bench);
	pass_time(bench, 60000);
	assert_int_equal(bench->resets, 0);
	assert_int_equal(health_allows(bench->health, 7), -EAGAIN);
	assert_true(requests(bench, false) >= 30); /* they are the traffic that it may wait for */
}

static void a_tunnel_that_comes_up_is_probed_at_once(void **state)
{
	struct bench *bench = *state;

	reconcile(bench);
	requests(bench, true);
	bench->carries = 0;
	health_carrying_changed(bench->health, 7);
	assert_int_equal(health_allows(bench->health, 7), -EAGAIN);
	requests(bench, false);
	bench->carries = 1;
	health_carrying_changed(bench->health, 7);
	assert_int_equal(requests(bench, true), 1);
	assert_int_equal(health_allows(bench->health, 7), 1);
}

static void a_new_target_is_checked_afresh(void **state)
{
	struct bench *bench = *state;

	fail_it(bench);
	configure(bench, "'Enable':true,'Dip':'10.9.0.10','Sip':'10.0.0.5','Interval':2,'Retry':3");
	assert_int_equal(reconcile(bench), 1);
	assert_int_equal(health_allows(bench->health, 7), -EAGAIN);
	requests(bench, true);
	assert_int_equal(health_allows(bench->health, 7), 1);
}

static int left_to_read(const struct bench *bench)
{
	int size = 0;

	assert_int_equal(ioctl(bench->far, SIOCOUTQ, &size), 0);
	return size;
}

/* A peer that sends answers without end must not hold up the loop. */
static void a_flood_is_read_in_turns(void **state)
{
	struct bench *bench = *state;
	uint8_t request[ECHO_SIZE], reply[ECHO_SIZE];

	reconcile(bench);
	assert_int_equal(recv(bench->far, request, sizeof(request), 0), ECHO_SIZE);
	reply_to(request, reply);
	for (int i = 0; i < 100; i++)
		assert_int_equal(send(bench->far, reply, sizeof(reply), 0), ECHO_SIZE);
	loop_run_once(bench->loop, 0);
	assert_true(left_to_read(bench) > 0);
	for (int i = 0; i < 100 && left_to_read(bench); i++)
		loop_run_once(bench->loop, 0);
	assert_int_equal(left_to_read(bench), 0);
	assert_int_equal(health_allows(bench->health, 7), 1);
}

static void keep_error(void *arg, int err, const struct fault *fault)
{
	(void)fault;
	*(int *)arg = err;
}

/* Nobody would remove it when its connection goes: it is not seen. */
static void a_check_without_a_device_leaves_nothing(void **state)
{
	struct bench *bench = *state;
	struct items want = { 0 };
	int err = 0;

	bench->generation = 0;
	assert_int_equal(health_driver.want(bench->world, &one, &want), 0);
	assert_int_equal(
		health_driver.apply(bench->health, &want.items[0], NULL, keep_error, &err), 0);
	settle(bench);
	assert_int_equal(err, -ENODEV);
	/* a mark would cut the growing delay short */
	assert_int_equal(bench->changed + bench->marked, 0);
	items_clear(&want);
	bench->generation = 1;
	assert_int_equal(reconcile(bench), 1);
}

#define HEALTH_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HEALTH_TEST(it_converges),
		HEALTH_TEST(a_probe_every_interval),
		HEALTH_TEST(it_is_unknown_until_the_first_answer),
		HEALTH_TEST(a_dead_path_is_found_in_time),
		HEALTH_TEST(reserve_route_keeps_the_routes),
		HEALTH_TEST(it_comes_back_after_as_many_answers),
		HEALTH_TEST(a_dead_host_does_not_make_the_tunnel_flap),
		HEALTH_TEST(a_host_that_comes_and_goes_does_not_either),
		HEALTH_TEST(a_tunnel_that_is_down_is_not_reset),
		HEALTH_TEST(a_tunnel_that_comes_up_is_probed_at_once),
		HEALTH_TEST(a_new_target_is_checked_afresh),
		HEALTH_TEST(a_flood_is_read_in_turns),
		HEALTH_TEST(a_check_without_a_device_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
