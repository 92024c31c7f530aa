/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policy-based routes by their tuple, and publishing over both tables.
 */
#include "unit/api/test_action_world.h"

static char *vpc, *gateway, *peer, *connection, *standby;

static int set_up(void **state)
{
	char *other_peer;

	action_world_init(state);
	vpc = new_vpc();
	gateway = new_gateway(vpc);
	peer = new_customer_gateway("198.51.100.1");
	other_peer = new_customer_gateway("198.51.100.2");
	connection = new_connection(gateway, peer);
	standby = new_connection(gateway, other_peer);
	free(other_peer);
	return 0;
}

static int tear_down(void **state)
{
	free(vpc);
	free(gateway);
	free(peer);
	free(connection);
	free(standby);
	return action_world_done(state);
}

#define TUPLE(hop, source, destination)                                                            \
	"VpnGatewayId", gateway, "NextHop", hop, "RouteSource", source, "RouteDest", destination

#define A TUPLE(connection, "10.1.0.0/16", "192.168.1.0/24")

static json_t *create(const char *source, const char *destination, const char *publish)
{
	return call("CreateVpnPbrRouteEntry", TUPLE(connection, source, destination), "Weight",
		"100", "PublishVpc", publish, NULL);
}

static json_t *list(void)
{
	return call("DescribeVpnPbrRouteEntries", "VpnGatewayId", gateway, NULL);
}

#define ENTRY(field) "VpnPbrRouteEntries.VpnPbrRouteEntry.0." field

static void routes_are_echoed(void **state)
{
	json_t *answer = call("CreateVpnPbrRouteEntry", A, "Weight", "0", "PublishVpc", "true",
		"Priority", "7", "Description", "to them", "OverlayMode", "Ipsec", NULL);

	(void)state;
	assert_text(answer, "VpnInstanceId", gateway);
	assert_text(answer, "NextHop", connection);
	assert_text(answer, "RouteSource", "10.1.0.0/16");
	assert_text(answer, "RouteDest", "192.168.1.0/24");
	assert_text(answer, "State", "published");
	assert_text(answer, "OverlayMode", "Ipsec");
	assert_text(answer, "Description", "to them");
	assert_number(answer, "Weight", 0);
	assert_number(answer, "Priority", 7);
	assert_true(json_is_integer(at(answer, "CreateTime")));
	drop(answer);
	answer = create("10.2.0.0/16", "192.168.1.0/24", "false");
	assert_number(answer, "Priority", 10);
	drop(answer);
	answer = list();
	assert_number(answer, "TotalCount", 2);
	assert_text(answer, ENTRY("RouteSource"), "10.1.0.0/16");
	assert_text(answer, ENTRY("State"), "published");
	assert_number(answer, ENTRY("Priority"), 7);
	assert_null(at(answer, ENTRY("Description")));
	drop(answer);
	answer = call("DescribeVpnRouteEntries", "VpnGatewayId", gateway, NULL);
	assert_number(answer, "TotalCount", 0);
	drop(answer);
}

static void routes_are_changed_by_their_tuple(void **state)
{
	json_t *answer;

	(void)state;
	drop(create("10.1.0.0/16", "192.168.1.0/24", "false"));
	drop(call("ModifyVpnPbrRouteEntryWeight", A, "Weight", "100", "NewWeight", "0", NULL));
	drop(call("ModifyVpnPbrRouteEntryPriority", A, "Weight", "0", "NewPriority", "3", NULL));
	answer = list();
	assert_number(answer, ENTRY("Weight"), 0);
	assert_number(answer, ENTRY("Priority"), 3);
	drop(answer);
	drop(call("ModifyVpnPbrRouteEntryAttribute", A, "Weight", "0", "Priority", "3", "NewWeight",
		"100", NULL));
	drop(call("ModifyVpnPbrRouteEntryAttribute", A, "Weight", "100", "Priority", "3",
		"NewWeight", "0", "NewPriority", "100", NULL));
	answer = list();
	assert_number(answer, ENTRY("Weight"), 0);
	assert_number(answer, ENTRY("Priority"), 100);
	drop(answer);
	drop(call("DeleteVpnPbrRouteEntry", A, "Weight", "0", "Priority", "100", NULL));
	answer = list();
	assert_number(answer, "TotalCount", 0);
	drop(answer);
}

static void stated_values_must_be_the_present_ones(void **state)
{
	(void)state;
	drop(create("10.1.0.0/16", "192.168.1.0/24", "false"));
	refuse("InvalidRouteEntry.NotFound", "ModifyVpnPbrRouteEntryWeight", A, "Weight", "0",
		"NewWeight", "0", NULL);
	assert_string_equal(last_fault.field, "Weight");
	refuse("InvalidRouteEntry.NotFound", "ModifyVpnPbrRouteEntryWeight", A, "Weight", "100",
		"NewWeight", "0", "Priority", "9", NULL);
	assert_string_equal(last_fault.field, "Priority");
	assert_non_null(strstr(last_fault.rule, "10"));
	refuse("InvalidRouteEntry.NotFound", "ModifyVpnPbrRouteEntryAttribute", A, "Weight", "100",
		"NewWeight", "0", "Priority", "9", NULL);
	refuse("InvalidRouteEntry.NotFound", "ModifyVpnPbrRouteEntryPriority", A, "Weight", "0",
		"NewPriority", "9", NULL);
	refuse("InvalidRouteEntry.NotFound", "DeleteVpnPbrRouteEntry", A, "Weight", "0", NULL);
	refuse("InvalidRouteEntry.NotFound", "DeleteVpnPbrRouteEntry", A, "Weight", "100",
		"Priority", "11", NULL);
	refuse("MissingPriority", "ModifyVpnPbrRouteEntryAttribute", A, "Weight", "100",
		"NewWeight", "0", NULL);
	refuse("MissingNewWeight", "ModifyVpnPbrRouteEntryAttribute", A, "Weight", "100",
		"Priority", "10", NULL);
	refuse("InvalidNewPriority", "ModifyVpnPbrRouteEntryPriority", A, "Weight", "100",
		"NewPriority", "101", NULL);
	refuse("InvalidNewWeight", "ModifyVpnPbrRouteEntryWeight", A, "Weight", "100", "NewWeight",
		"1", NULL);
	drop(call("DeleteVpnPbrRouteEntry", A, "Weight", "100", NULL));
}

static void wrong_routes_are_refused(void **state)
{
	(void)state;
	refuse("InvalidRouteDest", "CreateVpnPbrRouteEntry",
		TUPLE(connection, "10.1.0.0/16", "0.0.0.0/0"), "Weight", "0", "PublishVpc", "true",
		NULL);
	refuse("InvalidRouteDest", "CreateVpnPbrRouteEntry",
		TUPLE(connection, "10.1.0.0/16", "100.0.0.0/8"), "Weight", "0", "PublishVpc",
		"true", NULL);
	drop(create("0.0.0.0/0", "192.168.9.0/24", "false"));
	drop(call("DeleteVpnPbrRouteEntry", TUPLE(connection, "0.0.0.0/0", "192.168.9.0/24"),
		"Weight", "100", NULL));
	refuse("InvalidRouteSource", "CreateVpnPbrRouteEntry",
		TUPLE(connection, "10.1.0.1/16", "192.168.1.0/24"), "Weight", "0", "PublishVpc",
		"true", NULL);
	refuse("InvalidPriority", "CreateVpnPbrRouteEntry", A, "Weight", "0", "PublishVpc", "true",
		"Priority", "0", NULL);
	refuse("MissingRouteSource", "CreateVpnPbrRouteEntry", "VpnGatewayId", gateway, "NextHop",
		connection, "RouteDest", "192.168.1.0/24", "Weight", "0", "PublishVpc", "true",
		NULL);
	refuse("UnsupportedFeature", "CreateVpnPbrRouteEntry", A, "Weight", "0", "PublishVpc",
		"true", "OverlayMode", "Gre", NULL);
	refuse("InvalidVpnConnectionInstanceId.NotFound", "CreateVpnPbrRouteEntry",
		TUPLE("vco-x", "10.1.0.0/16", "192.168.1.0/24"), "Weight", "0", "PublishVpc",
		"true", NULL);
	refuse("DryRunOperation", "CreateVpnPbrRouteEntry", A, "Weight", "0", "PublishVpc", "true",
		"DryRun", "true", NULL);
	refuse("InvalidRouteEntry.NotFound", "DeleteVpnPbrRouteEntry", A, "Weight", "0", NULL);
}

static void equal_routes_need_different_next_hops(void **state)
{
	json_t *answer;

	(void)state;
	drop(create("10.1.0.0/16", "192.168.1.0/24", "false"));
	refuse("InvalidRouteEntry.AlreadyExists", "CreateVpnPbrRouteEntry", A, "Weight", "0",
		"PublishVpc", "true", "Priority", "20", NULL);
	assert_non_null(strstr(last_fault.rule, "10.1.0.0/16"));
	assert_non_null(strstr(last_fault.remedy, "ModifyVpnPbrRouteEntryWeight"));
	drop(call("CreateVpnPbrRouteEntry", TUPLE(standby, "10.1.0.0/16", "192.168.1.0/24"),
		"Weight", "0", "PublishVpc", "false", NULL));
	answer = list();
	assert_number(answer, "TotalCount", 2);
	drop(answer);
}

static void a_next_hop_is_not_deleted_under_its_routes(void **state)
{
	(void)state;
	drop(create("10.1.0.0/16", "192.168.1.0/24", "false"));
	refuse("DependencyViolation", "DeleteVpnConnection", "VpnConnectionId", connection, NULL);
	assert_non_null(strstr(last_fault.rule, "192.168.1.0/24"));
	assert_non_null(strstr(last_fault.remedy, "DeleteVpnPbrRouteEntry"));
	drop(call("DeleteVpnPbrRouteEntry", A, "Weight", "100", NULL));
	drop(call("DeleteVpnConnection", "VpnConnectionId", connection, NULL));
}

static size_t add_states(json_t *answer, const char *path, char *found)
{
	const json_t *entries = at(answer, path);
	size_t len = json_array_size(entries);

	for (size_t i = 0; i < len; i++)
		found[i] = *text_at(json_array_get(entries, i), "State");
	drop(answer);
	return len;
}

/* States of the policy routes ("p" or "n"), a slash, those of the destination routes. */
static void assert_states(const char *wanted)
{
	char found[16] = "";
	size_t size = add_states(list(), "VpnPbrRouteEntries.VpnPbrRouteEntry", found);

	found[size++] = '/';
	(void)add_states(call("DescribeVpnRouteEntries", "VpnGatewayId", gateway, NULL),
		"VpnRouteEntries.VpnRouteEntry", found + size);
	assert_string_equal(found, wanted);
}

static void publish(const char *hop, const char *type, const char *value)
{
	drop(call("PublishVpnRouteEntry", "VpnGatewayId", gateway, "NextHop", hop, "RouteDest",
		"192.168.1.0/24", "RouteType", type, "PublishVpc", value, NULL));
}

static void publishing_takes_every_source(void **state)
{
	(void)state;
	drop(create("10.1.0.0/16", "192.168.1.0/24", "false"));
	drop(create("10.2.0.0/16", "192.168.1.0/24", "false"));
	drop(create("10.1.0.0/16", "192.168.2.0/24", "false"));
	drop(call("CreateVpnPbrRouteEntry", TUPLE(standby, "10.1.0.0/16", "192.168.1.0/24"),
		"Weight", "0", "PublishVpc", "false", NULL));
	publish(connection, "pbr", "true");
	assert_states("ppnn/");
	publish(standby, "pbr", "true");
	publish(connection, "pbr", "false");
	assert_states("nnnp/");
	refuse("InvalidRouteEntry.NotFound", "PublishVpnRouteEntry", "VpnGatewayId", gateway,
		"NextHop", connection, "RouteDest", "192.168.3.0/24", "RouteType", "pbr",
		"PublishVpc", "true", NULL);
	refuse("InvalidRouteDest", "PublishVpnRouteEntry", "VpnGatewayId", gateway, "NextHop",
		connection, "RouteDest", "192.168.3.1/24", "RouteType", "pbr", "PublishVpc", "true",
		NULL);
}

static void withdrawing_from_one_table_withdraws_from_both(void **state)
{
	(void)state;
	drop(create("10.1.0.0/16", "192.168.1.0/24", "true"));
	drop(create("10.1.0.0/16", "192.168.2.0/24", "true"));
	drop(call("CreateVpnRouteEntry", "VpnGatewayId", gateway, "NextHop", standby, "RouteDest",
		"192.168.1.0/24", "Weight", "100", "PublishVpc", "true", NULL));
	drop(call("CreateVpnRouteEntry", "VpnGatewayId", gateway, "NextHop", connection,
		"RouteDest", "192.168.1.0/24", "Weight", "0", "PublishVpc", "true", NULL));
	assert_states("pp/pp");
	publish(connection, "pbr", "false");
	assert_states("np/nn");
	publish(connection, "dbr", "true");
	publish(connection, "pbr", "true");
	assert_states("pp/np");
	publish(connection, "dbr", "false");
	assert_states("np/nn");
	publish(connection, "dbr", "true");
	publish(connection, "pbr", "false");
	assert_states("np/np"); /* nothing was withdrawn, so nothing follows */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(routes_are_echoed),
		TEST(routes_are_changed_by_their_tuple),
		TEST(stated_values_must_be_the_present_ones),
		TEST(wrong_routes_are_refused),
		TEST(equal_routes_need_different_next_hops),
		TEST(a_next_hop_is_not_deleted_under_its_routes),
		TEST(publishing_takes_every_source),
		TEST(withdrawing_from_one_table_withdraws_from_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
