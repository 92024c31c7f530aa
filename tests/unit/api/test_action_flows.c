/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protected data flows: the policy routes a connection brings with it, and connections that share a
 * peer and identities.
 */
#include "unit/api/test_action_world.h"

static char *vpc, *gateway, *peer, *other_peer;

static int set_up(void **state)
{
	action_world_init(state);
	vpc = new_vpc();
	gateway = new_gateway(vpc);
	peer = new_customer_gateway("198.51.100.1");
	other_peer = new_customer_gateway("198.51.100.2");
	return 0;
}

static int tear_down(void **state)
{
	free(vpc);
	free(gateway);
	free(peer);
	free(other_peer);
	return action_world_done(state);
}

#define ENDS(to, local, remote)                                                                    \
	"VpnGatewayId", gateway, "CustomerGatewayId", to, "LocalSubnet", local, "RemoteSubnet",    \
		remote
#define KEY "{\"Psk\":\"one\"}"

static char *create(const char *to, const char *local, const char *remote)
{
	return take_text(
		call("CreateVpnConnection", ENDS(to, local, remote), "IkeConfig", KEY, NULL),
		"VpnConnectionId");
}

static void refuse_create(const char *code, const char *field, const char *to, const char *local,
	const char *remote, const char *ike)
{
	refuse(code, "CreateVpnConnection", ENDS(to, local, remote), "IkeConfig", ike, NULL);
	assert_string_equal(last_fault.field, field);
}

#define MODIFY "ModifyVpnConnectionAttribute", "VpnConnectionId"

/* "10.1.0.0/16>192.168.1.0/24 100 normal", in the order of the list, with a semicolon each. */
static void assert_routes(const char *next_hop, const char *wanted)
{
	json_t *list =
		call("DescribeVpnPbrRouteEntries", "VpnGatewayId", gateway, "PageSize", "50", NULL);
	const json_t *entries = at(list, "VpnPbrRouteEntries.VpnPbrRouteEntry");
	struct strbuf found = STRBUF_INIT(4096);

	for (size_t i = 0; i < json_array_size(entries); i++) {
		const json_t *entry = json_array_get(entries, i);

		if (strcmp(text_at(entry, "NextHop"), next_hop) == 0)
			strbuf_addf(&found, "%s>%s %d %s;", text_at(entry, "RouteSource"),
				text_at(entry, "RouteDest"),
				(int)json_integer_value(at(entry, "Weight")),
				text_at(entry, "State"));
	}
	assert_string_equal(strbuf_text(&found), wanted);
	strbuf_done(&found);
	drop(list);
}

static void every_pair_gets_a_route(void **state)
{
	char *id = create(peer, "10.1.0.0/16,10.2.0.0/16", "192.168.1.0/24,192.168.2.0/24");
	json_t *list;

	(void)state;
	assert_routes(id, "10.1.0.0/16>192.168.1.0/24 100 normal;"
			  "10.1.0.0/16>192.168.2.0/24 100 normal;"
			  "10.2.0.0/16>192.168.1.0/24 100 normal;"
			  "10.2.0.0/16>192.168.2.0/24 100 normal;");
	list = call("DescribeVpnRouteEntries", "VpnGatewayId", gateway, NULL);
	assert_number(list, "TotalCount", 0);
	drop(list);
	drop(call("DeleteVpnConnection", "VpnConnectionId", id, NULL));
	assert_routes(id, "");
	free(id);
}

static void ten_by_ten_pairs_fit(void **state)
{
	struct strbuf local = STRBUF_INIT(1024), remote = STRBUF_INIT(1024);
	json_t *list;
	char *id;

	(void)state;
	for (int i = 0; i < 10; i++) {
		strbuf_addf(&local, "%s10.%d.0.0/16", i ? "," : "", i);
		strbuf_addf(&remote, "%s192.168.%d.0/24", i ? "," : "", i);
	}
	id = create(peer, strbuf_text(&local), strbuf_text(&remote));
	list = call("DescribeVpnPbrRouteEntries", "VpnGatewayId", gateway, NULL);
	assert_number(list, "TotalCount", 100);
	drop(list);
	strbuf_done(&local);
	strbuf_done(&remote);
	free(id);
}

static void a_default_on_one_side_is_a_flow(void **state)
{
	char *out = create(peer, "10.1.0.0/16", "0.0.0.0/0");
	char *in = create(other_peer, "0.0.0.0/0", "192.168.1.0/24");

	(void)state;
	assert_routes(out, "10.1.0.0/16>0.0.0.0/0 100 normal;");
	assert_routes(in, "0.0.0.0/0>192.168.1.0/24 100 normal;");
	drop(call("PublishVpnRouteEntry", "VpnGatewayId", gateway, "NextHop", out, "RouteDest",
		"0.0.0.0/0", "RouteType", "pbr", "PublishVpc", "true", NULL));
	assert_routes(out, "10.1.0.0/16>0.0.0.0/0 100 published;");
	drop(call("PublishVpnRouteEntry", "VpnGatewayId", gateway, "NextHop", out, "RouteDest",
		"0.0.0.0/0", "RouteType", "pbr", "PublishVpc", "false", NULL));
	assert_routes(out, "10.1.0.0/16>0.0.0.0/0 100 normal;");
	free(out);
	free(in);
}

static void the_second_of_a_pair_stands_by(void **state)
{
	char *first = create(peer, "10.1.0.0/16", "192.168.1.0/24");
	char *second = create(other_peer, "10.1.0.0/16", "192.168.1.0/24,192.168.2.0/24");

	(void)state;
	assert_routes(first, "10.1.0.0/16>192.168.1.0/24 100 normal;");
	assert_routes(second, "10.1.0.0/16>192.168.1.0/24 0 normal;"
			      "10.1.0.0/16>192.168.2.0/24 100 normal;");
	drop(call("DeleteVpnConnection", "VpnConnectionId", first, NULL));
	assert_routes(second, "10.1.0.0/16>192.168.1.0/24 0 normal;"
			      "10.1.0.0/16>192.168.2.0/24 100 normal;");
	free(first);
	free(second);
}

static void pairs_that_stay_keep_their_routes(void **state)
{
	char *id = create(peer, "10.1.0.0/16", "192.168.1.0/24,192.168.2.0/24");
#define OF(destination)                                                                            \
	"VpnGatewayId", gateway, "NextHop", id, "RouteSource", "10.1.0.0/16", "RouteDest",         \
		destination

	(void)state;
	drop(call("PublishVpnRouteEntry", "VpnGatewayId", gateway, "NextHop", id, "RouteDest",
		"192.168.1.0/24", "RouteType", "pbr", "PublishVpc", "true", NULL));
	drop(call("ModifyVpnPbrRouteEntryWeight", OF("192.168.1.0/24"), "Weight", "100",
		"NewWeight", "0", NULL));
	drop(call("CreateVpnPbrRouteEntry", OF("192.168.9.0/24"), "Weight", "0", "PublishVpc",
		"true", NULL));
	drop(call("CreateVpnPbrRouteEntry", OF("192.168.3.0/24"), "Weight", "0", "PublishVpc",
		"true", NULL));
	drop(call(
		MODIFY, id, "RemoteSubnet", "192.168.3.0/24,192.168.4.0/24,192.168.1.0/24", NULL));
	assert_routes(id, "10.1.0.0/16>192.168.1.0/24 0 published;"
			  "10.1.0.0/16>192.168.9.0/24 0 published;"
			  "10.1.0.0/16>192.168.3.0/24 0 published;"
			  "10.1.0.0/16>192.168.4.0/24 100 normal;");
	drop(call(MODIFY, id, "RemoteSubnet", "0.0.0.0/0", "LocalSubnet", "0.0.0.0/0", NULL));
	assert_routes(id, "10.1.0.0/16>192.168.9.0/24 0 published;"
			  "10.1.0.0/16>192.168.3.0/24 0 published;");
	drop(call(MODIFY, id, "RemoteSubnet", "192.168.5.0/24", NULL));
	assert_routes(id, "10.1.0.0/16>192.168.9.0/24 0 published;"
			  "10.1.0.0/16>192.168.3.0/24 0 published;"
			  "0.0.0.0/0>192.168.5.0/24 100 normal;");
	refuse("DependencyViolation", "DeleteVpnConnection", "VpnConnectionId", id, NULL);
	assert_non_null(strstr(last_fault.rule, "192.168.9.0/24"));
	drop(call("DeleteVpnPbrRouteEntry", OF("192.168.9.0/24"), "Weight", "0", NULL));
	drop(call("DeleteVpnPbrRouteEntry", OF("192.168.3.0/24"), "Weight", "0", NULL));
	drop(call("DeleteVpnConnection", "VpnConnectionId", id, NULL));
	assert_routes(id, "");
	free(id);
#undef OF
}

static void auto_config_route_is_a_switch(void **state)
{
	char *id =
		take_text(call("CreateVpnConnection", ENDS(peer, "10.1.0.0/16", "192.168.1.0/24"),
				  "AutoConfigRoute", "false", NULL),
			"VpnConnectionId");

	(void)state;
	assert_routes(id, "");
	drop(call(MODIFY, id, "RemoteSubnet", "192.168.2.0/24", NULL));
	assert_routes(id, "");
	drop(call(MODIFY, id, "AutoConfigRoute", "true", NULL));
	assert_routes(id, "10.1.0.0/16>192.168.2.0/24 100 normal;");
	drop(call("DeleteVpnPbrRouteEntry", "VpnGatewayId", gateway, "NextHop", id, "RouteSource",
		"10.1.0.0/16", "RouteDest", "192.168.2.0/24", "Weight", "100", NULL));
	drop(call(MODIFY, id, "AutoConfigRoute", "true", "RemoteSubnet", "192.168.2.0/24", NULL));
	assert_routes(id, "");
	drop(call(MODIFY, id, "RemoteSubnet", "192.168.2.0/24,192.168.3.0/24", NULL));
	assert_routes(id, "10.1.0.0/16>192.168.2.0/24 100 normal;"
			  "10.1.0.0/16>192.168.3.0/24 100 normal;");
	drop(call(MODIFY, id, "AutoConfigRoute", "false", NULL));
	assert_routes(id, "");
	free(id);
}

static void selectors_that_cannot_work_are_refused(void **state)
{
	static const struct {
		const char *local, *remote, *field, *word;
	} cases[] = {
		{ "10.1.0.0/16,10.1.0.0/16", "192.168.1.0/24", "LocalSubnet", "twice" },
		{ "10.1.0.0/16,10.0.0.0/8", "192.168.1.0/24", "LocalSubnet", "10.1.0.0/16" },
		{ "10.1.0.0/16", "192.168.1.0/24,192.168.0.0/16", "RemoteSubnet", "192.168.1.0" },
		{ "10.1.0.0/16", "0.0.0.0/0,192.168.0.0/16", "RemoteSubnet", "0.0.0.0/0" },
		{ "10.0.0.0/8", "10.1.0.0/16", "RemoteSubnet", "10.0.0.0/8" },
		{ "10.1.0.0/16", "10.1.0.0/16", "RemoteSubnet", "10.1.0.0/16" },
		{ "127.0.0.0/8", "192.168.1.0/24", "LocalSubnet", "127.0.0.0/8" },
		{ "10.1.0.0/16", "224.0.0.0/24", "RemoteSubnet", "224.0.0.0/4" },
		{ "10.1.0.0/16", "100.0.0.0/8", "RemoteSubnet", "100.64.0.0/10" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_FREE char *code = xasprintf("IllegalParam.%s", cases[i].field);

		refuse_create(code, cases[i].field, peer, cases[i].local, cases[i].remote, KEY);
		if (!strstr(last_fault.rule, cases[i].word))
			fail_msg("%s %s: %s %s", cases[i].local, cases[i].remote, last_fault.value,
				last_fault.rule);
		assert_true(*last_fault.remedy);
	}
}

static void flows_to_one_peer_share_phase_1(void **state)
{
	static const struct {
		const char *ike, *code, *field;
	} cases[] = {
		{ "{\"Psk\":\"two\"}", "InvalidPsk", "IkeConfig.Psk" },
		{ "{}", "InvalidPsk", "IkeConfig.Psk" },
		{ "{\"Psk\":\"one\",\"IkeVersion\":\"ikev1\"}", "InvalidIkeVersion",
			"IkeConfig.IkeVersion" },
		{ "{\"Psk\":\"one\",\"IkeEncAlg\":\"des\"}", "InvalidIkeEncAlg",
			"IkeConfig.IkeEncAlg" },
		{ "{\"Psk\":\"one\",\"IkeLifetime\":60}", "InvalidIkeLifetime",
			"IkeConfig.IkeLifetime" },
	};
	char *first = create(peer, "10.1.0.0/16", "192.168.1.0/24"), *second;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		refuse_create(cases[i].code, cases[i].field, peer, "10.1.0.0/16", "192.168.2.0/24",
			cases[i].ike);
		assert_non_null(strstr(last_fault.rule, first));
		assert_null(strstr(last_fault.remedy, "one"));
		assert_null(strstr(last_fault.value, "two"));
	}
	refuse("InvalidEnableDpd", "CreateVpnConnection",
		ENDS(peer, "10.1.0.0/16", "192.168.2.0/24"), "IkeConfig", KEY, "EnableDpd", "false",
		NULL);
	assert_non_null(strstr(last_fault.rule, first));
	refuse("InvalidEnableNatTraversal", "CreateVpnConnection",
		ENDS(peer, "10.1.0.0/16", "192.168.2.0/24"), "IkeConfig", KEY, "EnableNatTraversal",
		"false", NULL);
	second = take_text(call("CreateVpnConnection", ENDS(peer, "10.1.0.0/16", "192.168.2.0/24"),
				   "IkeConfig", KEY, "IpsecConfig", "{\"IpsecEncAlg\":\"des\"}",
				   "EffectImmediately", "true", NULL),
		"VpnConnectionId");
	assert_routes(second, "10.1.0.0/16>192.168.2.0/24 100 normal;");
	free(first);
	free(second);
}

static void their_selectors_do_not_overlap(void **state)
{
	char *first = create(peer, "10.1.0.0/16,10.2.0.0/16", "192.168.0.0/16"), *second;

	(void)state;
	refuse_create("IllegalParam.RemoteSubnet", "RemoteSubnet", peer, "10.3.0.0/16,10.2.0.0/16",
		"192.168.0.0/16", KEY);
	assert_non_null(strstr(last_fault.rule, first));
	assert_non_null(strstr(last_fault.rule, "10.2.0.0/16"));
	refuse_create("IllegalParam.RemoteSubnet", "RemoteSubnet", peer, "10.1.9.0/24",
		"192.168.9.0/24", KEY);
	second = create(peer, "10.1.9.0/24", "172.16.0.0/12");
	refuse("IllegalParam.RemoteSubnet", MODIFY, second, "RemoteSubnet", "192.168.9.0/24", NULL);
	drop(call(MODIFY, second, "RemoteSubnet", "172.17.0.0/16", NULL));
	/* With other identities it is another tunnel: only the same pair is one too many. */
	refuse_create("IllegalParam.RemoteSubnet", "RemoteSubnet", peer, "10.2.0.0/16",
		"192.168.0.0/16", "{\"Psk\":\"two\",\"RemoteId\":\"site-b\"}");
	drop(call("CreateVpnConnection", ENDS(peer, "10.2.9.0/24", "192.168.9.0/24"), "IkeConfig",
		"{\"Psk\":\"two\",\"RemoteId\":\"site-b\"}", NULL));
	free(create(other_peer, "10.1.0.0/16", "192.168.0.0/16"));
	free(first);
	free(second);
}

static void destination_mode_is_alone(void **state)
{
	char *flows = create(peer, "10.1.0.0/16", "192.168.1.0/24");
	char *all = new_connection(gateway, other_peer);

	(void)state;
	refuse_create("InvalidVpnConnection.AlreadyExists", "IkeConfig.RemoteId", peer, "0.0.0.0/0",
		"0.0.0.0/0", KEY);
	assert_non_null(strstr(last_fault.rule, flows));
	refuse_create("InvalidVpnConnection.AlreadyExists", "IkeConfig.RemoteId", other_peer,
		"10.1.0.0/16", "192.168.2.0/24", KEY);
	assert_non_null(strstr(last_fault.rule, all));
	free(create(peer, "10.1.0.0/16", "192.168.2.0/24"));
	refuse("InvalidVpnConnection.AlreadyExists", MODIFY, flows, "LocalSubnet", "0.0.0.0/0",
		"RemoteSubnet", "0.0.0.0/0", NULL);
	free(flows);
	free(all);
}

static void assert_shown(const char *id, const char *path, const char *text)
{
	json_t *shown = call("DescribeVpnConnection", "VpnConnectionId", id, NULL);

	assert_text(shown, path, text);
	drop(shown);
}

static void an_edit_of_phase_1_is_one_of_all(void **state)
{
	char *first = create(peer, "10.1.0.0/16", "192.168.1.0/24");
	char *second = create(peer, "10.1.0.0/16", "192.168.2.0/24");
	char *stranger = create(other_peer, "10.1.0.0/16", "192.168.2.0/24");
	json_t *answer = call(MODIFY, first, "IkeConfig",
		"{\"Psk\":\"new\",\"RemoteId\":\"site-b\",\"IkeEncAlg\":\"aes256\"}", "EnableDpd",
		"false", "Name", "mine", "IpsecConfig", "{\"IpsecEncAlg\":\"des\"}", NULL);

	(void)state;
	assert_text(answer, "AlsoModified.VpnConnectionId.0", second);
	assert_null(at(answer, "AlsoModified.VpnConnectionId.1"));
	drop(answer);
	assert_shown(second, "IkeConfig.Psk", "new");
	assert_shown(second, "IkeConfig.RemoteId", "site-b");
	assert_shown(second, "IkeConfig.IkeEncAlg", "aes256");
	assert_shown(second, "IpsecConfig.IpsecEncAlg", "aes");
	assert_shown(second, "Name", "");
	assert_shown(stranger, "IkeConfig.Psk", "one");
	answer = call("DescribeVpnConnection", "VpnConnectionId", second, NULL);
	assert_bool(answer, "EnableDpd", false);
	drop(answer);
	answer = call(MODIFY, first, "Name", "again", "RemoteSubnet", "192.168.1.0/25", NULL);
	assert_null(at(answer, "AlsoModified"));
	drop(answer);
	free(first);
	free(second);
	free(stranger);
}

static void who_leaves_the_others_takes_nobody_along(void **state)
{
	char *first = create(peer, "10.1.0.0/16", "192.168.1.0/24");
	char *second = create(peer, "10.1.0.0/16", "192.168.2.0/24");
	json_t *answer = call(MODIFY, first, "LocalSubnet", "0.0.0.0/0", "RemoteSubnet",
		"0.0.0.0/0", "IkeConfig", "{\"Psk\":\"new\",\"RemoteId\":\"site-b\"}", NULL);

	(void)state;
	assert_null(at(answer, "AlsoModified"));
	drop(answer);
	assert_shown(first, "IkeConfig.RemoteId", "site-b");
	assert_shown(second, "IkeConfig.RemoteId", "198.51.100.1");
	assert_shown(second, "IkeConfig.Psk", "one");
	free(first);
	free(second);
}

static void an_edit_must_fit_all(void **state)
{
	char *first = create(peer, "10.1.0.0/16", "192.168.1.0/24");
	char *second = create(peer, "10.1.0.0/16,10.2.0.0/16", "192.168.2.0/24");
	char *third =
		take_text(call("CreateVpnConnection", ENDS(peer, "10.2.0.0/24", "192.168.0.0/16"),
				  "IkeConfig", "{\"Psk\":\"one\",\"RemoteId\":\"site-b\"}", NULL),
			"VpnConnectionId");

	(void)state;
	refuse("IllegalParam.LocalSubnet", MODIFY, first, "IkeConfig", "{\"IkeVersion\":\"ikev1\"}",
		NULL);
	assert_non_null(strstr(last_fault.rule, second));
	/* first would fit beside third, second does not. */
	refuse("IllegalParam.RemoteSubnet", MODIFY, first, "IkeConfig", "{\"RemoteId\":\"site-b\"}",
		NULL);
	assert_non_null(strstr(last_fault.rule, third));
	drop(call(MODIFY, third, "RemoteSubnet", "192.168.3.0/24", NULL));
	drop(call(MODIFY, first, "IkeConfig", "{\"RemoteId\":\"site-b\"}", NULL));
	drop(call(MODIFY, third, "IkeConfig", "{\"Psk\":\"all\"}", NULL));
	assert_shown(first, "IkeConfig.Psk", "all");
	assert_shown(second, "IkeConfig.Psk", "all");
	free(first);
	free(second);
	free(third);
}

static void ikev1_takes_several_blocks_as_several_connections(void **state)
{
	static const char ike[] = "{\"Psk\":\"one\",\"IkeVersion\":\"ikev1\"}";

	(void)state;
	drop(call("CreateVpnConnection", ENDS(peer, "10.1.0.0/16", "192.168.1.0/24"), "IkeConfig",
		ike, NULL));
	drop(call("CreateVpnConnection", ENDS(peer, "10.1.0.0/16", "192.168.2.0/24"), "IkeConfig",
		ike, NULL));
	refuse_create("IllegalParam.RemoteSubnet", "RemoteSubnet", peer, "10.1.0.0/16",
		"192.168.3.0/24,192.168.4.0/24", ike);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_pair_gets_a_route),
		TEST(ten_by_ten_pairs_fit),
		TEST(a_default_on_one_side_is_a_flow),
		TEST(the_second_of_a_pair_stands_by),
		TEST(pairs_that_stay_keep_their_routes),
		TEST(auto_config_route_is_a_switch),
		TEST(selectors_that_cannot_work_are_refused),
		TEST(flows_to_one_peer_share_phase_1),
		TEST(their_selectors_do_not_overlap),
		TEST(destination_mode_is_alone),
		TEST(an_edit_of_phase_1_is_one_of_all),
		TEST(who_leaves_the_others_takes_nobody_along),
		TEST(an_edit_must_fit_all),
		TEST(ikev1_takes_several_blocks_as_several_connections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
