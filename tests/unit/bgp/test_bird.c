/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole driver on virtual time, in the place of BIRD a script: what is asked, what follows from
 * the answers, what is written into files.
 */
#include "support/unit.h"

#include "base/loop.h"
#include "base/secret.h"
#include "drivers/bgp/bgp.h"
#include "drivers/bgp/files.h"
#include "drivers/bgp/text.h"
#include "reconcile/diff.h"
#include "scenario/virtual_clock.h"
#include "unit/bgp/sample.h"

#include <errno.h>

struct bench {
	struct sample sample;
	struct loop *loop;
	struct virtual_clock *time;
	struct clock clock;
	struct bgp *bgp;
	char *dir;
	struct bird_calls calls;
	struct {
		char *text;
		struct bird_command call;
	} asked[16];
	size_t asked_len;
	unsigned int opened, closed, marks_a, marks_b, marks_vpc;
	int carries, may_carry;
	uint64_t key_failures;
	bool is_done;
	int err;
	struct items seen;
};

static struct bench *bench;

static void request(void *ctx, const struct bird_command *command)
{
	assert_ptr_equal(ctx, bench);
	assert_true(bench->asked_len < ARRAY_LEN(bench->asked));
	bench->asked[bench->asked_len].text = xstrdup(command->text);
	bench->asked[bench->asked_len++].call = *command;
}

static void close_port(void *ctx)
{
	assert_ptr_equal(ctx, bench);
	bench->closed++;
}

static struct bird_port open_port(struct loop *loop, const struct clock *clock, const char *path,
	const struct bird_calls *calls)
{
	AUTO_FREE char *expected = xasprintf("%s/vpc-a.ctl", bench->dir);

	(void)loop;
	(void)clock;
	assert_string_equal(path, expected);
	bench->calls = *calls;
	bench->opened++;
	return (struct bird_port){ request, close_port, bench };
}

static int carries(void *arg, uint32_t number)
{
	(void)arg;
	return number == 7 ? bench->carries : 1;
}

static int may_carry(void *arg, uint32_t number)
{
	(void)arg;
	return number == 7 && bench->carries == 1 ? bench->may_carry : carries(arg, number);
}

static int key_failures(void *arg, const char *vpc_id, uint64_t *ret)
{
	(void)arg;
	assert_string_equal(vpc_id, "vpc-a");
	*ret = bench->key_failures;
	return 0;
}

static void mark(void *arg, enum kind kind, const char *id)
{
	(void)arg;
	bench->marks_vpc += kind == KIND_VPC;
	bench->marks_a += kind == KIND_VPN_CONNECTION && strcmp(id, "vco-a") == 0;
	bench->marks_b += kind == KIND_VPN_CONNECTION && strcmp(id, "vco-b") == 0;
}

static void settle(void)
{
	for (int i = 0; i < 3; i++)
		loop_run_once(bench->loop, 0);
}

static void pass_time(int64_t ms)
{
	int64_t end = virtual_clock_ms(bench->time) + ms;

	while (virtual_clock_step(bench->time, end))
		settle();
	settle();
}

/* The oldest command must be this one; answers it with these lines, the last one last. */
static void reply(const char *command, const struct bird_line *lines, size_t len)
{
	struct bird_command call;

	if (!bench->asked_len)
		fail_msg("nothing was asked, not even: %s", command);
	assert_string_equal(bench->asked[0].text, command);
	call = bench->asked[0].call;
	free(bench->asked[0].text);
	memmove(bench->asked, bench->asked + 1, sizeof(bench->asked[0]) * --bench->asked_len);
	for (size_t i = 0; call.line && i + 1 < len; i++)
		call.line(call.arg, &lines[i]);
	call.done(call.arg, 0, &lines[len - 1]);
}

#define REPLY(command, ...)                                                                        \
	reply(command, (const struct bird_line[]){ __VA_ARGS__ },                                  \
		ARRAY_LEN(((const struct bird_line[]){ __VA_ARGS__ })))
#define POLL "show protocols all \"vco*\""
#define SAID(info)                                                                                 \
	{                                                                                          \
		1002, "vco7 BGP --- up 2026-01-01 10:00:00.000 " info, false                       \
	}
#define SAID_B(info)                                                                               \
	{                                                                                          \
		1002, "vco8 BGP --- up 2026-01-01 10:00:00.000 " info, false                       \
	}
#define CHANGES(n)                                                                                 \
	{                                                                                          \
		1006, "      Import updates: 1 1 1 1 " n, false                                    \
	}
#define END                                                                                        \
	{                                                                                          \
		0, "", true                                                                        \
	}

static void observed(void *arg, int err, struct items *seen)
{
	(void)arg;
	assert_int_equal(err, 0);
	bench->seen = *seen;
	*seen = (struct items){ 0 };
	bench->is_done = true;
}

static void applied(void *arg, int err, const struct fault *fault)
{
	(void)arg;
	(void)fault;
	bench->err = err;
	bench->is_done = true;
}

static void wait_done(void)
{
	for (int i = 0; i < 100 && !bench->is_done; i++)
		loop_run_once(bench->loop, 0);
	assert_true(bench->is_done);
	bench->is_done = false;
}

static void apply(const struct item *want, const struct item *seen)
{
	assert_int_equal(bgp_driver.apply(bench->bgp, want, seen, applied, NULL), 0);
	wait_done();
	assert_int_equal(bench->err, 0);
}

/* One pass, as the engine does it; the number of changes it made. */
static size_t pass(enum kind kind, const char *id)
{
	struct scope scope = { kind, id };
	struct items want = { 0 };
	struct changes changes = { 0 };
	size_t len;

	assert_int_equal(bgp_driver.observe(bench->bgp, &scope, observed, NULL), 0);
	wait_done();
	assert_int_equal(bgp_driver.want(bench->sample.world, &scope, &want), 0);
	items_sort(&want);
	diff_items(&want, &bench->seen, bgp_driver.same, &changes);
	len = changes.len;
	for (size_t i = 0; i < len; i++)
		apply(changes.items[i].want, changes.items[i].seen);
	changes_clear(&changes);
	items_clear(&want);
	items_clear(&bench->seen);
	return len;
}

static struct status report(const char *id)
{
	struct status status = { 0 };

	bgp_driver.report(bench->bgp, bench->sample.world,
		&(struct scope){ KIND_VPN_CONNECTION, id }, NULL, &status);
	return status;
}

static void assert_reason(const char *id, enum reason reason)
{
	struct status status = report(id);
	const struct condition *condition = &status.conditions[CONDITION_BGP];

	assert_true(condition->known);
	assert_string_equal(reason_code(condition->reason), reason_code(reason));
	assert_int_equal(condition->is_true, reason == REASON_NONE);
	status_clear(&status);
}

/* Nothing can be told yet: what a former agent reported stands. */
static void assert_kept(const char *id)
{
	struct status status = report(id);

	assert_true(status.conditions[CONDITION_BGP].is_kept);
	assert_false(status.conditions[CONDITION_BGP].known);
	status_clear(&status);
}

static int setup(void **state)
{
	(void)state;
	bench = xcalloc(1, sizeof(*bench));
	sample_init(&bench->sample);
	bench->loop = loop_new();
	bench->time = virtual_clock_new();
	bench->clock = virtual_clock_of(bench->time);
	bench->dir = xasprintf("%s/bird", bench->sample.dir);
	bench->carries = bench->may_carry = 1;
	bench->bgp = bgp_new(&(struct bgp_parts){ .loop = bench->loop,
		.clock = &bench->clock,
		.world = bench->sample.world,
		.dir = bench->dir,
		.group = getgid(),
		.carries = carries,
		.may_carry = may_carry,
		.key_failures = key_failures,
		.mark = mark,
		.open = open_port });
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	bgp_free(bench->bgp);
	assert_int_equal(bench->opened, bench->closed);
	for (size_t i = 0; i < bench->asked_len; i++)
		free(bench->asked[i].text);
	virtual_clock_free(bench->time);
	loop_free(bench->loop);
	sample_done(&bench->sample);
	free(bench->dir);
	free(bench);
	return 0;
}

/* Everything is written, BIRD is there and both sessions are up. */
static void start(void)
{
	assert_int_equal(pass(KIND_COUNT, NULL), 4);
	assert_int_equal(bench->opened, 1);
	assert_kept("vco-a");
	bench->calls.ready(bench->calls.arg);
	REPLY("configure soft", { 2, "Reading", false }, { 3, "Reconfigured", true });
	assert_kept("vco-a");
	REPLY(POLL, SAID("Established"), CHANGES("2"), SAID_B("Established"), CHANGES("0"), END);
	assert_kept("vco-a");
	REPLY("show route table bgp_3 protocol vco7 all", { 1007, "Table bgp_3:", false },
		{ 1007, "172.16.0.0/16 unicast [vco7] * (100) [AS65001i]", false },
		{ 1012, "\tBGP.as_path: 65001", false }, END);
	REPLY("show route table bgp_3 protocol vco8 all", END);
	assert_int_equal(bench->asked_len, 0);
	assert_reason("vco-a", REASON_NONE);
}

static void test_start_and_poll(void **state)
{
	struct status status;

	(void)state;
	start();
	status = report("vco-a");
	assert_int_equal(status.learned.len, 1);
	assert_string_equal(status.learned.items[0].as_path, "65001");
	status_clear(&status);
	bench->marks_a = bench->marks_b = 0;
	/* Nothing new: nobody is marked, no routes are asked for. */
	pass_time(1000);
	REPLY(POLL, SAID("Established"), CHANGES("2"), SAID_B("Established"), CHANGES("0"), END);
	assert_int_equal(bench->asked_len, 0);
	assert_int_equal(bench->marks_a + bench->marks_b, 0);
	/* One withdraws. */
	pass_time(1000);
	REPLY(POLL, SAID("Established"), CHANGES("3"), SAID_B("Established"), CHANGES("0"), END);
	REPLY("show route table bgp_3 protocol vco7 all", END);
	assert_int_equal(bench->marks_a, 1);
	assert_int_equal(bench->marks_b, 0);
	status = report("vco-a");
	assert_int_equal(status.learned.len, 0);
	status_clear(&status);
	assert_int_equal(pass(KIND_COUNT, NULL), 0);
}

static void test_edit_writes_one_file(void **state)
{
	(void)state;
	start();
	sample_session(&bench->sample, "vco-a", 7, ",'LocalAsn':64513");
	assert_int_equal(pass(KIND_VPN_CONNECTION, "vco-a"), 1);
	assert_int_equal(bench->asked_len, 0);
	pass_time(10);
	REPLY("configure soft", { 4, "Reconfiguration in progress", true });
	REPLY(POLL, SAID("Established"), CHANGES("2"), SAID_B("Established"), CHANGES("0"), END);
	/* A key too; edits of one moment are read together. */
	sample_peer(&bench->sample, "cgw-a", 65001, "another");
	sample_session(&bench->sample, "vco-b", 8, "");
	assert_int_equal(pass(KIND_VPN_CONNECTION, "vco-a"), 1);
	assert_int_equal(pass(KIND_VPN_CONNECTION, "vco-b"), 1);
	pass_time(10);
	assert_int_equal(bench->asked_len, 1);
	assert_string_equal(bench->asked[0].text, "configure soft");
}

/* A file that changes while BIRD reads is read once more. */
static void test_edit_during_reload(void **state)
{
	(void)state;
	start();
	sample_session(&bench->sample, "vco-a", 7, ",'LocalAsn':64513");
	(void)pass(KIND_VPN_CONNECTION, "vco-a");
	pass_time(10);
	sample_session(&bench->sample, "vco-a", 7, ",'LocalAsn':64514");
	(void)pass(KIND_VPN_CONNECTION, "vco-a");
	assert_int_equal(bench->asked_len, 1);
	REPLY("configure soft", { 3, "Reconfigured", true });
	assert_int_equal(bench->asked_len, 2);
	REPLY("configure soft", { 3, "Reconfigured", true });
}

static void test_tunnel_lost(void **state)
{
	(void)state;
	start();
	bench->carries = 0;
	bench->marks_a = 0;
	bgp_carrying_changed(bench->bgp, 7);
	assert_int_equal(bench->marks_a, 1);
	assert_reason("vco-a", REASON_BGP_TUNNEL_DOWN);
	REPLY("restart \"vco7\"", { 12, "vco7: restarted", true });
	/* It is not held: its attempts may bring the tunnel up. */
	assert_int_equal(pass(KIND_VPN_CONNECTION, "vco-a"), 0);
	/* One that is up although its tunnel is not is ended again. */
	pass_time(1000);
	REPLY(POLL, SAID("Established"), CHANGES("2"), SAID_B("Established"), CHANGES("0"), END);
	REPLY("restart \"vco7\"", { 12, "vco7: restarted", true });
}

static void test_health_check_holds_the_session(void **state)
{
	struct bgp_file file = { BGP_SESSION, (char[]){ "vpc-a" }, (char[]){ "vco-a" } };
	char *text = NULL;

	(void)state;
	start();
	bench->may_carry = 0;
	bgp_carrying_changed(bench->bgp, 7);
	assert_reason("vco-a", REASON_HEALTH_CHECK);
	assert_int_equal(pass(KIND_VPN_CONNECTION, "vco-a"), 1);
	assert_int_equal(bgp_file_read(bench->dir, &file, &text), 0);
	assert_non_null(strstr(text, "\tdisabled;\n"));
	free_wiped(text);
	assert_int_equal(pass(KIND_VPN_CONNECTION, "vco-a"), 0);
	/* An agent that has just started knows nothing, and leaves it as it is. */
	bench->may_carry = -EAGAIN;
	assert_int_equal(pass(KIND_VPN_CONNECTION, "vco-a"), 0);
	bench->carries = -EAGAIN;
	assert_int_equal(pass(KIND_VPN_CONNECTION, "vco-a"), 0);
	bench->carries = bench->may_carry = 1;
	assert_int_equal(pass(KIND_VPN_CONNECTION, "vco-a"), 1);
	assert_int_equal(bgp_file_read(bench->dir, &file, &text), 0);
	assert_null(strstr(text, "disabled"));
	free_wiped(text);
}

/* The first telling error stays while sockets fail, until the settings are others. */
static void test_reason_is_kept(void **state)
{
	(void)state;
	start();
	pass_time(1000);
	REPLY(POLL, SAID("Idle          Received: Bad peer AS"), SAID_B("Established"),
		CHANGES("0"), END);
	assert_reason("vco-a", REASON_BGP_ASN_MISMATCH);
	pass_time(1000);
	REPLY(POLL, SAID("Active        Socket: Connection refused"), SAID_B("Established"),
		CHANGES("0"), END);
	assert_reason("vco-a", REASON_BGP_ASN_MISMATCH);
	sample_session(&bench->sample, "vco-a", 7, ",'LocalAsn':64513");
	(void)pass(KIND_VPN_CONNECTION, "vco-a");
	pass_time(10);
	REPLY("configure soft", { 3, "Reconfigured", true });
	REPLY(POLL, SAID("Connect"), SAID_B("Established"), CHANGES("0"), END);
	assert_reason("vco-a", REASON_BGP_CONNECTING);
	for (int i = 0; i < 6; i++) {
		pass_time(1000);
		REPLY(POLL, SAID("Connect"), SAID_B("Established"), CHANGES("0"), END);
	}
	assert_reason("vco-a", REASON_BGP_PEER_SILENT);
	bench->key_failures = 3;
	pass_time(1000);
	REPLY(POLL, SAID("Connect"), SAID_B("Established"), CHANGES("0"), END);
	assert_reason("vco-a", REASON_BGP_KEY_MISMATCH);
	assert_reason("vco-b", REASON_NONE);
}

static void test_bird_dies(void **state)
{
	(void)state;
	start();
	bench->marks_a = bench->marks_b = 0;
	bench->calls.lost(bench->calls.arg);
	assert_int_equal(bench->marks_a, 1);
	assert_int_equal(bench->marks_b, 1);
	assert_reason("vco-a", REASON_BGP_DAEMON_GONE);
	pass_time(5000);
	assert_int_equal(bench->asked_len, 0);
	bench->calls.ready(bench->calls.arg);
	REPLY("configure soft", { 3, "Reconfigured", true });
}

/* A BIRD that does not come is told of after a while. */
static void test_bird_does_not_come(void **state)
{
	(void)state;
	assert_int_equal(pass(KIND_COUNT, NULL), 4);
	bench->marks_a = bench->marks_b = 0;
	pass_time(4999);
	assert_kept("vco-a");
	assert_int_equal(bench->marks_a, 0);
	pass_time(1);
	assert_int_equal(bench->marks_a, 1);
	assert_int_equal(bench->marks_b, 1);
	assert_reason("vco-a", REASON_BGP_DAEMON_GONE);
}

static void test_configuration_refused(void **state)
{
	(void)state;
	assert_int_equal(pass(KIND_COUNT, NULL), 4);
	bench->calls.ready(bench->calls.arg);
	bench->marks_vpc = 0;
	REPLY("configure soft", { 8002, "vpc-a.conf:1:1 syntax error", true });
	assert_int_equal(bench->marks_vpc, 1);
}

/* A file somebody changed by hand is as it should be after the next look. */
static void test_drift(void **state)
{
	struct bgp_file file = { BGP_SESSION, (char[]){ "vpc-a" }, (char[]){ "vco-a" } };
	struct bgp_file foreign = { BGP_SESSION, (char[]){ "vpc-a" }, (char[]){ "vco-x" } };

	(void)state;
	start();
	assert_int_equal(bgp_file_write(bench->dir, getgid(), &file, "nonsense"), 0);
	assert_int_equal(bgp_file_write(bench->dir, getgid(), &foreign, "of one that is gone"), 0);
	assert_int_equal(pass(KIND_COUNT, NULL), 2);
	assert_int_equal(pass(KIND_COUNT, NULL), 0);
}

static void test_last_session_goes(void **state)
{
	(void)state;
	start();
	world_drop(bench->sample.world, "vpn-connection/vco-a");
	bench->marks_vpc = 0;
	assert_int_equal(pass(KIND_VPN_CONNECTION, "vco-a"), 1);
	assert_int_equal(bench->marks_vpc, 1);
	assert_int_equal(pass(KIND_VPC, "vpc-a"), 0);
	world_drop(bench->sample.world, "vpn-connection/vco-b");
	assert_int_equal(pass(KIND_VPN_CONNECTION, "vco-b"), 1);
	assert_int_equal(bench->closed, 0);
	assert_int_equal(pass(KIND_VPC, "vpc-a"), 2);
	assert_int_equal(bench->closed, 1);
	assert_int_equal(pass(KIND_COUNT, NULL), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_start_and_poll),
		TEST(test_edit_writes_one_file),
		TEST(test_edit_during_reload),
		TEST(test_tunnel_lost),
		TEST(test_health_check_holds_the_session),
		TEST(test_reason_is_kept),
		TEST(test_bird_dies),
		TEST(test_bird_does_not_come),
		TEST(test_configuration_refused),
		TEST(test_drift),
		TEST(test_last_session_goes),
	};

	return cmocka_run_group_tests_name("bgp driver", tests, NULL, NULL);
}
