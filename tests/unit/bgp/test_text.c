/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BIRD's configuration, word for word; that BIRD itself takes it is for the end-to-end tests.
 */
#include "support/unit.h"

#include "base/secret.h"
#include "drivers/bgp/text.h"
#include "unit/bgp/sample.h"

static struct sample sample;

static int setup(void **state)
{
	(void)state;
	sample_init(&sample);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sample_done(&sample);
	return 0;
}

static void test_main_file(void **state)
{
	AUTO_FREE char *text = text_main(world_get(sample.world, KIND_VPC, "vpc-a"));

	(void)state;
	assert_non_null(strstr(text, "router id 10.0.0.1;\n"));
	assert_non_null(strstr(text, "include \"vpc-a/*.conf\";\n"));
	assert_non_null(strstr(text, "timeformat protocol iso long ms;\n"));
	assert_null(strstr(text, "vco"));
}

static void test_session(void **state)
{
	char *text = text_session(sample.world, sample_connection(&sample, "vco-a"));

	(void)state;
	assert_string_equal(text,
		"protocol bgp vco7 {\n"
		"\tdescription \"vco-a\";\n"
		"\trouter id 198.51.100.9;\n"
		"\tlocal 169.254.17.1 as 45104;\n"
		"\tneighbor 169.254.17.2 as 65001;\n"
		"\tinterface \"vco7\";\n"
		"\tstrict bind; direct;\n"
		"\tpassword \"" SAMPLE_KEY "\";\n"
		"\thold time 15; keepalive time 5;\n"
		"\tconnect delay time 2; connect retry time 2; error wait time 1, 5;\n"
		"\tgraceful restart off;\n"
		"\tipv4 {\n"
		"\t\ttable bgp_3;\n"
		"\t\tnext hop self;\n"
		"\t\timport limit 100 action restart;\n"
		"\t\timport where net !~ [ 127.0.0.0/8+, 169.254.0.0/16+, 224.0.0.0/4+ ];\n"
		"\t\texport filter { if (0, 0, 7) ~ vpngw_via then reject; accept; };\n"
		"\t};\n"
		"}\n");
	free_wiped(text);
	text = text_session(sample.world, sample_connection(&sample, "vco-b"));
	assert_null(strstr(text, "password"));
	assert_non_null(strstr(text, "\tlocal 169.254.18.1 as 64512;\n"));
	assert_non_null(strstr(text, "\tneighbor 169.254.18.2 as 4200000002;\n"));
	free_wiped(text);
	world_drop(sample.world, "customer-gateway/cgw-b");
	assert_null(text_session(sample.world, sample_connection(&sample, "vco-b")));
}

static void test_hold(void **state)
{
	char *text = text_session(sample.world, sample_connection(&sample, "vco-b"));
	char *held = text_hold(text);

	(void)state;
	assert_non_null(strstr(held, "{\n\tdisabled;\n\tdescription"));
	assert_true(text_release(held));
	assert_string_equal(held, text);
	assert_false(text_release(held));
	free_wiped(held);
	free_wiped(text);
}

static void test_nothing_to_release(void **state)
{
	char empty[] = "", half[] = "protocol bgp vco1 {\n\tdisab";

	(void)state;
	assert_false(text_release(empty));
	assert_false(text_release(half));
}

static char *gateway_text(void)
{
	return text_gateway(sample.world, world_get(sample.world, KIND_VPN_GATEWAY, "vpn-a"));
}

static void test_gateway(void **state)
{
	AUTO_FREE char *text = gateway_text();

	(void)state;
	assert_string_equal(text,
		"# vpn-a\n"
		"ipv4 table bgp_3;\n"
		"protocol kernel kernel_3 {\n"
		"\tkernel table 10006;\n"
		"\tscan time 5; netlink rx buffer 8388608;\n"
		"\tipv4 { table bgp_3; import none; export where source = RTS_BGP; };\n"
		"}\n"
		"protocol static static_3 {\n"
		"\tipv4 { table bgp_3; };\n"
		"\troute 10.0.1.0/24 blackhole;\n"
		"}\n");
}

static void put_route(const char *next_hop, const char *destination, const char *publish)
{
	AUTO_FREE char *key = xasprintf("vpn-route-entry/vpn-a.%s.%.*s-%s", next_hop,
		(int)strcspn(destination, "/"), destination, strchr(destination, '/') + 1);
	AUTO_FREE char *text = xasprintf("{'VpnGatewayId':'vpn-a','NextHop':'%s','RouteDest':'%s',"
					 "'Weight':100,'PublishVpc':%s}",
		next_hop, destination, publish);

	world_put(sample.world, key, text);
}

static void test_published_routes(void **state)
{
	AUTO_FREE char *text = NULL;

	(void)state;
	put_route("vco-b", "172.16.0.0/16", "true");
	put_route("vco-a", "172.16.0.0/16", "true");
	put_route("vco-a", "172.17.0.0/16", "true");
	put_route("vco-a", "172.18.0.0/16", "false");
	put_route("vco-a", "10.0.1.0/24", "true");
	world_put(sample.world, "vpn-pbr-route-entry/vpn-a.vco-a.10.0.0.0-16.172.17.0.0-16",
		"{'VpnGatewayId':'vpn-a','NextHop':'vco-a','RouteSource':'10.0.0.0/16',"
		"'RouteDest':'172.17.0.0/16','Weight':100,'Priority':10,'PublishVpc':true}");
	text = gateway_text();
	assert_non_null(strstr(text, "\troute 10.0.1.0/24 blackhole;\n"
				     "\troute 172.16.0.0/16 blackhole { vpngw_via = ---empty---;"
				     " vpngw_via = add(vpngw_via, (0, 0, 7)); vpngw_via = "
				     "add(vpngw_via, (0, 0, 8)); };\n"
				     "\troute 172.17.0.0/16 blackhole { vpngw_via = ---empty---;"
				     " vpngw_via = add(vpngw_via, (0, 0, 7)); };\n"
				     "}\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_main_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_session, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hold, setup, teardown),
		cmocka_unit_test(test_nothing_to_release),
		cmocka_unit_test_setup_teardown(test_gateway, setup, teardown),
		cmocka_unit_test_setup_teardown(test_published_routes, setup, teardown),
	};

	return cmocka_run_group_tests_name("bgp text", tests, NULL, NULL);
}
