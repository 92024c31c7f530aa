/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quotas: what is counted where, the last one that fits, and refusals that name limit and key.
 */
#include "unit/api/test_action_world.h"

#include "api/actions/quota.h"

#include <errno.h>

static void assert_full(const char *count, const char *key)
{
	assert_non_null(strstr(last_fault.rule, count));
	assert_non_null(strstr(last_fault.remedy, key));
}

static void gateways_of_the_account(void **state)
{
	AUTO_FREE char *vpc = new_vpc();

	(void)state;
	world.config.quotas.vpn_gateways = 1;
	free(new_gateway(vpc));
	refuse("Resource.QuotaFull", "CreateVpnGateway", "VpcId", vpc, "Bandwidth", "10", NULL);
	assert_full("at most 1", "vpn_gateways in [quotas]");
}

static void customer_gateways_of_a_region(void **state)
{
	(void)state;
	world.config.quotas.customer_gateways_per_region = 2;
	free(new_customer_gateway("198.51.100.1"));
	free(new_customer_gateway("198.51.100.2"));
	refuse("Resource.QuotaFull", "CreateCustomerGateway", "IpAddress", "198.51.100.3", NULL);
	assert_string_equal(last_fault.field, "RegionId");
	assert_string_equal(last_fault.value, "cn-test");
	assert_full("has 2 customer gateways", "customer_gateways_per_region");
	drop(call(
		"CreateCustomerGateway", "IpAddress", "198.51.100.3", "RegionId", "cn-far", NULL));
}

static void connections_and_routes_of_a_gateway(void **state)
{
	AUTO_FREE char *vpc = new_vpc();
	AUTO_FREE char *gateway = new_gateway(vpc);
	AUTO_FREE char *other = new_gateway(vpc);
	AUTO_FREE char *peer = new_customer_gateway("198.51.100.1");
	AUTO_FREE char *second_peer = new_customer_gateway("198.51.100.2");
	AUTO_FREE char *connection = NULL;
	AUTO_FREE char *far = NULL;

	(void)state;
	world.config.quotas.vpn_connections_per_gateway = 1;
	world.config.quotas.route_entries_per_gateway = 1;
	connection = new_connection(gateway, peer);
	far = new_connection(other, peer);
	refuse("Resource.QuotaFull", "CreateVpnConnection", "VpnGatewayId", gateway,
		"CustomerGatewayId", second_peer, "LocalSubnet", "0.0.0.0/0", "RemoteSubnet",
		"0.0.0.0/0", NULL);
	assert_string_equal(last_fault.value, gateway);
	assert_full("at most 1", "vpn_connections_per_gateway");
	drop(call("CreateVpnRouteEntry", "VpnGatewayId", gateway, "NextHop", connection,
		"RouteDest", "10.1.0.0/16", "Weight", "100", "PublishVpc", "true", NULL));
	drop(call("CreateVpnRouteEntry", "VpnGatewayId", other, "NextHop", far, "RouteDest",
		"10.1.0.0/16", "Weight", "100", "PublishVpc", "true", NULL));
	refuse("Resource.QuotaFull", "CreateVpnRouteEntry", "VpnGatewayId", gateway, "NextHop",
		connection, "RouteDest", "10.2.0.0/16", "Weight", "100", "PublishVpc", "true",
		NULL);
	assert_full("has 1 destination-based routes", "route_entries_per_gateway");
	/* What exists may still be changed, and room that was made may be used. */
	drop(call(
		"ModifyVpnConnectionAttribute", "VpnConnectionId", connection, "Name", "x", NULL));
	drop(call("DeleteVpnRouteEntry", "VpnGatewayId", gateway, "NextHop", connection,
		"RouteDest", "10.1.0.0/16", "Weight", "100", NULL));
	drop(call("CreateVpnRouteEntry", "VpnGatewayId", gateway, "NextHop", connection,
		"RouteDest", "10.2.0.0/16", "Weight", "100", "PublishVpc", "true", NULL));
}

static void policy_routes_have_two_codes(void **state)
{
	struct fault fault = {};

	(void)state;
	world.config.quotas.pbr_route_entries_per_gateway = 3;
	assert_int_equal(quota_check(&world.api, QUOTA_PBR_ROUTE_ENTRIES, "vpn-1", 3, &fault), 0);
	assert_int_equal(
		quota_check(&world.api, QUOTA_AUTOMATIC_ROUTE_ENTRIES, "vpn-1", -1, &fault), 0);
	assert_int_equal(
		quota_check(&world.api, QUOTA_PBR_ROUTE_ENTRIES, "vpn-1", 4, &fault), -EINVAL);
	assert_string_equal(fault_code(&fault), "Resource.QuotaFull");
	assert_int_equal(quota_check(&world.api, QUOTA_AUTOMATIC_ROUTE_ENTRIES, "vpn-1", 4, &fault),
		-EINVAL);
	assert_string_equal(fault_code(&fault), "QuotaExceeded.PolicyBasedRoute");
	assert_non_null(strstr(fault.rule, "has 0 policy-based routes and would get 4 more"));
	world.config.quotas.pbr_route_entries_per_gateway = 0;
	assert_int_equal(quota_check(&world.api, QUOTA_PBR_ROUTE_ENTRIES, "vpn-1", 4, &fault), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, action_world_init, action_world_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(gateways_of_the_account),
		TEST(customer_gateways_of_a_region),
		TEST(connections_and_routes_of_a_gateway),
		TEST(policy_routes_have_two_codes),
	};

	(void)assert_text;
	(void)assert_number;
	(void)report;
	(void)assert_bool;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
