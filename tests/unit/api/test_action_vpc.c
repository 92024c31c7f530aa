/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VPCs, vSwitches, regions: shapes of answers, filters, exact paging, refusals.
 */
#include "unit/api/test_action_world.h"

static void a_vpc_is_described_completely(void **state)
{
	json_t *created = call("CreateVpc", "CidrBlock", "10.0.0.0/8", "VpcName", "a",
		"Description", "d", "UserCidr", "11.0.0.0/8,12.0.0.0/8", "Tag.1.Key", "k",
		"Tag.1.Value", "", NULL);
	const char *id = text_at(created, "VpcId");
	json_t *vpc = call("DescribeVpcAttribute", "VpcId", id, "RegionId", "cn-test", NULL);

	(void)state;
	assert_text(created, "ResourceGroupId", "rg-default");
	assert_text(vpc, "VpcId", id);
	assert_text(vpc, "VpcName", "a");
	assert_text(vpc, "Description", "d");
	assert_text(vpc, "CidrBlock", "10.0.0.0/8");
	assert_text(vpc, "RegionId", "cn-test");
	assert_text(vpc, "Status", "Available");
	assert_text(vpc, "VRouterId", text_at(created, "VRouterId"));
	assert_text(vpc, "UserCidrs.UserCidr.1", "12.0.0.0/8");
	assert_text(vpc, "Tags.Tag.0.Value", "");
	assert_int_equal(strlen(text_at(vpc, "CreationTime")), 20);
	assert_null(at(vpc, "CreateTime"));
	assert_null(at(vpc, "Number"));
	assert_null(at(vpc, "Interface"));
	assert_true(json_is_array(at(vpc, "VSwitchIds.VSwitchId")));
	assert_true(json_is_array(at(vpc, "SecondaryCidrBlocks.SecondaryCidrBlock")));
	assert_true(json_is_array(at(vpc, "AssociatedCens.AssociatedCen")));
	drop(vpc);
	vpc = call("DescribeRouteTableList", "VpcId", id, NULL);
	assert_number(vpc, "TotalCount", 1);
	assert_text(vpc, "RouterTableList.RouterTableListType.0.RouteTableType", "System");
	assert_text(vpc, "RouterTableList.RouterTableListType.0.RouteTableId",
		text_at(created, "RouteTableId"));
	drop(vpc);
	drop(created);
}

static void what_vpcs_cannot_do_is_refused(void **state)
{
	(void)state;
	refuse("UnsupportedFeature", "CreateVpc", "EnableIpv6", "true", NULL);
	assert_string_equal(last_fault.field, "EnableIpv6");
	assert_true(*last_fault.remedy);
	drop(call("CreateVpc", "EnableIpv6", "false", NULL));
	refuse("UnsupportedFeature", "CreateVpc", "Ipv4IpamPoolId", "x", NULL);
	refuse("InvalidCidrBlock", "CreateVpc", "CidrBlock", "10.0.0.1/8", NULL);
	refuse("InvalidRegionId.NotFound", "CreateVpc", "RegionId", "nowhere", NULL);
	refuse("InvalidResourceGroupId.NotFound", "CreateVpc", "ResourceGroupId", "rg-othe", NULL);
	assert_string_equal(last_fault.remedy, "use rg-other");
	refuse("MissingTag.2.Key", "CreateVpc", "Tag.1.Key", "a", "Tag.2.Value", "b", NULL);
	refuse("MissingVpcId", "DescribeVpcAttribute", NULL);
	refuse("InvalidVpcId.NotFound", "DescribeVpcAttribute", "VpcId", "vpc-x", NULL);
	assert_int_equal(fault_status(&last_fault), 404);
	refuse("InvalidVpcId.NotFound", "DescribeVpcAttribute", "VpcId", "a/b", NULL);
}

static void regions_are_apart(void **state)
{
	char *far = take_text(call("CreateVpc", "RegionId", "cn-far", NULL), "VpcId");
	json_t *list;

	(void)state;
	refuse("InvalidVpcId.NotFound", "DescribeVpcAttribute", "VpcId", far, "RegionId", "cn-test",
		NULL);
	drop(call("DescribeVpcAttribute", "VpcId", far, "RegionId", "cn-far", NULL));
	drop(call("DescribeVpcAttribute", "VpcId", far, NULL));
	list = call("DescribeVpcs", NULL);
	assert_number(list, "TotalCount", 0);
	drop(list);
	list = call("DescribeVpcs", "RegionId", "cn-far", NULL);
	assert_number(list, "TotalCount", 1);
	drop(list);
	list = call("DescribeRegions", NULL);
	assert_text(list, "Regions.Region.1.RegionId", "cn-far");
	assert_text(list, "Regions.Region.0.LocalName", "Test");
	assert_text(list, "Regions.Region.0.RegionEndpoint", "127.0.0.1:8443");
	drop(list);
	list = call("DescribeZones", NULL);
	assert_text(list, "Zones.Zone.1.ZoneId", "cn-test-b");
	drop(list);
	free(far);
}

/* Every entry exactly once, in order, whatever the page size. */
static void check_pages(int total, int size)
{
	char seen[16] = "";

	for (int page = 1; page <= total / size + 2; page++) {
		AUTO_FREE char *number = xasprintf("%d", page);
		AUTO_FREE char *length = xasprintf("%d", size);
		json_t *list = call("DescribeVpcs", "PageNumber", number, "PageSize", length, NULL);
		size_t len = json_array_size(at(list, "Vpcs.Vpc"));
		int left = total - (page - 1) * size;

		assert_int_equal(len, left < 0 ? 0 : left < size ? left : size);
		assert_number(list, "TotalCount", total);
		assert_number(list, "PageNumber", page);
		assert_number(list, "PageSize", size);
		for (size_t i = 0; i < len; i++) {
			const json_t *entry = json_array_get(at(list, "Vpcs.Vpc"), i);

			assert_true(strlen(seen) < sizeof(seen) - 1);
			strncat(seen, text_at(entry, "VpcName"), 1);
		}
		drop(list);
	}
	assert_string_equal(seen, "abcdefg");
}

static void pages_are_exact(void **state)
{
	(void)state;
	for (char name[] = "a"; *name < 'h'; ++*name)
		drop(call("CreateVpc", "VpcName", name, NULL));
	for (int size = 1; size <= 8; size++)
		check_pages(7, size);
	refuse("InvalidPageSize", "DescribeVpcs", "PageSize", "51", NULL);
	refuse("InvalidPageSize", "DescribeVpcs", "PageSize", "0", NULL);
	refuse("InvalidPageNumber", "DescribeVpcs", "PageNumber", "0", NULL);
}

static void expect_count(json_int_t count, const char *name, const char *value, const char *name2,
	const char *value2)
{
	json_t *list = call("DescribeVpcs", name, value, name2, value2, NULL);

	assert_number(list, "TotalCount", count);
	drop(list);
}

static void lists_are_filtered(void **state)
{
	char *a = take_text(call("CreateVpc", "VpcName", "a", "Tag.1.Key", "k", "Tag.1.Value", "1",
				    "Tag.2.Key", "m", NULL),
		"VpcId");
	char *b = take_text(call("CreateVpc", "VpcName", "b", "Tag.1.Key", "k", "Tag.1.Value", "2",
				    "ResourceGroupId", "rg-other", NULL),
		"VpcId");
	AUTO_FREE char *both = xasprintf("%s,%s", a, b);

	(void)state;
	expect_count(1, "VpcId", a, NULL, NULL);
	expect_count(2, "VpcId", both, NULL, NULL);
	expect_count(0, "VpcId", "vpc-x", NULL, NULL);
	expect_count(1, "VpcName", "b", NULL, NULL);
	expect_count(1, "ResourceGroupId", "rg-other", NULL, NULL);
	expect_count(2, "Tag.1.Key", "k", NULL, NULL);
	expect_count(1, "Tag.1.Key", "k", "Tag.1.Value", "2");
	expect_count(1, "Tag.1.Key", "k", "Tag.2.Key", "m");
	expect_count(0, "Tag.1.Key", "x", NULL, NULL);
	expect_count(0, "IsDefault", "true", NULL, NULL);
	expect_count(2, "IsDefault", "False", NULL, NULL);
	free(a);
	free(b);
}

static void vswitches_have_their_place(void **state)
{
	char *vpc = new_vpc(), *vswitch;
	json_t *answer;

	(void)state;
	refuse("InvalidVpcId.NotFound", "CreateVSwitch", "VpcId", "vpc-x", "ZoneId", "cn-test-a",
		"CidrBlock", "10.1.0.0/16", NULL);
	refuse("InvalidZoneId.NotFound", "CreateVSwitch", "VpcId", vpc, "ZoneId", "cn-test-c",
		"CidrBlock", "10.1.0.0/16", NULL);
	refuse("InvalidCidrBlock", "CreateVSwitch", "VpcId", vpc, "ZoneId", "cn-test-a",
		"CidrBlock", "11.1.0.0/16", NULL);
	refuse("InvalidCidrBlock", "CreateVSwitch", "VpcId", vpc, "ZoneId", "cn-test-a",
		"CidrBlock", "10.0.0.0/15", NULL);
	vswitch = take_text(call("CreateVSwitch", "VpcId", vpc, "ZoneId", "cn-test-a", "CidrBlock",
				    "10.1.0.0/16", NULL),
		"VSwitchId");
	refuse("InvalidCidrBlock.Overlapped", "CreateVSwitch", "VpcId", vpc, "ZoneId", "cn-test-a",
		"CidrBlock", "10.1.2.0/24", NULL);
	assert_non_null(strstr(last_fault.rule, vswitch));
	drop(call("CreateVSwitch", "VpcId", vpc, "ZoneId", "cn-test-b", "CidrBlock", "10.2.0.0/29",
		NULL));
	answer = call("DescribeVSwitchAttributes", "VSwitchId", vswitch, NULL);
	assert_text(answer, "Status", "Available");
	assert_text(answer, "Ipv6CidrBlock", "");
	assert_number(answer, "AvailableIpAddressCount", 65532);
	assert_text(answer, "RouteTable.RouteTableType", "System");
	drop(answer);
	answer = call("DescribeVSwitches", "VpcId", vpc, "ZoneId", "cn-test-b", NULL);
	assert_number(answer, "TotalCount", 1);
	assert_text(answer, "VSwitches.VSwitch.0.CidrBlock", "10.2.0.0/29");
	drop(answer);
	answer = call("DescribeVpcAttribute", "VpcId", vpc, NULL);
	assert_int_equal(json_array_size(at(answer, "VSwitchIds.VSwitchId")), 2);
	drop(answer);
	free(vpc);
	free(vswitch);
}

static void deletion_respects_dependents(void **state)
{
	char *vpc = new_vpc();
	char *vswitch = take_text(call("CreateVSwitch", "VpcId", vpc, "ZoneId", "cn-test-a",
					  "CidrBlock", "10.1.0.0/16", NULL),
		"VSwitchId");
	char *gateway = new_gateway(vpc);

	(void)state;
	refuse("DependencyViolation.VSwitch", "DeleteVpc", "VpcId", vpc, NULL);
	assert_non_null(strstr(last_fault.rule, vswitch));
	refuse("DependencyViolation", "DeleteVSwitch", "VSwitchId", vswitch, NULL);
	assert_non_null(strstr(last_fault.rule, gateway));
	drop(call("DeleteVpnGateway", "VpnGatewayId", gateway, NULL));
	drop(call("DeleteVSwitch", "VSwitchId", vswitch, NULL));
	free(gateway);
	gateway = new_gateway(vpc);
	refuse("DependencyViolation", "DeleteVpc", "VpcId", vpc, NULL);
	assert_non_null(strstr(last_fault.rule, gateway));
	drop(call("DeleteVpnGateway", "VpnGatewayId", gateway, NULL));
	refuse("UnsupportedFeature", "DeleteVpc", "VpcId", vpc, "ForceDelete", "true", NULL);
	drop(call("DeleteVpc", "VpcId", vpc, NULL));
	refuse("InvalidVpcId.NotFound", "DeleteVpc", "VpcId", vpc, NULL);
	free(vpc);
	free(vswitch);
	free(gateway);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, action_world_init, action_world_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_vpc_is_described_completely),
		TEST(what_vpcs_cannot_do_is_refused),
		TEST(regions_are_apart),
		TEST(pages_are_exact),
		TEST(lists_are_filtered),
		TEST(vswitches_have_their_place),
		TEST(deletion_respects_dependents),
	};

	(void)new_connection;
	(void)new_customer_gateway;
	(void)report;
	(void)assert_bool;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
