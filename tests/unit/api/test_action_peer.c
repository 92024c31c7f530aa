/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The peer's view of a connection with everything on: what is ours is remote there.
 */
#include "unit/api/test_action_world.h"

#include "api/actions/find.h"

static void set(struct vpn_connection *connection, const char *name, const char *text)
{
	struct fault fault = {};

	assert_int_equal(field_set_text(field_find(kind_info(KIND_VPN_CONNECTION)->fields, name),
				 connection, text, &fault),
		0);
}

/* Writes the connection's document with these settings, whatever the actions serve. */
static void rewrite(const char *id)
{
	AUTO_RESOURCE(vpn_connection) struct vpn_connection *connection = NULL;
	struct change change = {};

	assert_int_equal(snapshot_sync(world.api.snapshot), 0);
	assert_int_equal(find_by_id(&world.api, KIND_VPN_CONNECTION, id, &connection), 0);
	set(connection, "LocalSubnet", "10.0.0.0/16,10.1.0.0/16");
	set(connection, "RemoteSubnet", "192.168.0.0/24");
	set(connection, "IkeConfig", "{\"LocalId\":\"ours\",\"RemoteId\":\"theirs\"}");
	set(connection, "BgpConfig",
		"{\"EnableBgp\":true,\"LocalAsn\":\"65001\",\"TunnelCidr\":\"169.254.10.4/30\","
		"\"LocalBgpIp\":\"169.254.10.5\"}");
	set(connection, "HealthCheckConfig",
		"{\"enable\":true,\"sip\":\"10.0.0.9\",\"dip\":\"192.168.0.9\"}");
	change_put(&change, &world.api, KIND_VPN_CONNECTION, connection);
	assert_int_equal(store_commit(world.api.store, change.ops, change.len, NULL, NULL), 0);
	change_clear(&change);
}

static void everything_is_swapped(void **state)
{
	AUTO_FREE char *vpc = new_vpc();
	AUTO_FREE char *gateway = new_gateway(vpc);
	AUTO_FREE char *peer = take_text(
		call("CreateCustomerGateway", "IpAddress", "198.51.100.7", "Asn", "1.10", NULL),
		"CustomerGatewayId");
	AUTO_FREE char *connection = new_connection(gateway, peer);
	json_t *answer;
	const json_t *config;

	(void)state;
	rewrite(connection);
	answer = call("DownloadVpnConnectionConfig", "VpnConnectionId", connection, NULL);
	config = at(answer, "VpnConnectionConfig");
	assert_text(config, "Local", "198.51.100.7");
	assert_text(config, "Remote", "203.0.113.10");
	assert_text(config, "LocalSubnet", "192.168.0.0/24");
	assert_text(config, "RemoteSubnet", "10.0.0.0/16,10.1.0.0/16");
	assert_text(config, "IkeConfig.LocalId", "theirs");
	assert_text(config, "IkeConfig.RemoteId", "ours");
	assert_number(config, "IkeConfig.IkeLifetime", 86400);
	assert_number(config, "IpsecConfig.IpsecLifetime", 86400);
	assert_int_equal(json_array_size(at(config, "BgpConfigs.BgpConfig")), 1);
	assert_text(config, "BgpConfigs.BgpConfig.0.LocalAsn", "65546");
	assert_text(config, "BgpConfigs.BgpConfig.0.PeerAsn", "65001");
	assert_text(config, "BgpConfigs.BgpConfig.0.LocalBgpIp", "169.254.10.6");
	assert_text(config, "BgpConfigs.BgpConfig.0.PeerBgpIp", "169.254.10.5");
	assert_text(config, "BgpConfigs.BgpConfig.0.TunnelCidr", "169.254.10.4/30");
	assert_text(config, "HealthCheckReturnRoute", "10.0.0.9/32");
	drop(answer);
	answer = call("DescribeVpnConnection", "VpnConnectionId", connection, NULL);
	assert_number(answer, "VpnBgpConfig.PeerAsn", 65546);
	assert_text(answer, "VpnBgpConfig.PeerBgpIp", "169.254.10.6");
	assert_text(answer, "VpnBgpConfig.EnableBgp", "true");
	drop(answer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, action_world_init, action_world_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(everything_is_swapped),
	};

	(void)refuse;
	(void)report;
	(void)assert_bool;
	(void)new_customer_gateway;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
