/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tags and resource groups: what is attached is there, filters, pages, limits, all or nothing; and
 * what hangs on a moved resource moves along.
 */
#include "unit/api/test_action_world.h"

struct scene {
	char *vpc, *gateway, *peer, *connection;
};

static struct scene make_scene(void)
{
	struct scene scene = { .vpc = new_vpc(), .peer = new_customer_gateway("198.51.100.1") };

	scene.gateway = new_gateway(scene.vpc);
	scene.connection = new_connection(scene.gateway, scene.peer);
	return scene;
}

static void drop_scene(struct scene *scene)
{
	free(scene->vpc);
	free(scene->gateway);
	free(scene->peer);
	free(scene->connection);
}

static void every_kind_takes_tags_in_both_wrappers(void **state)
{
	struct scene scene = make_scene();
	const struct {
		const char *type, *id, *describe, *parameter, *list, *tags_of_one, *tags_of_list;
	} rows[] = {
		{ "Vpc", scene.vpc, "DescribeVpcAttribute", "VpcId", "DescribeVpcs", "Tags.Tag.0",
			"Vpcs.Vpc.0.Tags.Tag.0" },
		{ "VpnGateWay", scene.gateway, "DescribeVpnGateway", "VpnGatewayId",
			"DescribeVpnGateways", "Tags.Tag.0",
			"VpnGateways.VpnGateway.0.Tags.Tag.0" },
		{ "CUSTOMERGATEWAY", scene.peer, "DescribeCustomerGateway", "CustomerGatewayId",
			"DescribeCustomerGateways", "Tags.Tag.0",
			"CustomerGateways.CustomerGateway.0.Tags.Tag.0" },
		{ "VPNCONNECTION", scene.connection, "DescribeVpnConnection", "VpnConnectionId",
			"DescribeVpnConnections", "Tags.Tag.0",
			"VpnConnections.VpnConnection.0.Tag.Tag.0" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_FREE char *one = xasprintf("%s.Value", rows[i].tags_of_one);
		AUTO_FREE char *listed = xasprintf("%s.Key", rows[i].tags_of_list);
		json_t *answer = call("TagResources", "ResourceType", rows[i].type, "ResourceId.1",
			rows[i].id, "Tag.1.Key", "env", "Tag.1.Value", "test", NULL);

		assert_int_equal(json_object_size(answer), 0);
		drop(answer);
		answer = call(rows[i].describe, rows[i].parameter, rows[i].id, NULL);
		assert_text(answer, one, "test");
		drop(answer);
		answer = call(rows[i].list, "Tag.1.Key", "env", "Tag.1.Value", "test", NULL);
		assert_number(answer, "TotalCount", 1);
		assert_text(answer, listed, "env");
		drop(answer);
		answer = call(rows[i].list, "Tag.1.Key", "env", "Tag.1.Value", "prod", NULL);
		assert_number(answer, "TotalCount", 0);
		drop(answer);
		drop(call("UntagResources", "ResourceType", rows[i].type, "ResourceId.1",
			rows[i].id, "All", "true", NULL));
		answer = call(rows[i].list, "Tag.1.Key", "env", NULL);
		assert_number(answer, "TotalCount", 0);
		drop(answer);
	}
	refuse("MissingTag.1.Key", "DescribeVpcs", "Tag.1.Value", "x", NULL);
	drop_scene(&scene);
}

static void a_secret_survives_its_connections_tags(void **state)
{
	struct scene scene = make_scene();
	json_t *before = call("DescribeVpnConnection", "VpnConnectionId", scene.connection, NULL);
	json_t *after;

	(void)state;
	drop(call("TagResources", "ResourceType", "VPNCONNECTION", "ResourceId.1", scene.connection,
		"Tag.1.Key", "a", NULL));
	drop(call("MoveVpnResourceGroup", "ResourceType", "VpnGateway", "InstanceId", scene.gateway,
		"NewResourceGroupId", "rg-other", NULL));
	after = call("DescribeVpnConnection", "VpnConnectionId", scene.connection, NULL);
	assert_text(after, "IkeConfig.Psk", text_at(before, "IkeConfig.Psk"));
	assert_text(after, "Tags.Tag.0.Value", "");
	drop(before);
	drop(after);
	drop_scene(&scene);
}

static void a_value_is_replaced_and_a_key_is_detached(void **state)
{
	AUTO_FREE char *vpc = new_vpc();
	json_t *shown;

	(void)state;
	drop(call("TagResources", "ResourceType", "VPC", "ResourceId.1", vpc, "Tag.1.Key", "a",
		"Tag.1.Value", "1", "Tag.2.Key", "b", "Tag.2.Value", "2", NULL));
	drop(call("TagResources", "ResourceType", "VPC", "ResourceId.1", vpc, "ResourceId.2", vpc,
		"Tag.1.Key", "a", "Tag.1.Value", "3", NULL));
	shown = call("DescribeVpcAttribute", "VpcId", vpc, NULL);
	assert_int_equal(json_array_size(at(shown, "Tags.Tag")), 2);
	assert_text(shown, "Tags.Tag.0.Value", "3");
	drop(shown);
	refuse("MissingParameter", "UnTagResources", "ResourceType", "VPC", "ResourceId.1", vpc,
		NULL);
	assert_string_equal(last_fault.field, "TagKey");
	refuse("MissingTagKey.1", "UnTagResources", "ResourceType", "VPC", "ResourceId.1", vpc,
		"TagKey.1", "", NULL);
	drop(call("UnTagResources", "ResourceType", "VPC", "ResourceId.1", vpc, "TagKey.1", "a",
		"TagKey.2", "never there", "All", "true", NULL));
	shown = call("DescribeVpcAttribute", "VpcId", vpc, NULL);
	assert_int_equal(json_array_size(at(shown, "Tags.Tag")), 1);
	assert_text(shown, "Tags.Tag.0.Key", "b");
	drop(shown);
}

static void limits_of_tags(void **state)
{
	AUTO_FREE char *vpc = new_vpc();
	AUTO_FREE char *other = new_vpc();
	char key[130], number[16];

	(void)state;
	for (int i = 0; i < 20; i++) {
		snprintf(number, sizeof(number), "k%d", i);
		drop(call("TagResources", "ResourceType", "VPC", "ResourceId.1", vpc, "Tag.1.Key",
			number, NULL));
	}
	refuse("Resource.QuotaFull", "TagResources", "ResourceType", "VPC", "ResourceId.1", other,
		"ResourceId.2", vpc, "Tag.1.Key", "one more", NULL);
	assert_non_null(strstr(last_fault.rule, "at most 20"));
	drop(call("TagResources", "ResourceType", "VPC", "ResourceId.1", vpc, "Tag.1.Key", "k3",
		"Tag.1.Value", "new", NULL));
	memset(key, 'x', sizeof(key));
	key[128] = '\0';
	drop(call("TagResources", "ResourceType", "VPC", "ResourceId.1", other, "Tag.1.Key", key,
		"Tag.1.Value", key, NULL));
	key[128] = 'x';
	key[129] = '\0';
	refuse("InvalidTagKey", "TagResources", "ResourceType", "VPC", "ResourceId.1", other,
		"Tag.1.Key", key, NULL);
	assert_string_equal(last_fault.field, "Tag.1.Key");
	refuse("InvalidTagValue", "TagResources", "ResourceType", "VPC", "ResourceId.1", other,
		"Tag.1.Key", "a", "Tag.1.Value", key, NULL);
	refuse("InvalidTagKey", "TagResources", "ResourceType", "VPC", "ResourceId.1", other,
		"Tag.1.Key", "aliyun-x", NULL);
	refuse("InvalidTagKey", "TagResources", "ResourceType", "VPC", "ResourceId.1", other,
		"Tag.1.Key", "acs:x", NULL);
	refuse("InvalidTagValue", "TagResources", "ResourceType", "VPC", "ResourceId.1", other,
		"Tag.1.Key", "a", "Tag.1.Value", "see http://x", NULL);
	refuse("InvalidTag", "TagResources", "ResourceType", "VPC", "ResourceId.1", other,
		"Tag.1.Key", "a", "Tag.2.Key", "a", NULL);
	refuse("InvalidVpcId.NotFound", "TagResources", "ResourceType", "VPC", "ResourceId.1",
		other, "ResourceId.2", "vpc-x", "Tag.1.Key", "a", NULL);
	refuse("InvalidResourceType", "TagResources", "ResourceType", "EIP", "ResourceId.1", other,
		"Tag.1.Key", "a", NULL);
	refuse("MissingTag", "TagResources", "ResourceType", "VPC", "ResourceId.1", other, NULL);
	refuse("MissingResourceId", "TagResources", "ResourceType", "VPC", "Tag.1.Key", "a", NULL);
	/* A creation's "Tags" have the shorter keys. */
	key[65] = '\0';
	refuse("InvalidTagsKey", "CreateCustomerGateway", "IpAddress", "198.51.100.1", "Tags.1.Key",
		key, NULL);
	key[64] = '\0';
	drop(call("CreateCustomerGateway", "IpAddress", "198.51.100.1", "Tags.1.Key", key, NULL));
}

/* Reads everything with pages of this size; "key=value " of each row. */
static char *all_rows(const char *max, const char *id)
{
	struct strbuf seen = STRBUF_INIT(4096);
	char *token = xstrdup("");

	do {
		json_t *page = call("ListTagResources", "ResourceType", "vpc", "MaxResults", max,
			"NextToken", token, "ResourceId.1", id, NULL);
		size_t len = json_array_size(at(page, "TagResources.TagResource"));

		assert_true(len <= strtoul(max, NULL, 10));
		for (size_t i = 0; i < len; i++) {
			const json_t *row = json_array_get(at(page, "TagResources.TagResource"), i);

			assert_text(row, "ResourceType", "vpc");
			assert_text(row, "ResourceId", id);
			strbuf_addf(
				&seen, "%s=%s ", text_at(row, "TagKey"), text_at(row, "TagValue"));
		}
		free(token);
		token = take_text(page, "NextToken");
	} while (*token);
	free(token);
	return strbuf_take(&seen);
}

static void tags_are_listed_in_pages(void **state)
{
	AUTO_FREE char *vpc = new_vpc();
	AUTO_FREE char *other = new_vpc();
	const char *const sizes[] = { "1", "2", "3", "50" };
	json_t *answer;

	(void)state;
	drop(call("TagResources", "ResourceType", "VPC", "ResourceId.1", vpc, "Tag.1.Key", "c",
		"Tag.1.Value", "3", "Tag.2.Key", "a/b", "Tag.2.Value", "1", "Tag.3.Key", "a",
		NULL));
	drop(call("TagResources", "ResourceType", "VPC", "ResourceId.1", other, "Tag.1.Key", "c",
		"Tag.1.Value", "4", NULL));
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		AUTO_FREE char *rows = all_rows(sizes[i], vpc);

		assert_string_equal(rows, "a= a/b=1 c=3 ");
	}
	answer = call("ListTagResources", "ResourceType", "VPC", "Tag.1.Key", "c", "Tag.1.Value",
		"4", NULL);
	assert_int_equal(json_array_size(at(answer, "TagResources.TagResource")), 1);
	assert_text(answer, "TagResources.TagResource.0.ResourceId", other);
	assert_text(answer, "NextToken", "");
	drop(answer);
	answer = call("ListTagResources", "ResourceType", "VSWITCH", "Tag.1.Key", "c", NULL);
	assert_true(json_is_array(at(answer, "TagResources.TagResource")));
	drop(answer);
	refuse("MissingParameter", "ListTagResources", "ResourceType", "VPC", NULL);
	refuse("MissingTag.1.Key", "ListTagResources", "ResourceType", "VPC", "Tag.1.Value", "x",
		NULL);
	refuse("InvalidMaxResults", "ListTagResources", "ResourceType", "VPC", "Tag.1.Key", "c",
		"MaxResults", "51", NULL);
	refuse("InvalidNextToken", "ListTagResources", "ResourceType", "VPC", "Tag.1.Key", "c",
		"NextToken", "xyz", NULL);
	refuse("InvalidNextToken", "ListTagResources", "ResourceType", "VPC", "Tag.1.Key", "c",
		"NextToken", "ff", NULL);
}

static void connections_move_with_their_gateway(void **state)
{
	struct scene scene = make_scene();
	AUTO_FREE char *vswitch = take_text(call("CreateVSwitch", "VpcId", scene.vpc, "ZoneId",
						    "cn-test-a", "CidrBlock", "10.1.0.0/24", NULL),
		"VSwitchId");
	json_t *answer;

	(void)state;
	drop(call("MoveVpnResourceGroup", "ResourceType", "VpnGateWay", "InstanceId", scene.gateway,
		"NewResourceGroupId", "rg-other", NULL));
	answer = call("DescribeVpnGateways", "ResourceGroupId", "rg-other", NULL);
	assert_number(answer, "TotalCount", 1);
	drop(answer);
	answer = call("DescribeVpnConnections", "ResourceGroupId", "rg-other", NULL);
	assert_text(answer, "VpnConnections.VpnConnection.0.ResourceGroupId", "rg-other");
	drop(answer);
	answer = call("DescribeCustomerGateways", "ResourceGroupId", "rg-other", NULL);
	assert_number(answer, "TotalCount", 0);
	drop(answer);
	drop(call("MoveVpnResourceGroup", "ResourceType", "CustomerGateway", "InstanceId",
		scene.peer, "NewResourceGroupId", "rg-other", NULL));
	answer = call("DescribeCustomerGateways", "ResourceGroupId", "rg-other", NULL);
	assert_number(answer, "TotalCount", 1);
	drop(answer);
	drop(call("MoveResourceGroup", "ResourceType", "vpc", "ResourceId", scene.vpc,
		"NewResourceGroupId", "rg-other", NULL));
	answer = call("DescribeVSwitchAttributes", "VSwitchId", vswitch, NULL);
	assert_text(answer, "ResourceGroupId", "rg-other");
	drop(answer);
	refuse("InvalidResourceGroupId.NotFound", "MoveResourceGroup", "ResourceType", "VPC",
		"ResourceId", scene.vpc, "NewResourceGroupId", "rg-othe", NULL);
	assert_string_equal(last_fault.field, "NewResourceGroupId");
	assert_string_equal(last_fault.remedy, "use rg-other");
	refuse("UnsupportedFeature", "MoveVpnResourceGroup", "ResourceType", "VpnAttachment",
		"InstanceId", scene.connection, "NewResourceGroupId", "rg-other", NULL);
	refuse("InvalidVpnGatewayInstanceId.NotFound", "MoveVpnResourceGroup", "ResourceType",
		"VpnGateway", "InstanceId", scene.peer, "NewResourceGroupId", "rg-other", NULL);
	refuse("MissingNewResourceGroupId", "MoveResourceGroup", "ResourceType", "VPC",
		"ResourceId", scene.vpc, NULL);
	drop_scene(&scene);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, action_world_init, action_world_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_kind_takes_tags_in_both_wrappers),
		TEST(a_secret_survives_its_connections_tags),
		TEST(a_value_is_replaced_and_a_key_is_detached),
		TEST(limits_of_tags),
		TEST(tags_are_listed_in_pages),
		TEST(connections_move_with_their_gateway),
	};

	(void)report;
	(void)assert_bool;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
