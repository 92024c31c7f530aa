/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/flags and cli/settings: names, what is a secret, and the form that settings become.
 */
#include "support/unit.h"

#include "base/strbuf.h"
#include "cli/command.h"
#include "cli/settings.h"

#include <errno.h>

static void test_names(void **state)
{
	static const struct {
		const char *parameter, *name;
	} samples[] = { { "VpnGatewayId", "vpn-gateway-id" }, { "VSwitchId", "vswitch-id" },
		{ "DisasterRecoveryVSwitchId", "disaster-recovery-vswitch-id" },
		{ "CidrBlock", "cidr-block" }, { "IkeEncAlg", "ike-enc-alg" }, { "Asn", "asn" },
		{ "EnableIpv6", "enable-ipv6" }, { "LocalBgpIp", "local-bgp-ip" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		AUTO_FREE char *name = flag_name_of(samples[i].parameter);

		assert_string_equal(name, samples[i].name);
	}
}

static void make(const char *noun, const char *verb, struct flags *ret)
{
	const struct command *command = command_find(noun, verb);

	flags_make(command_action(command), command_hides, command, ret);
}

static const struct flag *get(const struct flags *flags, const char *name)
{
	const struct flag *flag = flags_find(flags, name, strlen(name));

	if (!flag)
		fail_msg("no flag --%s", name);
	return flag;
}

static void test_members_and_short_names(void **state)
{
	AUTO_FLAGS struct flags flags = { 0 };

	(void)state;
	make("connection", "create", &flags);
	assert_ptr_equal(get(&flags, "gateway"), get(&flags, "vpn-gateway-id"));
	assert_ptr_equal(get(&flags, "customer-gateway"), get(&flags, "customer-gateway-id"));
	assert_string_equal(get(&flags, "health-check-dip")->parameter->name, "HealthCheckConfig");
	assert_string_equal(get(&flags, "local-id")->member->name, "LocalId");
	assert_true(get(&flags, "psk")->is_secret);
	assert_false(get(&flags, "ike-lifetime")->is_secret);
	assert_true(flag_is_boolean(get(&flags, "enable-bgp")));
	assert_true(flag_repeats(get(&flags, "tag")));
	assert_null(flags_find(&flags, "local", 5));
	assert_string_equal(flags_nearest(&flags, "ike-verison"), "ike-version");
}

static void test_fixed_values_have_no_flag(void **state)
{
	AUTO_FLAGS struct flags flags = { 0 };

	(void)state;
	make("route", "publish", &flags);
	assert_null(flags_find(&flags, "publish-vpc", 11));
	assert_null(flags_find(&flags, "route-type", 10));
	assert_non_null(flags_find(&flags, "next-hop", 8));
}

static void test_form(void **state)
{
	AUTO_FLAGS struct flags flags = { 0 };
	AUTO_SETTINGS struct settings settings = { 0 };
	AUTO_STRBUF struct strbuf form = STRBUF_INIT(4096);
	AUTO_FREE char *problem = NULL;

	(void)state;
	make("connection", "create", &flags);
	settings_add(&settings, get(&flags, "name"), "a b&c");
	settings_add(&settings, get(&flags, "psk"), "x\"y");
	settings_add(&settings, get(&flags, "tag"), "k=v=w");
	settings_add(&settings, get(&flags, "ike-version"), "ikev1");
	settings_add(&settings, get(&flags, "tag"), "e=");
	assert_int_equal(settings_form(&settings, &form, &problem), 0);
	assert_string_equal(strbuf_text(&form),
		"Name=a%20b%26c&IkeConfig=%7B%22Psk%22%3A%22x%5C%22y%22%2C%22IkeVersion%22%3A"
		"%22ikev1%22%7D&Tags.1.Key=k&Tags.1.Value=v%3Dw&Tags.2.Key=e&Tags.2.Value=");
}

static void test_form_refuses(void **state)
{
	AUTO_FLAGS struct flags flags = { 0 };
	struct settings settings = { 0 };
	AUTO_STRBUF struct strbuf form = STRBUF_INIT(4096);
	char *problem = NULL;

	(void)state;
	make("connection", "create", &flags);
	settings_add(&settings, get(&flags, "tag"), "=v");
	assert_int_equal(settings_form(&settings, &form, &problem), -EINVAL);
	assert_non_null(strstr(problem, "KEY=VALUE"));
	free(problem);
	settings_clear(&settings);
	settings_add(&settings, get(&flags, "psk"), "secret");
	settings_add(&settings, get(&flags, "ike-config"), "{}");
	assert_int_equal(settings_form(&settings, &form, &problem), -EINVAL);
	assert_non_null(strstr(problem, "--ike-config is all of it"));
	assert_null(strstr(problem, "secret"));
	free(problem);
	settings_clear(&settings);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_members_and_short_names),
		cmocka_unit_test(test_fixed_values_have_no_flag),
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_form_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
