/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BGP as the API has it: which settings fit together, what the agent's report becomes.
 */
#include "unit/api/test_action_world.h"

static char *vpc, *gateway, *peer, *connection;

#define ON(asn)                                                                                    \
	"{\"EnableBgp\":true,\"TunnelCidr\":\"169.254.10.0/30\","                                  \
	"\"LocalBgpIp\":\"169.254.10.1\"" asn "}"

static int set_up(void **state)
{
	action_world_init(state);
	vpc = new_vpc();
	gateway = new_gateway(vpc);
	peer = take_text(call("CreateCustomerGateway", "IpAddress", "198.51.100.1", "Asn", "65001",
				 "AuthKey", "key", NULL),
		"CustomerGatewayId");
	connection = new_connection(gateway, peer);
	return 0;
}

static int tear_down(void **state)
{
	free(vpc);
	free(gateway);
	free(peer);
	free(connection);
	return action_world_done(state);
}

static json_t *modify(const char *name, const char *value)
{
	return call(
		"ModifyVpnConnectionAttribute", "VpnConnectionId", connection, name, value, NULL);
}

static json_t *describe(void)
{
	return call("DescribeVpnConnection", "VpnConnectionId", connection, NULL);
}

/* What the agent would write. */
static void report_bgp(bool is_up, const char *const *destinations)
{
	AUTO_FREE char *key = xasprintf("status/vpn-connection/%s", connection);
	struct status status = { .id = xstrdup(connection) };
	struct learned_routes routes = {};
	AUTO_FREE char *text = NULL;
	json_t *document;

	status_set(&status, CONDITION_BGP, is_up, is_up ? REASON_NONE : REASON_BGP_REFUSED, "", 1);
	for (; destinations && *destinations; destinations++) {
		struct learned_route *route;

		routes.items = xreallocarray(routes.items, routes.len + 1, sizeof(*routes.items));
		route = &routes.items[routes.len++];
		*route = (struct learned_route){ .as_path = xstrdup("65001 65010"),
			.community = xstrdup("65001:7") };
		assert_int_equal(prefix_parse(*destinations, &route->destination), 0);
	}
	status_learn(&status, &routes, 1234);
	document = status_encode(&status);
	text = json_dumps(document, 0);
	assert_int_equal(store_commit(world.api.store,
				 &(struct store_op){ .key = key,
					 .value = text,
					 .value_size = strlen(text),
					 .expected = STORE_ANY },
				 1, NULL, NULL),
		0);
	json_decref(document);
	status_clear(&status);
}

static void status_follows_the_report(void **state)
{
	json_t *answer;

	(void)state;
	drop(modify("BgpConfig", ON("")));
	answer = describe();
	assert_text(answer, "VpnBgpConfig.EnableBgp", "true");
	assert_text(answer, "VpnBgpConfig.Status", "false");
	assert_text(answer, "VpnBgpConfig.PeerBgpIp", "169.254.10.2");
	assert_number(answer, "VpnBgpConfig.PeerAsn", 65001);
	drop(answer);
	report_bgp(true, NULL);
	answer = describe();
	assert_text(answer, "VpnBgpConfig.Status", "success");
	drop(answer);
	report_bgp(false, NULL);
	answer = describe();
	assert_text(answer, "VpnBgpConfig.Status", "false");
	drop(answer);
	drop(modify("BgpConfig", ON(",\"LocalAsn\":\"1.10\"")));
	answer = describe();
	assert_number(answer, "VpnBgpConfig.LocalAsn", 65546);
	drop(answer);
}

static json_t *routes(const char *page, const char *size)
{
	return call("DescribeVpnRouteEntries", "VpnGatewayId", gateway, "RouteEntryType", "bgp",
		"PageNumber", page, "PageSize", size, NULL);
}

#define ENTRY(n, field) "VpnRouteEntries.VpnRouteEntry." #n "." field

static void learned_routes_are_listed(void **state)
{
	static const char *const destinations[] = { "10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16",
		NULL };
	json_t *answer;

	(void)state;
	drop(modify("BgpConfig", ON("")));
	report_bgp(true, destinations);
	answer = routes("1", "10");
	assert_number(answer, "TotalCount", 3);
	assert_number(answer, "VpnRouteCounts.VpnRouteCount.0.RouteCount", 3);
	assert_text(answer, "VpnRouteCounts.VpnRouteCount.0.RouteEntryType", "bgp");
	assert_text(answer, ENTRY(0, "RouteDest"), "10.1.0.0/16");
	assert_text(answer, ENTRY(0, "RouteEntryType"), "bgp");
	assert_text(answer, ENTRY(0, "NextHop"), connection);
	assert_text(answer, ENTRY(0, "VpnInstanceId"), gateway);
	assert_text(answer, ENTRY(0, "AsPath"), "65001 65010");
	assert_text(answer, ENTRY(0, "Community"), "65001:7");
	assert_text(answer, ENTRY(0, "Source"), "169.254.10.2");
	assert_text(answer, ENTRY(0, "State"), "normal");
	assert_number(answer, ENTRY(0, "CreateTime"), 1234);
	drop(answer);
	drop(call("ModifyVpnGatewayAttribute", "VpnGatewayId", gateway, "AutoPropagate", "true",
		NULL));
	answer = routes("2", "2");
	assert_number(answer, "TotalCount", 3);
	assert_text(answer, ENTRY(0, "RouteDest"), "10.3.0.0/16");
	assert_text(answer, ENTRY(0, "State"), "published");
	assert_null(at(answer, ENTRY(1, "RouteDest")));
	drop(answer);
	/* They are not among those made by hand, and go with BGP. */
	answer = call("DescribeVpnRouteEntries", "VpnGatewayId", gateway, NULL);
	assert_number(answer, "TotalCount", 0);
	drop(answer);
	drop(modify("BgpConfig", "{\"EnableBgp\":false}"));
	answer = routes("1", "10");
	assert_number(answer, "TotalCount", 0);
	drop(answer);
}

static void protected_networks_must_have_the_tunnel(void **state)
{
	(void)state;
	refuse("InvalidParameter", "ModifyVpnConnectionAttribute", "VpnConnectionId", connection,
		"LocalSubnet", "10.0.0.0/16", "RemoteSubnet", "192.168.0.0/16", "BgpConfig", ON(""),
		NULL);
	assert_string_equal(last_fault.field, "BgpConfig.EnableBgp");
	assert_non_null(strstr(last_fault.rule, "169.254.10.1"));
	assert_non_null(strstr(last_fault.remedy, "169.254.10.2/32"));
	refuse("InvalidParameter", "ModifyVpnConnectionAttribute", "VpnConnectionId", connection,
		"LocalSubnet", "10.0.0.0/16,169.254.10.1/32", "RemoteSubnet", "192.168.0.0/16",
		"BgpConfig", ON(""), NULL);
	drop(call("ModifyVpnConnectionAttribute", "VpnConnectionId", connection, "LocalSubnet",
		"10.0.0.0/16,169.254.10.1/32", "RemoteSubnet", "192.168.0.0/16,169.254.10.2/32",
		"BgpConfig", ON(""), NULL));
}

static void incomplete_settings_are_refused(void **state)
{
	(void)state;
	refuse("InvalidParameter", "ModifyVpnConnectionAttribute", "VpnConnectionId", connection,
		"BgpConfig", "{\"EnableBgp\":true}", NULL);
	assert_string_equal(last_fault.field, "BgpConfig.TunnelCidr");
	refuse("InvalidParameter", "ModifyVpnConnectionAttribute", "VpnConnectionId", connection,
		"BgpConfig", "{\"EnableBgp\":true,\"TunnelCidr\":\"169.254.10.0/30\"}", NULL);
	assert_string_equal(last_fault.field, "BgpConfig.LocalBgpIp");
	refuse("InvalidParameter", "ModifyVpnConnectionAttribute", "VpnConnectionId", connection,
		"BgpConfig",
		"{\"EnableBgp\":true,\"TunnelCidr\":\"169.254.10.0/"
		"30\",\"LocalBgpIp\":\"169.254.10.3\"}",
		NULL);
	assert_string_equal(last_fault.field, "BgpConfig.LocalBgpIp");
}

static void the_feature_is_there(void **state)
{
	json_t *answer = call("CheckVpnBgpEnabled", NULL);

	(void)state;
	assert_bool(answer, "BgpEnabled", true);
	drop(answer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(status_follows_the_report),
		TEST(learned_routes_are_listed),
		TEST(protected_networks_must_have_the_tunnel),
		TEST(incomplete_settings_are_refused),
		TEST(the_feature_is_there),
	};

	(void)report;
	(void)new_customer_gateway;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
