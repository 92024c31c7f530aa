/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration file: the example parses to the defaults, every kind of mistake is told with
 * its line.
 */
#include "resource/config.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <errno.h>
#include <string.h>

static int parse(const char *text, struct config **ret, char **ret_message)
{
	AUTO_FREE char *copy = xstrdup(text);

	return config_parse("f", copy, ret, ret_message);
}

static struct config *must_parse(const char *text)
{
	struct config *config = NULL;
	AUTO_FREE char *message = NULL;

	if (parse(text, &config, &message) < 0)
		fail_msg("%s", message);
	return config;
}

static void the_example_says_the_defaults(void **state)
{
	struct config *example = must_parse(config_example());
	struct config *empty = must_parse("");

	(void)state;
	assert_string_equal(example->listen_address, empty->listen_address);
	assert_int_equal(example->listen_port, empty->listen_port);
	assert_string_equal(example->tls_key, empty->tls_key);
	assert_string_equal(example->state_dir, empty->state_dir);
	assert_memory_equal(&example->quotas, &empty->quotas, sizeof(example->quotas));
	assert_int_equal(example->quotas.vpn_gateways, 1000);
	assert_string_equal(example->run_dir, empty->run_dir);
	assert_string_equal(example->key_file, empty->key_file);
	assert_string_equal(example->plugin_dir, empty->plugin_dir);
	assert_string_equal(example->charon, empty->charon);
	assert_string_equal(example->regions[0].id, empty->regions[0].id);
	assert_string_equal(example->regions[0].zones[1], empty->regions[0].zones[1]);
	assert_null(example->regions[0].zones[2]);
	assert_string_equal(example->resource_groups[0], empty->resource_groups[0]);
	assert_int_equal(example->api_uid, empty->api_uid);
	assert_int_equal(example->charon_gid, empty->charon_gid);
	assert_int_equal(example->log_level, empty->log_level);
	assert_int_equal(example->pool_len, 2);
	assert_int_equal(empty->pool_len, 0);
	config_free(example);
	config_free(empty);
}

static void values_arrive(void **state)
{
	struct config *config =
		must_parse("[api]\nlisten_address=0.0.0.0\nlisten_port=65535\n"
			   "tls_certificate=/c\ntls_key=/k\n"
			   "[pool]\naddress=198.51.100.1\naddress=198.51.100.2=10.0.0.2\n"
			   "[region \"a\"]\nzones=a-1\n[region \"b\"]\n"
			   "local_name=Bee\nzones=b-1 , b-2\n"
			   "[resource]\ngroups=rg-1,rg-2\n[users]\nespd_uid=1\n"
			   "[log]\nlevel=debug\n");
	char text[ADDR_TEXT_SIZE];

	(void)state;
	assert_string_equal(config->listen_address, "0.0.0.0");
	assert_int_equal(config->listen_port, 65535);
	assert_true(addr_equal(config->pool[0].internet_ip, config->pool[0].local_ip));
	addr_format(config->pool[1].local_ip, text);
	assert_string_equal(text, "10.0.0.2");
	assert_int_equal(config->regions_len, 2);
	assert_string_equal(config->regions[0].local_name, "a");
	assert_string_equal(config->regions[1].local_name, "Bee");
	assert_string_equal(config->regions[1].zones[1], "b-2");
	assert_string_equal(config->resource_groups[1], "rg-2");
	assert_int_equal(config->espd_uid, 1);
	assert_int_equal(config->log_level, 7);
	config_free(config);
}

static void mistakes_are_told_with_their_line(void **state)
{
	static const struct {
		const char *text, *start, *part;
	} cases[] = {
		{ "[api]\nfoo = 1\n", "f:2: ", "foo" },
		{ "\n[foo]\n", "f:2: ", "[foo]" },
		{ "listen_port = 1\n", "f:1: ", "before the first" },
		{ "[api]\n\n# c\nnonsense\n", "f:4: ", "key = value" },
		{ "[api\n", "f:1: ", "[section]" },
		{ "[api \"x\"]\n", "f:1: ", "no name" },
		{ "[region]\n", "f:1: ", "needs a name" },
		{ "[region \"a\"]\nzones=z\n[region \"a\"]\n", "f:3: ", "already" },
		{ "[region \"a\"]\n", "f: ", "no zones" },
		{ "[region \"a\"]\nzones=\n", "f:2: ", "zones" },
		{ "[region \"a\"]\nzones=a,,b\n", "f:2: ", "zones" },
		{ "[region \"a\"]\nzones=a b\n", "f:2: ", "commas" },
		{ "[region \"a\"]\nzones=a,a\n", "f:2: ", "twice" },
		{ "[region \"a\"]\nzones=a\nzones=b\n", "f:3: ", "twice" },
		{ "[api]\nlisten_port = 0\n", "f:2: ", "65535" },
		{ "[api]\nlisten_port = 65536\n", "f:2: ", "65535" },
		{ "[api]\nlisten_port = 1\nlisten_port = 1\n", "f:3: ", "twice" },
		{ "[api]\nlisten_address = localhost\n", "f:2: ", "IPv4" },
		{ "[api]\ntls_key = /k\n", "f: ", "together" },
		{ "[api]\ntls_key = k\n", "f:2: ", "absolute" },
		{ "[paths]\nstate_dir =\n", "f:2: ", "absolute" },
		{ "[pool]\naddress = 1.2.3\n", "f:2: ", "public=local" },
		{ "[pool]\naddress = 127.0.0.1\n", "f:2: ", "public=local" },
		{ "[pool]\naddress = 1.2.3.4=\n", "f:2: ", "public=local" },
		{ "[pool]\naddress = 1.2.3.4\naddress = 1.2.3.4\n", "f:3: ", "already" },
		{ "[pool]\naddress = 1.2.3.4=9.9.9.9\naddress = 1.2.3.5=9.9.9.9\n",
			"f:3: ", "already" },
		{ "[users]\napi_uid = root\n", "f:2: ", "numeric" },
		{ "[users]\napi_uid = 0\n", "f:2: ", "numeric" },
		{ "[users]\napi_uid = 4294967295\n", "f:2: ", "numeric" },
		{ "[log]\nlevel = loud\n", "f:2: ", "debug" },
		{ "[quotas]\nvpn_gateways = -1\n", "f:2: ", "0 (no limit)" },
		{ "[quotas]\nvpn_gateways = 1000001\n", "f:2: ", "1000000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct config *config = NULL;
		AUTO_FREE char *message = NULL;

		if (parse(cases[i].text, &config, &message) != -EINVAL)
			fail_msg("accepted: %s", cases[i].text);
		if (strncmp(message, cases[i].start, strlen(cases[i].start)) != 0 ||
			!strstr(message, cases[i].part))
			fail_msg("%s", message);
	}
}

static void files_that_cannot_be_read(void **state)
{
	struct config *config = NULL;
	AUTO_FREE char *message = NULL;

	(void)state;
	assert_int_equal(config_load("/nonexistent/vpngw.conf", &config, &message), -ENOENT);
	assert_non_null(strstr(message, "/nonexistent/vpngw.conf"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_says_the_defaults),
		cmocka_unit_test(values_arrive),
		cmocka_unit_test(mistakes_are_told_with_their_line),
		cmocka_unit_test(files_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
