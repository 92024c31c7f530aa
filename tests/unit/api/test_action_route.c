/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Destination routes by their tuple, and our own actions: the LAN of a VPC, a connection's detail.
 */
#include "unit/api/test_action_world.h"

static char *vpc, *gateway, *peer, *connection;

static int set_up(void **state)
{
	action_world_init(state);
	vpc = new_vpc();
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

#define TUPLE(destination) "VpnGatewayId", gateway, "NextHop", connection, "RouteDest", destination

static json_t *create(const char *destination, const char *weight, const char *publish)
{
	return call("CreateVpnRouteEntry", TUPLE(destination), "Weight", weight, "PublishVpc",
		publish, NULL);
}

static json_t *list(void)
{
	return call("DescribeVpnRouteEntries", "VpnGatewayId", gateway, NULL);
}

static void routes_are_echoed(void **state)
{
	json_t *answer = create("10.1.0.0/16", "100", "true");

	(void)state;
	assert_text(answer, "VpnInstanceId", gateway);
	assert_text(answer, "NextHop", connection);
	assert_text(answer, "RouteDest", "10.1.0.0/16");
	assert_text(answer, "State", "published");
	assert_text(answer, "OverlayMode", "Ipsec");
	assert_number(answer, "Weight", 100);
	assert_true(json_is_integer(at(answer, "CreateTime")));
	drop(answer);
	drop(create("10.2.0.0/16", "0", "false"));
	answer = list();
	assert_number(answer, "TotalCount", 2);
	assert_text(answer, "VpnRouteEntries.VpnRouteEntry.0.RouteDest", "10.1.0.0/16");
	assert_text(answer, "VpnRouteEntries.VpnRouteEntry.0.RouteEntryType", "custom");
	assert_text(answer, "VpnRouteEntries.VpnRouteEntry.1.State", "normal");
	assert_number(answer, "VpnRouteEntries.VpnRouteEntry.1.Weight", 0);
	assert_number(answer, "VpnRouteCounts.VpnRouteCount.0.RouteCount", 2);
	drop(answer);
	answer = call(
		"DescribeVpnRouteEntries", "VpnGatewayId", gateway, "RouteEntryType", "bgp", NULL);
	assert_number(answer, "TotalCount", 0);
	assert_true(json_is_array(at(answer, "VpnRouteEntries.VpnRouteEntry")));
	drop(answer);
	answer = call("DescribeVpnRouteEntries", "VpnGatewayId", gateway, "PageNumber", "2",
		"PageSize", "1", NULL);
	assert_text(answer, "VpnRouteEntries.VpnRouteEntry.0.RouteDest", "10.2.0.0/16");
	drop(answer);
}

/* The gateway says where its routes are; what the action does not have is no filter. */
static void routes_of_another_region_are_listed(void **state)
{
	char *far_vpc = take_text(
		call("CreateVpc", "CidrBlock", "10.0.0.0/8", "RegionId", "cn-far", NULL), "VpcId");
	char *far = new_gateway(far_vpc);
	char *far_peer = take_text(call("CreateCustomerGateway", "IpAddress", "198.51.100.9",
					   "RegionId", "cn-far", NULL),
		"CustomerGatewayId");
	char *hop = new_connection(far, far_peer);
	json_t *answer;

	(void)state;
	drop(call("CreateVpnRouteEntry", "VpnGatewayId", far, "NextHop", hop, "RouteDest",
		"10.1.0.0/16", "Weight", "100", "PublishVpc", "true", NULL));
	drop(call("CreateVpnPbrRouteEntry", "VpnGatewayId", far, "NextHop", hop, "RouteSource",
		"10.2.0.0/16", "RouteDest", "192.168.1.0/24", "Weight", "100", "PublishVpc", "true",
		NULL));
	answer = call("DescribeVpnRouteEntries", "VpnGatewayId", far, NULL);
	assert_number(answer, "TotalCount", 1);
	drop(answer);
	answer = call("DescribeVpnPbrRouteEntries", "VpnGatewayId", far, "ResourceGroupId",
		"rg-other", NULL);
	assert_number(answer, "TotalCount", 1);
	drop(answer);
	refuse("InvalidVpnGatewayInstanceId.NotFound", "DescribeVpnRouteEntries", "VpnGatewayId",
		far, "RegionId", "cn-test", NULL);
	free(far_vpc);
	free(far);
	free(far_peer);
	free(hop);
}

static void routes_are_changed_by_their_tuple(void **state)
{
	json_t *answer;

	(void)state;
	drop(create("10.1.0.0/16", "100", "false"));
	drop(call("PublishVpnRouteEntry", TUPLE("10.1.0.0/16"), "RouteType", "dbr", "PublishVpc",
		"true", "RouteSource", "", NULL));
	drop(call("ModifyVpnRouteEntryWeight", TUPLE("10.1.0.0/16"), "Weight", "100", "NewWeight",
		"0", NULL));
	answer = list();
	assert_text(answer, "VpnRouteEntries.VpnRouteEntry.0.State", "published");
	assert_number(answer, "VpnRouteEntries.VpnRouteEntry.0.Weight", 0);
	drop(answer);
	refuse("InvalidRouteEntry.NotFound", "ModifyVpnRouteEntryWeight", TUPLE("10.1.0.0/16"),
		"Weight", "100", "NewWeight", "0", NULL);
	refuse("InvalidNewWeight", "ModifyVpnRouteEntryWeight", TUPLE("10.1.0.0/16"), "Weight", "0",
		"NewWeight", "50", NULL);
	refuse("InvalidRouteEntry.NotFound", "DeleteVpnRouteEntry", TUPLE("10.1.0.0/16"), "Weight",
		"100", NULL);
	refuse("InvalidRouteEntry.NotFound", "DeleteVpnRouteEntry", TUPLE("10.2.0.0/16"), "Weight",
		"0", NULL);
	drop(call("DeleteVpnRouteEntry", TUPLE("10.1.0.0/16"), "Weight", "0", NULL));
	answer = list();
	assert_number(answer, "TotalCount", 0);
	drop(answer);
}

static void wrong_routes_are_refused(void **state)
{
	char *other_gateway = new_gateway(vpc);

	(void)state;
	refuse("InvalidRouteDest", "CreateVpnRouteEntry", TUPLE("0.0.0.0/0"), "Weight", "0",
		"PublishVpc", "true", NULL);
	refuse("InvalidWeight", "CreateVpnRouteEntry", TUPLE("10.1.0.0/16"), "Weight", "1",
		"PublishVpc", "true", NULL);
	refuse("MissingPublishVpc", "CreateVpnRouteEntry", TUPLE("10.1.0.0/16"), "Weight", "0",
		NULL);
	refuse("UnsupportedFeature", "CreateVpnRouteEntry", TUPLE("10.1.0.0/16"), "Weight", "0",
		"PublishVpc", "true", "OverlayMode", "Gre", NULL);
	refuse("InvalidVpnConnectionInstanceId.NotFound", "CreateVpnRouteEntry", "VpnGatewayId",
		gateway, "NextHop", "vco-x", "RouteDest", "10.1.0.0/16", "Weight", "0",
		"PublishVpc", "true", NULL);
	refuse("InvalidVpnConnectionInstanceId.NotFound", "CreateVpnRouteEntry", "VpnGatewayId",
		other_gateway, "NextHop", connection, "RouteDest", "10.1.0.0/16", "Weight", "0",
		"PublishVpc", "true", NULL);
	drop(create("10.1.0.0/16", "100", "true"));
	refuse("InvalidRouteEntry.AlreadyExists", "CreateVpnRouteEntry", TUPLE("10.1.0.0/16"),
		"Weight", "0", "PublishVpc", "true", NULL);
	refuse("InvalidRouteType", "PublishVpnRouteEntry", TUPLE("10.1.0.0/16"), "RouteType", "bgp",
		"PublishVpc", "true", NULL);
	refuse("InvalidRouteEntry.NotFound", "PublishVpnRouteEntry", TUPLE("10.1.0.0/16"),
		"RouteType", "pbr", "PublishVpc", "true", NULL);
	refuse("DependencyViolation", "DeleteVpnConnection", "VpnConnectionId", connection, NULL);
	assert_non_null(strstr(last_fault.rule, "10.1.0.0/16"));
	free(other_gateway);
}

static void a_lan_is_attached_once(void **state)
{
	char *other = new_vpc();
	json_t *lan = call("AttachVpcLan", "VpcId", vpc, "Interface", "eth1", "IpAddress",
		"10.0.0.1/24", NULL);

	(void)state;
	assert_text(lan, "IpAddress", "10.0.0.1/24");
	drop(lan);
	lan = call("DescribeVpcLan", "VpcId", vpc, NULL);
	assert_text(lan, "Interface", "eth1");
	drop(lan);
	refuse("DependencyViolation", "AttachVpcLan", "VpcId", other, "Interface", "eth1",
		"IpAddress", "10.0.0.1/24", NULL);
	assert_non_null(strstr(last_fault.rule, vpc));
	refuse("DependencyViolation", "AttachVpcLan", "VpcId", vpc, "Interface", "eth2",
		"IpAddress", "10.0.0.1/24", NULL);
	drop(call("AttachVpcLan", "VpcId", vpc, "Interface", "eth1", "IpAddress", "10.0.0.2/24",
		NULL));
	drop(call("DetachVpcLan", "VpcId", vpc, NULL));
	drop(call("DetachVpcLan", "VpcId", vpc, NULL));
	lan = call("DescribeVpcLan", "VpcId", vpc, NULL);
	assert_text(lan, "Interface", "");
	assert_text(lan, "IpAddress", "");
	drop(lan);
	drop(call("AttachVpcLan", "VpcId", other, "Interface", "eth1", "IpAddress", "10.0.0.1/30",
		NULL));
	free(other);
}

static void wrong_lans_are_refused(void **state)
{
	static const char *const addresses[] = { "10.0.0.1", "10.0.0.1/31", "10.0.0.1/0",
		"10.0.0.0/24", "10.0.0.255/24", "x/24", "10.0.0.1/24/1", "/24", "127.0.0.1/8" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++)
		refuse("InvalidIpAddress", "AttachVpcLan", "VpcId", vpc, "Interface", "eth1",
			"IpAddress", addresses[i], NULL);
	for (const char *const *name = (const char *const[]){ "lo", "vco1", "vco4294967295", NULL };
		*name; name++)
		refuse("InvalidInterface", "AttachVpcLan", "VpcId", vpc, "Interface", *name,
			"IpAddress", "10.0.0.1/24", NULL);
	refuse("InvalidInterface", "AttachVpcLan", "VpcId", vpc, "Interface", "a/b", "IpAddress",
		"10.0.0.1/24", NULL);
}

static void details_tell_why(void **state)
{
	AUTO_FREE char *key = xasprintf("counter/vpn-connection/%s", connection);
	const char *counters = "{\"ReplayDropped\":3}";
	json_t *detail = call("DescribeVpnConnectionDetail", "VpnConnectionId", connection, NULL);

	(void)state;
	assert_text(detail, "State", "updating");
	assert_int_equal(json_array_size(at(detail, "Conditions.Condition")), 0);
	assert_true(json_is_object(at(detail, "Counters")));
	assert_text(detail, "Negotiated.IkeProposal", "");
	drop(detail);
	report("vpn-connection", connection, false);
	assert_int_equal(store_commit(world.api.store,
				 &(struct store_op){ .key = key,
					 .value = counters,
					 .value_size = strlen(counters),
					 .expected = STORE_ANY },
				 1, NULL, NULL),
		0);
	detail = call("DescribeVpnConnectionDetail", "VpnConnectionId", connection, NULL);
	assert_text(detail, "State", "active");
	assert_text(detail, "Status", "ike_sa_not_established");
	assert_text(detail, "Conditions.Condition.0.Type", "Applied");
	assert_bool(detail, "Conditions.Condition.0.Status", true);
	assert_text(detail, "Conditions.Condition.1.Reason", "PskMismatch");
	assert_text(detail, "Conditions.Condition.1.Message", "the pre-shared keys differ");
	assert_number(detail, "Conditions.Condition.1.Since", 2);
	assert_number(detail, "Counters.ReplayDropped", 3);
	drop(detail);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(routes_are_echoed),
		TEST(routes_of_another_region_are_listed),
		TEST(routes_are_changed_by_their_tuple),
		TEST(wrong_routes_are_refused),
		TEST(a_lan_is_attached_once),
		TEST(wrong_lans_are_refused),
		TEST(details_tell_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
