/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/dispatch, api/check, api/token on a small table of actions: what is refused and how, commits
 * that lose a race, dry runs, tokens.
 */
#include "support/unit.h"

#include "api/dispatch.h"
#include "api/token.h"
#include "unit/api/world.h"

#include <errno.h>
#include <string.h>

static const char *const colours[] = { "red", "green", NULL };
static const struct parameter paint_parameters[] = {
	{ .name = "Id", .type = PARAM_STRING, .required = true, .min = 2, .max = 5 },
	{ .name = "Colour", .type = PARAM_STRING, .values = colours },
	{ .name = "Weight", .type = PARAM_INTEGER, .min = 5, .max = 10 },
	{ .name = "Wet", .type = PARAM_BOOL },
	{ .name = "Config", .type = PARAM_JSON },
	{ .name = "Ids", .type = PARAM_LIST, .max = 2 },
	{ .name = "Tag", .type = PARAM_TAGS, .max = 3 },
	{ 0 },
};

static int runs;          /* of the handler */
static int races;         /* commits of others to come between a handler and its commit */
static int handler_fails; /* with this */

static void commit_other(const struct api *api)
{
	struct store_op op = {
		.key = "meta/paint", .value = "\"other\"", .value_size = 7, .expected = STORE_ANY
	};

	assert_int_equal(store_commit(api->store, &op, 1, NULL, NULL), 0);
}

/* Puts a key under the condition it was read with. */
static int paint(const struct api *api, const struct request *request, struct change *change,
	json_t *answer, struct fault *fault)
{
	struct store_entry entry = { 0 };
	struct store_op op = { .key = "meta/paint", .value = "\"mine\"", .value_size = 6 };
	int err = store_get(api->store, op.key, &entry);

	(void)fault;
	runs++;
	if (handler_fails)
		return handler_fails;
	assert_true(!err || err == -ENOENT);
	op.expected = entry.revision;
	if (!err)
		store_entry_clear(&entry);
	change_op(change, &op);
	change->resource_id = xstrdup("painted");
	json_object_set_new(answer, "Id", json_string(params_get(&request->params, "Id")));
	json_object_set_new(answer, "Run", json_integer(runs));
	if (races-- > 0)
		commit_other(api);
	return 0;
}

static int look(const struct api *api, const struct request *request, struct change *change,
	json_t *answer, struct fault *fault)
{
	(void)api;
	(void)request;
	(void)change;
	(void)fault;
	json_object_set_new(answer, "Seen", json_true());
	json_object_set_new(answer, "Inner",
		json_pack("{s:[{s:s, s:s}], s:s, s:s}", "List", "Psk", "hunter2", "Name", "hunter2",
			"AuthKey", "hunter2", "AccessKeySecret", "hunter2"));
	return 0;
}

const struct action region_actions[] = { { .name = "Paint",
						 .version = API_VERSION_VPC,
						 .is_write = true,
						 .parameters = paint_parameters,
						 .handle = paint },
	{ .name = "Look", .version = API_VERSION_VPC, .handle = look }, { 0 } };
const struct action vpc_actions[] = { { 0 } }, vswitch_actions[] = { { 0 } },
		    vpn_gateway_actions[] = { { 0 } }, customer_gateway_actions[] = { { 0 } },
		    vpn_connection_actions[] = { { 0 } }, vpn_route_actions[] = { { 0 } },
		    vpn_pbr_route_actions[] = { { 0 } }, tag_actions[] = { { 0 } },
		    peer_view_actions[] = { { 0 } }, absent_actions[] = { { 0 } },
		    resource_group_actions[] = { { 0 } }, peer_config_actions[] = { { 0 } },
		    vpn_connection_switch_actions[] = { { 0 } },
		    vpn_connection_log_actions[] = { { 0 } },
		    extension_actions[] = { { .name = "Extend",
						    .version = API_VERSION_VPNGW,
						    .handle = look },
			    { 0 } },
		    access_key_actions[] = { { .name = "Govern",
						     .version = API_VERSION_VPNGW,
						     .handle = look,
						     .is_administrative = true },
			    { 0 } };

static struct test_world world;
static const char *policy;

static int set_up(void **state)
{
	(void)state;
	runs = races = handler_fails = 0;
	policy = "administrator";
	test_world_init(&world);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	test_world_done(&world);
	return 0;
}

static void call_at(const char *version, const char *action, const char *form, int64_t now_ms,
	struct outcome *ret)
{
	struct request request = { .access_key_id = "key",
		.policy = policy,
		.source = "192.0.2.1",
		.host = "h",
		.request_id = "R",
		.now_ms = now_ms };

	assert_int_equal(params_add_form(&request.params, form, strlen(form)), 0);
	dispatch(&world.api, &request, version, action, ret);
	params_clear(&request.params);
}

static void call(const char *form, struct outcome *ret)
{
	call_at(API_VERSION_VPC, "Paint", form, 1000, ret);
}

static void expect_refused(const char *form, const char *code)
{
	struct outcome outcome;

	call(form, &outcome);
	assert_null(outcome.answer);
	assert_string_equal(fault_code(&outcome.fault), code);
	outcome_clear(&outcome);
	assert_int_equal(runs, 0);
}

static void test_lookup(void **state)
{
	static const struct {
		const char *version, *action, *code;
	} bad[] = {
		{ API_VERSION_VPC, "Nothing", "InvalidAction.NotFound" },
		{ API_VERSION_VPC, "Extend", "InvalidAction.NotFound" },
		{ API_VERSION_VPNGW, "Paint", "InvalidAction.NotFound" },
		{ "2014-05-26", "Paint", "InvalidVersion" },
	};
	struct outcome outcome;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		call_at(bad[i].version, bad[i].action, "", 1000, &outcome);
		assert_null(outcome.answer);
		assert_string_equal(fault_code(&outcome.fault), bad[i].code);
		outcome_clear(&outcome);
	}
	call_at(API_VERSION_VPNGW, "Extend", "", 1000, &outcome);
	assert_true(json_is_true(json_object_get(outcome.answer, "Seen")));
	outcome_clear(&outcome);
}

static const char *code_of(const char *version, const char *action, const char *form)
{
	static char code[64];
	struct outcome outcome;

	call_at(version, action, form, 1000, &outcome);
	snprintf(code, sizeof(code), "%s", outcome.answer ? "OK" : fault_code(&outcome.fault));
	outcome_clear(&outcome);
	return code;
}

static void test_permission(void **state)
{
	static const struct {
		const char *policy, *paint, *look, *extend, *govern;
	} cases[] = {
		{ "administrator", "OK", "OK", "OK", "OK" },
		{ "read-only", "Forbidden", "OK", "OK", "Forbidden" },
		{ "*", "OK", "OK", "OK", "Forbidden" },
		{ "vpngw:*", "Forbidden", "Forbidden", "OK", "Forbidden" },
		{ "Pa*, vpc:Lo*k", "OK", "OK", "Forbidden", "Forbidden" },
		{ "Govern", "Forbidden", "Forbidden", "Forbidden", "Forbidden" },
		{ "read-secrets", "Forbidden", "Forbidden", "Forbidden", "Forbidden" },
		{ "", "Forbidden", "Forbidden", "Forbidden", "Forbidden" },
		/* a key whose policy was lost */
		{ NULL, "Forbidden", "Forbidden", "Forbidden", "Forbidden" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		policy = cases[i].policy;
		assert_string_equal(code_of(API_VERSION_VPC, "Paint", "Id=ab"), cases[i].paint);
		assert_string_equal(code_of(API_VERSION_VPC, "Look", ""), cases[i].look);
		assert_string_equal(code_of(API_VERSION_VPNGW, "Extend", ""), cases[i].extend);
		assert_string_equal(code_of(API_VERSION_VPNGW, "Govern", ""), cases[i].govern);
	}
}

static void test_refusal_names_action_and_policy(void **state)
{
	struct outcome outcome;
	char text[1024];

	(void)state;
	policy = "Describe*, read-secrets";
	call("Id=ab", &outcome);
	fault_message(&outcome.fault, text, sizeof(text));
	assert_non_null(strstr(text, "vpc:Paint"));
	assert_non_null(strstr(text, "Describe*, read-secrets"));
	assert_int_equal(fault_status(&outcome.fault), 403);
	outcome_clear(&outcome);
	assert_int_equal(runs, 0);
}

/* "hunter2" of Psk and AuthKey goes under the mask, that of other members does not. */
static void test_secrets_are_masked(void **state)
{
	static const struct {
		const char *policy;
		bool is_clear;
	} cases[] = { { "*", false }, { "read-only", false }, { "read-only,read-secrets", true },
		{ "administrator", true } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *psk, *name, *auth_key, *secret, *shown;
		struct outcome outcome;

		policy = cases[i].policy;
		call_at(API_VERSION_VPC, "Look", "", 1000, &outcome);
		assert_int_equal(json_unpack(outcome.answer, "{s:{s:[{s:s, s:s}], s:s, s:s}}",
					 "Inner", "List", "Psk", &psk, "Name", &name, "AuthKey",
					 &auth_key, "AccessKeySecret", &secret),
			0);
		shown = cases[i].is_clear ? "hunter2" : "******";
		assert_string_equal(psk, shown);
		assert_string_equal(auth_key, shown);
		assert_string_equal(name, "hunter2");
		assert_string_equal(secret, "hunter2");
		outcome_clear(&outcome);
	}
}

static void test_parameters(void **state)
{
	(void)state;
	expect_refused("", "MissingId");
	expect_refused("Id=", "MissingId");
	expect_refused("Id=x", "InvalidId");
	expect_refused("Id=123456", "InvalidId");
	expect_refused("Id=%C3%A9", "InvalidId"); /* one character */
	expect_refused("Id=ab&Colour=blue", "InvalidColour");
	expect_refused("Id=ab&Weight=4", "InvalidWeight");
	expect_refused("Id=ab&Weight=11", "InvalidWeight");
	expect_refused("Id=ab&Weight=7x", "InvalidWeight");
	expect_refused("Id=ab&Weight=-7", "InvalidWeight");
	expect_refused("Id=ab&Wet=1", "InvalidWet");
	expect_refused("Id=ab&Config={", "InvalidConfig");
	expect_refused("Id=ab&Config=[]", "InvalidConfig");
	expect_refused("Id=ab&Config={\"a\":1,\"a\":2}", "InvalidConfig");
	expect_refused("Id=ab&Ids.1=a&Ids.2=b&Ids.3=c", "InvalidIds");
	expect_refused("Id=ab&Ids.1=a&Ids.3=c", "InvalidIds.3");
	expect_refused("Id=ab&Ids.0=a", "InvalidIds.0");
	expect_refused("Id=ab&Ids.x=a", "InvalidIds.x");
	expect_refused("Id=ab&Other=%FF", "InvalidOther");
	expect_refused("Id=ab&Other=%C0%80", "InvalidOther"); /* overlong */
	expect_refused("Id=ab&Other=%E0%80%80", "InvalidOther");
	expect_refused("Id=ab&Other=%F0%80%80%80", "InvalidOther");
	expect_refused("Id=ab&Other=%F4%90%80%80", "InvalidOther"); /* above U+10FFFF */
	expect_refused("Id=ab&Other=%E4%B8", "InvalidOther");
	expect_refused("Id=ab&Other=%ED%A0%80", "InvalidOther"); /* a surrogate */
	expect_refused("Id=ab&RegionId=cn-none", "InvalidRegionId.NotFound");
	expect_refused("Id=ab&DryRun=yes", "InvalidDryRun");
}

static void test_parameters_that_pass(void **state)
{
	static const char *const good[] = { "Id=ab", "Id=%C3%A9%C3%A9",
		"Id=ab&Colour=red&Weight=5&Wet=true&Config={}&Ids.1=a&Ids.2=b&RegionId=cn-test",
		"Id=ab&Colour=&Weight=&Wet=&Config=&RegionId=&OwnerId=7&DryRun=false",
		"Id=ab&Wet=False&Weight=10&Tag.1.Key=k&Tag.1.Value=&Tag.2.Key=l&Tags.9.Key=other" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct outcome outcome;

		call(good[i], &outcome);
		assert_non_null(outcome.answer);
		assert_string_equal(outcome.resource_id, "painted");
		outcome_clear(&outcome);
	}
}

static void test_message_names_field_value_rule(void **state)
{
	struct outcome outcome;
	char text[512];

	(void)state;
	call("Id=ab&Weight=99", &outcome);
	fault_message(&outcome.fault, text, sizeof(text));
	assert_non_null(strstr(text, "Weight"));
	assert_non_null(strstr(text, "99"));
	assert_non_null(strstr(text, "5 to 10"));
	assert_non_null(strstr(text, "use 10"));
	outcome_clear(&outcome);
	/* a JSON parameter may hold a key */
	call("Id=ab&Config={\"Psk\":\"secret", &outcome);
	fault_message(&outcome.fault, text, sizeof(text));
	assert_null(strstr(text, "secret"));
	outcome_clear(&outcome);
}

static void test_race_runs_again(void **state)
{
	struct outcome outcome;
	struct store_entry entry;

	(void)state;
	races = 3;
	call("Id=ab", &outcome);
	assert_non_null(outcome.answer);
	assert_int_equal(runs, 4);
	assert_int_equal(store_get(world.api.store, "meta/paint", &entry), 0);
	assert_string_equal(entry.value, "\"mine\"");
	store_entry_clear(&entry);
	outcome_clear(&outcome);
}

static void test_endless_race_is_unavailable(void **state)
{
	struct outcome outcome;

	(void)state;
	races = 1000;
	call("Id=ab", &outcome);
	assert_null(outcome.answer);
	assert_string_equal(fault_code(&outcome.fault), "ServiceUnavailable");
	assert_int_equal(fault_status(&outcome.fault), 503);
	outcome_clear(&outcome);
}

static void test_handler_errors(void **state)
{
	static const struct {
		int err;
		const char *code;
	} errors[] = { { -EAGAIN, "ServiceUnavailable" }, { -ENOSPC, "ServiceUnavailable" },
		{ -EBADMSG, "InternalError" }, { -EINVAL, "InternalError" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		struct outcome outcome;

		handler_fails = errors[i].err;
		call("Id=ab", &outcome);
		assert_null(outcome.answer);
		assert_string_equal(fault_code(&outcome.fault), errors[i].code);
		outcome_clear(&outcome);
	}
}

static void test_dry_run_changes_nothing(void **state)
{
	struct outcome outcome;
	uint64_t count;

	(void)state;
	call("Id=ab&DryRun=true&ClientToken=t", &outcome);
	assert_null(outcome.answer);
	assert_string_equal(fault_code(&outcome.fault), "DryRunOperation");
	assert_int_equal(runs, 1);
	assert_int_equal(store_count(world.api.store, "", &count), 0);
	assert_int_equal(count, 0);
	outcome_clear(&outcome);
	handler_fails = -EBADMSG;
	call("Id=ab&DryRun=true", &outcome);
	assert_string_equal(fault_code(&outcome.fault), "InternalError");
	outcome_clear(&outcome);
}

static json_int_t run_of(const char *form, int64_t now_ms)
{
	struct outcome outcome;
	json_int_t run;

	call_at(API_VERSION_VPC, "Paint", form, now_ms, &outcome);
	run = outcome.answer ? json_integer_value(json_object_get(outcome.answer, "Run")) : -1;
	if (!outcome.answer)
		assert_string_equal(fault_code(&outcome.fault), "IdempotentParameterMismatch");
	outcome_clear(&outcome);
	return run;
}

static void test_token(void **state)
{
	const int64_t day_ms = 24 * 3600 * INT64_C(1000);
	uint64_t count;

	(void)state;
	assert_int_equal(run_of("Id=ab&ClientToken=t1", 1000), 1);
	assert_int_equal(run_of("Id=ab&ClientToken=t1", 2000), 1);
	assert_int_equal(run_of("Id=ab&ClientToken=t2", 2000), 2);
	assert_int_equal(run_of("Id=cd&ClientToken=t1", 2000), -1);
	assert_int_equal(run_of("Id=ab&ClientToken=", 2000), 3);
	assert_int_equal(run_of("Id=ab&ClientToken=", 2000), 4);
	/* a day later both are forgotten: one is used anew, one removed */
	assert_int_equal(run_of("Id=ab&ClientToken=t1", 1000 + day_ms), 5);
	assert_int_equal(store_count(world.api.store, "meta/token/", &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(token_expire(&world.api, 2000 + day_ms), 0);
	assert_int_equal(store_count(world.api.store, "meta/token/", &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(run_of("Id=ab&ClientToken=t1", 2000 + day_ms), 5);
}

static void test_old_tokens_go_in_one_commit(void **state)
{
	const int64_t day_ms = 24 * 3600 * INT64_C(1000);
	uint64_t before, after, count;

	(void)state;
	for (int i = 0; i < 20; i++) {
		char form[32];

		snprintf(form, sizeof(form), "Id=ab&ClientToken=t%d", i);
		assert_int_equal(run_of(form, 1000), i + 1);
	}
	assert_int_equal(run_of("Id=ab&ClientToken=young", 2000), 21);
	assert_int_equal(store_revision(world.api.store, &before), 0);
	assert_int_equal(token_expire(&world.api, 1000 + day_ms), 0);
	assert_int_equal(store_revision(world.api.store, &after), 0);
	assert_int_equal(after, before + 1);
	assert_int_equal(store_count(world.api.store, "meta/token/", &count), 0);
	assert_int_equal(count, 1);
}

static void test_token_of_a_failed_request_is_free(void **state)
{
	struct outcome outcome;

	(void)state;
	handler_fails = -EAGAIN;
	call("Id=ab&ClientToken=t", &outcome);
	outcome_clear(&outcome);
	handler_fails = 0;
	assert_int_equal(run_of("Id=ab&ClientToken=t", 1000), 2);
}

static void test_token_is_sealed(void **state)
{
	struct outcome outcome;
	struct store_entries entries = { 0 };

	(void)state;
	call("Id=seal&ClientToken=t", &outcome);
	outcome_clear(&outcome);
	assert_int_equal(store_list(world.api.store, "meta/token/", NULL, 0, &entries), 0);
	assert_int_equal(entries.len, 1);
	assert_null(strstr(entries.items[0].value, "seal"));
	store_entries_clear(&entries);
}

static void test_bad_tokens(void **state)
{
	(void)state;
	expect_refused("Id=ab&ClientToken=a%20b", "InvalidClientToken");
	expect_refused("Id=ab&ClientToken=%C3%A9", "InvalidClientToken");
	expect_refused("Id=ab&ClientToken="
		       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"InvalidClientToken");
	assert_int_equal(run_of("Id=ab&ClientToken="
				"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
				 1000),
		1);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_lookup),
		TEST(test_permission),
		TEST(test_refusal_names_action_and_policy),
		TEST(test_secrets_are_masked),
		TEST(test_parameters),
		TEST(test_parameters_that_pass),
		TEST(test_message_names_field_value_rule),
		TEST(test_race_runs_again),
		TEST(test_endless_race_is_unavailable),
		TEST(test_handler_errors),
		TEST(test_dry_run_changes_nothing),
		TEST(test_token),
		TEST(test_old_tokens_go_in_one_commit),
		TEST(test_token_of_a_failed_request_is_free),
		TEST(test_token_is_sealed),
		TEST(test_bad_tokens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
