/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VPN gateways and customer gateways: the pool, states, echoed values, uniqueness, dependents.
 */
#include "unit/api/test_action_world.h"

#include "resource/places.h"

static void a_gateway_is_described_completely(void **state)
{
	char *vpc = new_vpc(), *id = new_gateway(vpc);
	json_t *gateway = call("DescribeVpnGateway", "VpnGatewayId", id, NULL);

	(void)state;
	assert_text(gateway, "VpnGatewayId", id);
	assert_text(gateway, "Name", id);
	assert_text(gateway, "Description", "");
	assert_text(gateway, "VpcId", vpc);
	assert_text(gateway, "VSwitchId", "");
	assert_text(gateway, "InternetIp", "203.0.113.10");
	assert_text(gateway, "Spec", "10M");
	assert_text(gateway, "Status", "updating");
	assert_text(gateway, "BusinessStatus", "Normal");
	assert_text(gateway, "ChargeType", "PostpayByFlow");
	assert_text(gateway, "IpsecVpn", "enable");
	assert_text(gateway, "SslVpn", "disable");
	assert_text(gateway, "NetworkType", "public");
	assert_text(gateway, "VpnType", "Normal");
	assert_text(gateway, "GatewayType", "Traditional");
	assert_text(gateway, "ResourceGroupId", "rg-default");
	assert_number(gateway, "SslMaxConnections", 5);
	assert_number(gateway, "CreateTime", now_ms - 2);
	assert_bool(gateway, "AutoPropagate", false);
	assert_bool(gateway, "EnableBgp", true);
	assert_true(json_is_array(at(gateway, "EniInstanceIds.EniInstanceId")));
	assert_true(json_is_array(at(gateway, "Tags.Tag")));
	assert_true(json_is_string(at(gateway, "Tag")));
	assert_null(at(gateway, "EndTime"));
	assert_null(at(gateway, "LocalIp"));
	assert_null(at(gateway, "Number"));
	drop(gateway);
	report("vpn-gateway", id, false);
	gateway = call("DescribeVpnGateway", "VpnGatewayId", id, NULL);
	assert_text(gateway, "Status", "active");
	drop(gateway);
	free(vpc);
	free(id);
}

static uint32_t number_of(const char *id)
{
	AUTO_FREE char *key = xasprintf("desired/vpn-gateway/%s", id);
	struct store_entry entry = stored(key);
	json_t *document;
	uint32_t number;

	document = json_loads(entry.value, 0, NULL);
	number = (uint32_t)json_integer_value(json_object_get(document, "Number"));
	json_decref(document);
	store_entry_clear(&entry);
	return number;
}

/* Two of one VPC would share rules. */
static void numbers_of_one_vpc_are_no_multiple_apart(void **state)
{
	char *vpc = new_vpc(), *a = new_gateway(vpc), *b;
	uint32_t first = number_of(a);
	AUTO_FREE char *next = xasprintf("%u", first + 2 * VPN_GATEWAY_PLACES - 1);
	struct store_op op = { .key = "meta/number/vpn-gateway",
		.value = next,
		.value_size = strlen(next),
		.expected = STORE_ANY };

	(void)state;
	assert_int_equal(store_commit(world.api.store, &op, 1, NULL, NULL), 0);
	b = new_gateway(vpc);
	assert_int_equal(number_of(b), first + 2 * VPN_GATEWAY_PLACES + 1);
	free(vpc);
	free(a);
	free(b);
}

static void the_pool_is_used_up_and_given_back(void **state)
{
	char *vpc = new_vpc(), *a = new_gateway(vpc), *b = new_gateway(vpc), *c;
	json_t *gateway;

	(void)state;
	refuse("Resource.QuotaFull", "CreateVpnGateway", "VpcId", vpc, "Bandwidth", "5", NULL);
	assert_non_null(strstr(last_fault.remedy, "[pool]"));
	drop(call("DeleteVpnGateway", "VpnGatewayId", a, NULL));
	refuse("InvalidVpnGatewayInstanceId.NotFound", "DescribeVpnGateway", "VpnGatewayId", a,
		NULL);
	c = new_gateway(vpc);
	gateway = call("DescribeVpnGateway", "VpnGatewayId", c, NULL);
	assert_text(gateway, "InternetIp", "203.0.113.10");
	drop(gateway);
	free(vpc);
	free(a);
	free(b);
	free(c);
}

static void numbers_are_never_used_again(void **state)
{
	char *vpc = new_vpc();

	(void)state;
	for (int i = 1; i <= 5; i++) {
		AUTO_FREE char *id = new_gateway(vpc);
		AUTO_FREE char *key = xasprintf("desired/vpn-gateway/%s", id);
		AUTO_FREE char *part = xasprintf("\"Number\":%d,", i);
		struct store_entry entry = stored(key);

		assert_non_null(strstr(entry.value, part));
		store_entry_clear(&entry);
		drop(call("DeleteVpnGateway", "VpnGatewayId", id, NULL));
	}
	free(vpc);
}

static void what_gateways_cannot_do_is_refused(void **state)
{
	static const char *const cases[][2] = {
		{ "EnableSsl", "true" },
		{ "VpnType", "NationalStandard" },
		{ "NetworkType", "private" },
		{ "DisasterRecoveryVSwitchId", "vsw-1" },
		{ "GatewayType", "Enhanced.SiteToSite" },
	};
	char *vpc = new_vpc();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		refuse("UnsupportedFeature", "CreateVpnGateway", "VpcId", vpc, "Bandwidth", "5",
			cases[i][0], cases[i][1], NULL);
		assert_string_equal(last_fault.field, cases[i][0]);
		assert_true(*last_fault.remedy);
	}
	refuse("InvalidBandwidth", "CreateVpnGateway", "VpcId", vpc, "Bandwidth", "7", NULL);
	refuse("MissingBandwidth", "CreateVpnGateway", "VpcId", vpc, NULL);
	refuse("InvalidVSwitchId.NotFound", "CreateVpnGateway", "VpcId", vpc, "Bandwidth", "5",
		"VSwitchId", "vsw-x", NULL);
	refuse("InvalidParameter", "CreateVpnGateway", "VpcId", vpc, "Bandwidth", "5", "Period",
		"1", NULL);
	assert_string_equal(last_fault.field, "Period");
	free(vpc);
}

static void prepaid_gateways_have_an_end(void **state)
{
	static const struct {
		int64_t start;
		const char *period;
		json_int_t end;
	} cases[] = {
		{ 1700000000000, "1", 1702592000000 },  /* 2023-12-14T22:13:20Z */
		{ 1700000000001, "12", 1731622400001 }, /* 2024-11-14T22:13:20Z */
		{ 1706745599000, "1", 1709251199000 },  /* 2024-02-29T23:59:59Z */
		{ 1706745599000, "2", 1711929599000 },  /* 2024-03-31T23:59:59Z */
	};
	char *vpc = new_vpc();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *gateway;
		char *id;

		now_ms = cases[i].start;
		id = take_text(call("CreateVpnGateway", "VpcId", vpc, "Bandwidth", "5",
				       "InstanceChargeType", "PREPAY", "Period", cases[i].period,
				       "AutoPay", "true", NULL),
			"VpnGatewayId");
		gateway = call("DescribeVpnGateway", "VpnGatewayId", id, NULL);
		assert_text(gateway, "ChargeType", "Prepay");
		assert_number(gateway, "EndTime", cases[i].end);
		drop(gateway);
		drop(call("DeleteVpnGateway", "VpnGatewayId", id, NULL));
		free(id);
	}
	free(vpc);
}

static void modifications_keep_the_rest(void **state)
{
	char *vpc = new_vpc(), *id = new_gateway(vpc);
	json_t *gateway = call("ModifyVpnGatewayAttribute", "VpnGatewayId", id, "Name", "gw",
		"Description", "d", "AutoPropagate", "true", NULL);

	(void)state;
	assert_text(gateway, "Name", "gw");
	assert_text(gateway, "Status", "updating");
	assert_bool(gateway, "AutoPropagate", true);
	drop(gateway);
	report("vpn-gateway", id, false);
	gateway = call("ModifyVpnGatewayAttribute", "VpnGatewayId", id, "Name", "gw", NULL);
	assert_text(gateway, "Status", "active");
	assert_text(gateway, "Description", "d");
	drop(gateway);
	drop(call("ModifyVpnGatewayAttribute", "VpnGatewayId", id, "Description", "", NULL));
	gateway = call("DescribeVpnGateways", "Status", "updating", NULL);
	assert_number(gateway, "TotalCount", 1);
	assert_text(gateway, "VpnGateways.VpnGateway.0.Description", "");
	assert_text(gateway, "VpnGateways.VpnGateway.0.Name", "gw");
	drop(gateway);
	gateway = call("DescribeVpnGateways", "Status", "active", NULL);
	assert_number(gateway, "TotalCount", 0);
	drop(gateway);
	refuse("InvalidName", "ModifyVpnGatewayAttribute", "VpnGatewayId", id, "Name", "1", NULL);
	refuse("InvalidDescription", "ModifyVpnGatewayAttribute", "VpnGatewayId", id, "Description",
		"http://example.com", NULL);
	free(vpc);
	free(id);
}

static void customer_gateways_are_one_per_address(void **state)
{
	json_t *created = call("CreateCustomerGateway", "IpAddress", "198.51.100.1", "Name", "n",
		"Asn", "1.1", "AuthKey", "key", "Tags.1.Key", "k", "Tags.1.Value", "v", NULL);
	char *id = xstrdup(text_at(created, "CustomerGatewayId"));
	json_t *gateway = call("DescribeCustomerGateway", "CustomerGatewayId", id, NULL);
	struct store_entry entry;
	AUTO_FREE char *key = xasprintf("desired/customer-gateway/%s", id);

	(void)state;
	assert_text(created, "IpAddress", "198.51.100.1");
	assert_number(gateway, "Asn", 65537);
	assert_text(gateway, "AuthKey", "key");
	assert_text(gateway, "Tags.Tag.0.Value", "v");
	assert_text(gateway, "Description", "");
	drop(created);
	drop(gateway);
	entry = stored(key);
	assert_null(strstr(entry.value, "\"key\""));
	store_entry_clear(&entry);
	refuse("InvalidIpAddress.AlreadyExist", "CreateCustomerGateway", "IpAddress",
		"198.51.100.1", NULL);
	assert_non_null(strstr(last_fault.rule, id));
	drop(call(
		"CreateCustomerGateway", "IpAddress", "198.51.100.1", "RegionId", "cn-far", NULL));
	refuse("InvalidIpAddress.WrongFormat", "CreateCustomerGateway", "IpAddress", "127.0.0.1",
		NULL);
	gateway = call("DescribeCustomerGateways", "CustomerGatewayId", id, "Tag.1.Key", "k", NULL);
	assert_number(gateway, "TotalCount", 1);
	drop(gateway);
	drop(call("DeleteCustomerGateway", "CustomerGatewayId", id, NULL));
	free(new_customer_gateway("198.51.100.1"));
	free(id);
}

static void customer_gateways_without_asn_show_none(void **state)
{
	char *id = new_customer_gateway("198.51.100.1");
	json_t *gateway = call("ModifyCustomerGatewayAttribute", "CustomerGatewayId", id, "Name",
		"new", "AuthKey", "abc", NULL);

	(void)state;
	assert_text(gateway, "Name", "new");
	assert_text(gateway, "ResourceGroupId", "rg-default");
	drop(gateway);
	gateway = call("DescribeCustomerGateway", "CustomerGatewayId", id, NULL);
	assert_null(at(gateway, "Asn"));
	assert_text(gateway, "AuthKey", "abc");
	drop(gateway);
	drop(call("ModifyCustomerGatewayAttribute", "CustomerGatewayId", id, "AuthKey", "", NULL));
	gateway = call("DescribeCustomerGateway", "CustomerGatewayId", id, NULL);
	assert_null(at(gateway, "AuthKey"));
	assert_text(gateway, "Name", "new");
	drop(gateway);
	free(id);
}

static void used_gateways_are_kept(void **state)
{
	char *vpc = new_vpc(), *gateway = new_gateway(vpc);
	char *peer = new_customer_gateway("198.51.100.1"), *id = new_connection(gateway, peer);

	(void)state;
	refuse("DependencyViolation", "DeleteVpnGateway", "VpnGatewayId", gateway, NULL);
	assert_non_null(strstr(last_fault.rule, id));
	refuse("DependencyViolation", "DeleteCustomerGateway", "CustomerGatewayId", peer, NULL);
	assert_non_null(strstr(last_fault.rule, id));
	drop(call("DeleteVpnConnection", "VpnConnectionId", id, NULL));
	drop(call("DeleteCustomerGateway", "CustomerGatewayId", peer, NULL));
	drop(call("DeleteVpnGateway", "VpnGatewayId", gateway, NULL));
	free(vpc);
	free(gateway);
	free(peer);
	free(id);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, action_world_init, action_world_done)

/* Without a filter only the page is looked at; with one that all meet, every customer gateway. */
static void assert_same_page(const char *region, const char *number, const char *size, int total)
{
	json_t *quick = call("DescribeCustomerGateways", "RegionId", region, "PageNumber", number,
		"PageSize", size, NULL);
	json_t *slow = call("DescribeCustomerGateways", "RegionId", region, "PageNumber", number,
		"PageSize", size, "ResourceGroupId", "rg-default", NULL);

	assert_number(quick, "TotalCount", total);
	assert_true(json_equal(quick, slow));
	drop(quick);
	drop(slow);
}

static void pages_are_the_same_with_and_without_a_filter(void **state)
{
	char address[32], *ids[25];

	(void)state;
	for (unsigned int i = 0; i < ARRAY_LEN(ids); i++) {
		snprintf(address, sizeof(address), "198.51.100.%u", i + 1);
		ids[i] = take_text(call("CreateCustomerGateway", "IpAddress", address, "RegionId",
					   i % 5 ? "cn-test" : "cn-far", NULL),
			"CustomerGatewayId");
	}
	drop(call("DeleteCustomerGateway", "CustomerGatewayId", ids[7], NULL));
	for (unsigned int page = 1; page <= 6; page++) {
		char number[4];

		snprintf(number, sizeof(number), "%u", page);
		assert_same_page("cn-test", number, "4", 19);
		assert_same_page("cn-test", number, "10", 19);
		assert_same_page("cn-far", number, "2", 5);
	}
	assert_same_page("cn-test", "1000000", "50", 19);
	for (unsigned int i = 0; i < ARRAY_LEN(ids); i++)
		free(ids[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_gateway_is_described_completely),
		TEST(numbers_of_one_vpc_are_no_multiple_apart),
		TEST(the_pool_is_used_up_and_given_back),
		TEST(numbers_are_never_used_again),
		TEST(what_gateways_cannot_do_is_refused),
		TEST(prepaid_gateways_have_an_end),
		TEST(modifications_keep_the_rest),
		TEST(customer_gateways_are_one_per_address),
		TEST(customer_gateways_without_asn_show_none),
		TEST(used_gateways_are_kept),
		TEST(pages_are_the_same_with_and_without_a_filter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
