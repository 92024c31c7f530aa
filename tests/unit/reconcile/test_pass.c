/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a pass leaves alone: what a driver further down the line may still stand on while it cannot
 * be asked, and what follows from a document nobody understands.
 */
#include "support/unit.h"

#include "base/loop.h"
#include "reconcile/pass.h"
#include "unit/reconcile/documents.h"

#include <errno.h>

/* A driver that wants nothing, sees one item and removes it when told to. */
struct part_of_world {
	struct loop *loop;
	const char *owner; /* of its one item; NULL: it has none */
	int error;         /* of looking */
	bool refuses;      /* to be asked at all */
	int removed;
};

struct observation {
	struct part_of_world *part;
	void (*done)(void *arg, int err, struct items *seen);
	void *arg;
};

struct application {
	void (*done)(void *arg, int err, const struct fault *fault);
	void *arg;
};

static int want_nothing(const struct world *world, const struct scope *scope, struct items *ret)
{
	(void)world;
	(void)scope;
	(void)ret;
	return 0;
}

static void tell_seen(void *arg)
{
	struct observation *observation = arg;
	struct part_of_world *part = observation->part;
	struct items seen = { 0 };

	if (part->owner && !part->removed && !part->error)
		items_add_take(&seen,
			(struct item){ .key = xstrdup("it"), .owner = xstrdup(part->owner) });
	observation->done(observation->arg, part->error, &seen);
	items_clear(&seen);
	free(observation);
}

static int observe(void *ctx, const struct scope *scope,
	void (*done)(void *arg, int err, struct items *seen), void *arg)
{
	struct part_of_world *part = ctx;
	struct observation *observation;

	(void)scope;
	if (part->refuses)
		return -ENOTCONN;
	observation = xcalloc(1, sizeof(*observation));
	*observation = (struct observation){ part, done, arg };
	loop_defer(part->loop, tell_seen, observation);
	return 0;
}

static bool same(const struct item *want, const struct item *seen)
{
	(void)want;
	(void)seen;
	return true;
}

static void tell_applied(void *arg)
{
	struct application *application = arg;

	application->done(application->arg, 0, NULL);
	free(application);
}

static int apply(void *ctx, const struct item *want, const struct item *seen,
	void (*done)(void *arg, int err, const struct fault *fault), void *arg)
{
	struct part_of_world *part = ctx;
	struct application *application = xcalloc(1, sizeof(*application));

	assert_null(want);
	assert_non_null(seen);
	part->removed++;
	*application = (struct application){ done, arg };
	loop_defer(part->loop, tell_applied, application);
	return 0;
}

#define FAKE(what, served)                                                                         \
	{                                                                                          \
		.name = what, .kinds = (served), .want = want_nothing, .observe = observe,         \
		.same = same, .apply = apply                                                       \
	}

static const struct driver first = FAKE("first", ~0U);
static const struct driver last_serves = FAKE("last", DRIVER_SERVES(KIND_VPN_CONNECTION));
static const struct driver last_does_not = FAKE("last", DRIVER_SERVES(KIND_VPN_GATEWAY));

static void finished(void *arg, struct pass *pass)
{
	(void)pass;
	*(bool *)arg = true;
}

/* Runs one pass of two drivers and returns how often the first one removed its item. */
static int removals(struct world *world, struct part_of_world *front, const struct driver *driver,
	struct part_of_world *back, enum kind kind, const char *id)
{
	struct loop *loop = loop_new();
	struct clock clock = clock_of_loop(loop);
	struct driver_use drivers[] = { { &first, front }, { driver, back } };
	bool is_done = false, is_asked = !id || driver->kinds & DRIVER_SERVES(kind);
	struct pass *pass;

	front->loop = back->loop = loop;
	pass = pass_start(world, &clock, drivers, ARRAY_LEN(drivers), kind, id, finished, &is_done);
	assert_false(is_done);
	for (int i = 0; i < 1000 && !is_done; i++)
		loop_run_once(loop, 10);
	assert_true(is_done);
	assert_int_equal(!!pass_error(pass), is_asked && (back->error || back->refuses));
	assert_int_equal(pass_acted(pass), front->removed + back->removed > 0);
	pass_free(pass);
	loop_free(loop);
	return front->removed;
}

static void test_what_is_not_wanted_goes(void **state)
{
	struct world *world = world_sample();
	struct part_of_world front = { .owner = "vco-gone" }, back = { 0 };

	(void)state;
	assert_int_equal(removals(world, &front, &last_serves, &back, KIND_VPC, NULL), 1);
	world_free(world);
}

static void test_a_later_driver_that_cannot_look_holds_removals_back(void **state)
{
	struct world *world = world_sample();
	struct part_of_world front = { .owner = "vco-gone" }, back = { .error = -ENOTCONN };

	(void)state;
	assert_int_equal(
		removals(world, &front, &last_serves, &back, KIND_VPN_CONNECTION, "vco-gone"), 0);
	assert_int_equal(removals(world, &front, &last_serves, &back, KIND_VPC, NULL), 0);
	back.error = 0;
	back.refuses = true;
	assert_int_equal(
		removals(world, &front, &last_serves, &back, KIND_VPN_CONNECTION, "vco-gone"), 0);
	back.refuses = false;
	assert_int_equal(
		removals(world, &front, &last_serves, &back, KIND_VPN_CONNECTION, "vco-gone"), 1);
	world_free(world);
}

static void test_one_that_does_not_serve_the_kind_holds_nothing_back(void **state)
{
	struct world *world = world_sample();
	struct part_of_world front = { .owner = "vco-gone" }, back = { .error = -ENOTCONN };

	(void)state;
	/* Everything: what it stands on may be among it. */
	assert_int_equal(removals(world, &front, &last_does_not, &back, KIND_VPC, NULL), 0);
	assert_int_equal(
		removals(world, &front, &last_does_not, &back, KIND_VPN_CONNECTION, "vco-gone"), 1);
	world_free(world);
}

static void test_an_earlier_driver_holds_nothing_back(void **state)
{
	struct world *world = world_sample();
	struct part_of_world front = { .error = -ENOTCONN }, back = { .owner = "vco-gone" };
	struct loop *loop = loop_new();
	struct clock clock = clock_of_loop(loop);
	struct driver_use drivers[] = { { &first, &front }, { &last_serves, &back } };
	bool is_done = false;
	struct pass *pass;

	(void)state;
	front.loop = back.loop = loop;
	pass = pass_start(world, &clock, drivers, ARRAY_LEN(drivers), KIND_VPN_CONNECTION,
		"vco-gone", finished, &is_done);
	for (int i = 0; i < 1000 && !is_done; i++)
		loop_run_once(loop, 10);
	assert_true(is_done);
	assert_int_equal(back.removed, 1);
	pass_free(pass);
	loop_free(loop);
	world_free(world);
}

static void test_nothing_goes_because_of_a_broken_document(void **state)
{
	struct world *world = world_sample();
	struct part_of_world front = { .owner = "vco-c" }, back = { 0 };
	json_t *bad = json_pack("{s:s}", "Nobody", "knows this");
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(world_set(world, "vpn-connection/vco-c", bad, 3, &fault), -EINVAL);
	assert_int_equal(
		removals(world, &front, &last_serves, &back, KIND_VPN_CONNECTION, "vco-c"), 0);
	assert_int_equal(removals(world, &front, &last_serves, &back, KIND_VPC, NULL), 0);
	world_drop(world, "vpn-connection/vco-c");
	assert_int_equal(removals(world, &front, &last_serves, &back, KIND_VPC, NULL), 1);
	json_decref(bad);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_not_wanted_goes),
		cmocka_unit_test(test_a_later_driver_that_cannot_look_holds_removals_back),
		cmocka_unit_test(test_one_that_does_not_serve_the_kind_holds_nothing_back),
		cmocka_unit_test(test_an_earlier_driver_holds_nothing_back),
		cmocka_unit_test(test_nothing_goes_because_of_a_broken_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
