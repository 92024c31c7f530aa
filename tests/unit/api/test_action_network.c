/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of a connection's addresses that take more than the connection, and what cannot be changed
 * once it is made.
 */
#include "unit/api/test_action_world.h"

#include "api/actions/find.h"

static char *vpc, *gateway, *peer, *connection;

static int set_up(void **state)
{
	action_world_init(state);
	vpc = take_text(
		call("CreateVpc", "CidrBlock", "10.0.0.0/16", "UserCidr", "11.0.0.0/8", NULL),
		"VpcId");
	gateway = new_gateway(vpc);
	peer = new_customer_gateway("198.51.100.1");
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

/* The answer, or NULL when it was refused. */
static json_t *try(const char *action, ...)
{
	va_list args;
	json_t *answer;

	va_start(args, action);
	answer = run(action, args);
	va_end(args);
	return answer;
}

static void refuse_change(const char *field, const char *name, const char *value)
{
	refuse("InvalidParameter", "ModifyVpnConnectionAttribute", "VpnConnectionId", connection,
		name, value, NULL);
	assert_string_equal(last_fault.field, field);
	assert_true(*last_fault.rule && *last_fault.remedy);
}

static void probes_go_out_of_the_vpc(void **state)
{
	/* The user's block may be on either side. */
	static const char *const sources[] = { "10.0.0.9", "11.1.2.3", "10.0.0.9" };
	static const char *const outside[] = { "10.1.0.9", "12.0.0.1", "10.1.0.9" };
	static const char *const destinations[] = { "10.1.0.9", "12.0.0.1", "11.1.2.3" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(outside); i++) {
		AUTO_FREE char *wrong_sip = xasprintf(
			"{\"enable\":true,\"sip\":\"%s\",\"dip\":\"192.168.0.1\"}", outside[i]);
		AUTO_FREE char *wrong_dip = xasprintf(
			"{\"enable\":true,\"sip\":\"%s\",\"dip\":\"10.0.0.7\"}", sources[i]);
		/* Where it is right, what is refused is only that it is not served. */
		AUTO_FREE char *right = xasprintf("{\"enable\":true,\"sip\":\"%s\",\"dip\":\"%s\"}",
			sources[i], destinations[i]);
		json_t *answer;

		refuse_change("HealthCheckConfig.Sip", "HealthCheckConfig", wrong_sip);
		assert_non_null(strstr(last_fault.rule, "10.0.0.0/16"));
		refuse_change("HealthCheckConfig.Dip", "HealthCheckConfig", wrong_dip);
		answer = try("ModifyVpnConnectionAttribute", "VpnConnectionId", connection,
			"HealthCheckConfig", right, NULL);
		assert_true(answer || last_fault.reason == REASON_UNSUPPORTED);
		drop(answer);
	}
	drop(call("ModifyVpnConnectionAttribute", "VpnConnectionId", connection,
		"HealthCheckConfig", "{\"enable\":false,\"sip\":\"1.1.1.1\",\"dip\":\"10.0.0.1\"}",
		NULL));
}

static void bgp_needs_the_peers_number(void **state)
{
	(void)state;
	refuse_change("BgpConfig.EnableBgp", "BgpConfig",
		"{\"EnableBgp\":true,\"TunnelCidr\":\"169.254.10.0/30\",\"LocalBgpIp\":"
		"\"169.254.10.1\"}");
	assert_non_null(strstr(last_fault.rule, peer));
}

static void a_tunnel_block_is_used_once_in_a_vpc(void **state)
{
	static const char block[] = "{\"TunnelCidr\":\"169.254.10.0/30\"}";
	AUTO_FREE char *sibling_gateway = new_gateway(vpc);
	AUTO_FREE char *second = new_connection(sibling_gateway, peer);

	(void)state;
	drop(call("ModifyVpnConnectionAttribute", "VpnConnectionId", connection, "BgpConfig", block,
		NULL));
	drop(call("ModifyVpnConnectionAttribute", "VpnConnectionId", connection, "BgpConfig", block,
		"Name", "again", NULL));
	refuse("InvalidParameter", "ModifyVpnConnectionAttribute", "VpnConnectionId", second,
		"BgpConfig", block, NULL);
	assert_string_equal(last_fault.field, "BgpConfig.TunnelCidr");
	assert_non_null(strstr(last_fault.rule, connection));
	drop(call("ModifyVpnConnectionAttribute", "VpnConnectionId", second, "BgpConfig",
		"{\"TunnelCidr\":\"169.254.10.4/30\"}", NULL));
	drop(call("ModifyVpnConnectionAttribute", "VpnConnectionId", connection, "BgpConfig",
		"{\"TunnelCidr\":\"\"}", NULL));
	drop(call("ModifyVpnConnectionAttribute", "VpnConnectionId", second, "BgpConfig", block,
		NULL));
}

static void the_same_block_serves_another_vpc(void **state)
{
	AUTO_FREE char *other_vpc = new_vpc();
	AUTO_FREE char *other_gateway = new_gateway(other_vpc);
	AUTO_FREE char *other = new_connection(other_gateway, peer);
	static const char block[] = "{\"TunnelCidr\":\"169.254.10.0/30\"}";

	(void)state;
	drop(call("ModifyVpnConnectionAttribute", "VpnConnectionId", connection, "BgpConfig", block,
		NULL));
	drop(call("ModifyVpnConnectionAttribute", "VpnConnectionId", other, "BgpConfig", block,
		NULL));
}

static void turn_bgp_on(const char *id)
{
	AUTO_RESOURCE(vpn_connection) struct vpn_connection *found = NULL;
	struct change change = {};

	assert_int_equal(snapshot_sync(world.api.snapshot), 0);
	assert_int_equal(find_by_id(&world.api, KIND_VPN_CONNECTION, id, &found), 0);
	assert_int_equal(addr_parse("169.254.10.1", &found->bgp_config.local_bgp_ip), 0);
	assert_int_equal(prefix_parse("169.254.10.0/30", &found->bgp_config.tunnel_cidr), 0);
	found->bgp_config.enable_bgp = true;
	change_put(&change, &world.api, KIND_VPN_CONNECTION, found);
	assert_int_equal(store_commit(world.api.store, change.ops, change.len, NULL, NULL), 0);
	change_clear(&change);
}

static void propagation_stays_while_bgp_is_on(void **state)
{
	(void)state;
	drop(call("ModifyVpnGatewayAttribute", "VpnGatewayId", gateway, "AutoPropagate", "true",
		NULL));
	drop(call("ModifyVpnGatewayAttribute", "VpnGatewayId", gateway, "AutoPropagate", "false",
		NULL));
	drop(call("ModifyVpnGatewayAttribute", "VpnGatewayId", gateway, "AutoPropagate", "true",
		NULL));
	turn_bgp_on(connection);
	refuse("DependencyViolation", "ModifyVpnGatewayAttribute", "VpnGatewayId", gateway,
		"AutoPropagate", "false", NULL);
	assert_string_equal(last_fault.field, "AutoPropagate");
	assert_non_null(strstr(last_fault.rule, connection));
	drop(call("ModifyVpnGatewayAttribute", "VpnGatewayId", gateway, "AutoPropagate", "true",
		"Name", "renamed", NULL));
}

static void what_is_immutable_stays(void **state)
{
	AUTO_FREE char *other = new_customer_gateway("198.51.100.2");

	(void)state;
	refuse("InvalidCustomerGatewayId", "ModifyVpnConnectionAttribute", "VpnConnectionId",
		connection, "CustomerGatewayId", other, NULL);
	refuse("InvalidVpnGatewayId", "ModifyVpnConnectionAttribute", "VpnConnectionId", connection,
		"VpnGatewayId", "vpn-x", NULL);
	assert_string_equal(last_fault.rule, "cannot be changed");
	drop(call("ModifyVpnConnectionAttribute", "VpnConnectionId", connection, "VpnGatewayId",
		gateway, "CustomerGatewayId", peer, "Name", "same ends", NULL));
	refuse("InvalidIpAddress", "ModifyCustomerGatewayAttribute", "CustomerGatewayId", peer,
		"IpAddress", "198.51.100.9", NULL);
	refuse("InvalidAsn", "ModifyCustomerGatewayAttribute", "CustomerGatewayId", peer, "Asn",
		"65000", NULL);
	refuse("InvalidBandwidth", "ModifyVpnGatewayAttribute", "VpnGatewayId", gateway,
		"Bandwidth", "100", NULL);
	drop(call("ModifyVpnGatewayAttribute", "VpnGatewayId", gateway, "Bandwidth", "10", NULL));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(probes_go_out_of_the_vpc),
		TEST(bgp_needs_the_peers_number),
		TEST(a_tunnel_block_is_used_once_in_a_vpc),
		TEST(the_same_block_serves_another_vpc),
		TEST(propagation_stays_while_bgp_is_on),
		TEST(what_is_immutable_stays),
	};

	(void)assert_text;
	(void)assert_number;
	(void)report;
	(void)assert_bool;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
