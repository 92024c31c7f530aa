/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections and routes: defaults and echo, State and Status, modification key by key, what is
 * refused and which other resource the refusal names, races between creations and deletions.
 */
#include "unit/api/test_action_world.h"

#include <errno.h>

static char *vpc, *gateway, *peer;

static int set_up(void **state)
{
	action_world_init(state);
	now_ms = 1700000000000;
	vpc = new_vpc();
	gateway = new_gateway(vpc);
	peer = new_customer_gateway("198.51.100.1");
	return 0;
}

static int tear_down(void **state)
{
	free(vpc);
	free(gateway);
	free(peer);
	return action_world_done(state);
}

static json_t *describe(const char *id)
{
	return call("DescribeVpnConnection", "VpnConnectionId", id, NULL);
}

static void a_connection_is_described_completely(void **state)
{
	char *id = new_connection(gateway, peer);
	json_t *connection = describe(id);
	const char *psk = text_at(connection, "IkeConfig.Psk");

	(void)state;
	assert_text(connection, "VpnConnectionId", id);
	assert_text(connection, "VpnGatewayId", gateway);
	assert_text(connection, "CustomerGatewayId", peer);
	assert_text(connection, "Name", "");
	assert_text(connection, "LocalSubnet", "0.0.0.0/0");
	assert_text(connection, "RemoteSubnet", "0.0.0.0/0");
	assert_text(connection, "IkeConfig.IkeVersion", "ikev2");
	assert_text(connection, "IkeConfig.IkeMode", "main");
	assert_text(connection, "IkeConfig.IkeEncAlg", "aes");
	assert_text(connection, "IkeConfig.IkeAuthAlg", "md5");
	assert_text(connection, "IkeConfig.IkePfs", "group2");
	assert_text(connection, "IkeConfig.LocalId", "203.0.113.10");
	assert_text(connection, "IkeConfig.RemoteId", "198.51.100.1");
	assert_number(connection, "IkeConfig.IkeLifetime", 86400);
	assert_text(connection, "IpsecConfig.IpsecEncAlg", "aes");
	assert_text(connection, "IpsecConfig.IpsecAuthAlg", "md5");
	assert_text(connection, "IpsecConfig.IpsecPfs", "group2");
	assert_number(connection, "IpsecConfig.IpsecLifetime", 86400);
	assert_bool(connection, "EffectImmediately", false);
	assert_bool(connection, "EnableDpd", true);
	assert_bool(connection, "EnableNatTraversal", true);
	assert_bool(connection, "EnableTunnelsBgp", false);
	assert_text(connection, "VcoHealthCheck.Enable", "false");
	assert_number(connection, "VcoHealthCheck.Interval", 3);
	assert_text(connection, "VpnBgpConfig.EnableBgp", "false");
	assert_text(connection, "VpnBgpConfig.Status", "false");
	assert_number(connection, "VpnBgpConfig.LocalAsn", 45104);
	assert_text(connection, "AttachType", "VPNGW");
	assert_text(connection, "InternetIp", "203.0.113.10");
	assert_text(connection, "NetworkType", "public");
	assert_text(connection, "Spec", "10M");
	assert_text(connection, "State", "updating");
	assert_text(connection, "Status", "ike_sa_not_established");
	assert_true(json_is_array(at(connection, "Tags.Tag")));
	assert_null(at(connection, "TunnelOptionsSpecification"));
	assert_null(at(connection, "AutoConfigRoute"));
	assert_int_equal(strlen(psk), 16);
	assert_int_equal(strspn(psk, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789"),
		16);
	drop(connection);
	free(id);
}

static void the_psk_is_sealed_in_the_store(void **state)
{
	char *id = take_text(
		call("CreateVpnConnection", "VpnGatewayId", gateway, "CustomerGatewayId", peer,
			"LocalSubnet", "0.0.0.0/0", "RemoteSubnet", "0.0.0.0/0", "IkeConfig",
			"{\"Psk\":\"~`!@#$%^&*()_-+={}[]\\\\|;:',.<>/?\"}", NULL),
		"VpnConnectionId");
	AUTO_FREE char *key = xasprintf("desired/vpn-connection/%s", id);
	struct store_entry entry = stored(key);
	json_t *connection = describe(id);

	(void)state;
	assert_null(strstr(entry.value, "!@#"));
	store_entry_clear(&entry);
	assert_text(connection, "IkeConfig.Psk", "~`!@#$%^&*()_-+={}[]\\|;:',.<>/?");
	drop(connection);
	free(id);
}

static void state_and_status_are_the_agents(void **state)
{
	char *id = new_connection(gateway, peer);
	json_t *connection;

	(void)state;
	report("vpn-connection", id, false);
	connection = describe(id);
	assert_text(connection, "State", "active");
	assert_text(connection, "Status", "ike_sa_not_established");
	drop(connection);
	report("vpn-connection", id, true);
	connection = describe(id);
	assert_text(connection, "Status", "ipsec_sa_established");
	drop(connection);
	drop(call(
		"ModifyVpnConnectionAttribute", "VpnConnectionId", id, "EnableDpd", "false", NULL));
	connection = describe(id);
	assert_text(connection, "State", "updating");
	drop(connection);
	free(id);
}

static void modifications_keep_the_rest(void **state)
{
	char *id = new_connection(gateway, peer);
	json_t *before = describe(id), *answer, *after;

	(void)state;
	answer = call("ModifyVpnConnectionAttribute", "VpnConnectionId", id, "IkeConfig",
		"{\"ikeversion\":\"ikev1\",\"IkeLifetime\":0,\"LocalId\":\"gw.example\",\"Psk\":"
		"\"\"}",
		"HealthCheckConfig", "{\"Dip\":\"10.1.0.1\",\"Enable\":false}", NULL);
	assert_text(answer, "IkeConfig.IkeVersion", "ikev1");
	assert_text(answer, "Description", "");
	assert_null(at(answer, "State"));
	drop(answer);
	after = describe(id);
	assert_text(after, "IkeConfig.IkeVersion", "ikev1");
	assert_text(after, "IkeConfig.LocalId", "gw.example");
	assert_text(after, "IkeConfig.RemoteId", "198.51.100.1");
	assert_text(after, "IkeConfig.Psk", text_at(before, "IkeConfig.Psk"));
	assert_text(after, "VcoHealthCheck.Dip", "10.1.0.1");
	assert_text(after, "IpsecConfig.IpsecEncAlg", "aes");
	drop(after);
	drop(call("ModifyVpnConnectionAttribute", "VpnConnectionId", id, "IkeConfig",
		"{\"LocalId\":\"\"}", NULL));
	after = describe(id);
	assert_text(after, "IkeConfig.LocalId", "203.0.113.10");
	assert_text(after, "IkeConfig.IkeVersion", "ikev1");
	drop(after);
	drop(before);
	free(id);
}

static void modifying_nothing_changes_no_revision(void **state)
{
	char *id = new_connection(gateway, peer);
	AUTO_FREE char *key = xasprintf("desired/vpn-connection/%s", id);
	struct store_entry before = stored(key), after;

	(void)state;
	drop(call("ModifyVpnConnectionAttribute", "VpnConnectionId", id, "LocalSubnet", "0.0.0.0/0",
		"EnableDpd", "true", "IpsecConfig", "{}", NULL));
	after = stored(key);
	assert_int_equal(before.revision, after.revision);
	store_entry_clear(&before);
	store_entry_clear(&after);
	free(id);
}

static void refused_to_create(
	const char *code, const char *field, const char *name, const char *value)
{
	refuse(code, "CreateVpnConnection", "VpnGatewayId", gateway, "CustomerGatewayId", peer,
		"RemoteSubnet", "0.0.0.0/0", strcmp(name, "LocalSubnet") ? "LocalSubnet" : "x",
		"0.0.0.0/0", name, value, NULL);
	assert_string_equal(last_fault.field, field);
	assert_true(*last_fault.rule);
}

static void what_connections_cannot_do_is_refused(void **state)
{
	(void)state;
	refused_to_create("InvalidParameter", "BgpConfig.EnableBgp", "BgpConfig",
		"{\"EnableBgp\":\"true\",\"TunnelCidr\":\"169.254.10.0/30\","
		"\"LocalBgpIp\":\"169.254.10.1\"}");
	refused_to_create("UnsupportedFeature", "EnableTunnelsBgp", "EnableTunnelsBgp", "true");
	refused_to_create("UnsupportedFeature", "TunnelOptionsSpecification",
		"TunnelOptionsSpecification.1.Role", "master");
	refused_to_create(
		"UnsupportedFeature", "RemoteCaCertificate", "RemoteCaCertificate", "PEM");
	refused_to_create("IllegalParam.LocalSubnet", "LocalSubnet", "LocalSubnet", "10.0.0.1/8");
	refused_to_create(
		"InvalidIkeEncAlg", "IkeConfig.IkeEncAlg", "IkeConfig", "{\"IkeEncAlg\":\"x\"}");
	refused_to_create("InvalidPsk", "IkeConfig.Psk", "IkeConfig", "{\"Psk\":\"a b\"}");
	refuse("MissingCustomerGatewayId", "CreateVpnConnection", "VpnGatewayId", gateway,
		"LocalSubnet", "0.0.0.0/0", "RemoteSubnet", "0.0.0.0/0", NULL);
	refuse("InvalidVpnGatewayInstanceId.NotFound", "CreateVpnConnection", "VpnGatewayId",
		"vpn-x", "CustomerGatewayId", peer, "LocalSubnet", "0.0.0.0/0", "RemoteSubnet",
		"0.0.0.0/0", NULL);
	refuse("InvalidCustomerGatewayInstanceId.NotFound", "CreateVpnConnection", "VpnGatewayId",
		gateway, "CustomerGatewayId", "cgw-x", "LocalSubnet", "0.0.0.0/0", "RemoteSubnet",
		"0.0.0.0/0", NULL);
}

static void gateways_without_ipsec_take_no_connection(void **state)
{
	char *other = take_text(call("CreateVpnGateway", "VpcId", vpc, "Bandwidth", "5",
					"EnableIpsec", "false", NULL),
		"VpnGatewayId");

	(void)state;
	refuse("UnsupportedFeature", "CreateVpnConnection", "VpnGatewayId", other,
		"CustomerGatewayId", peer, "LocalSubnet", "0.0.0.0/0", "RemoteSubnet", "0.0.0.0/0",
		NULL);
	free(other);
}

static char *create_with_remote_id(const char *remote_id)
{
	AUTO_FREE char *ike = xasprintf("{\"RemoteId\":\"%s\"}", remote_id);

	return take_text(call("CreateVpnConnection", "VpnGatewayId", gateway, "CustomerGatewayId",
				 peer, "LocalSubnet", "0.0.0.0/0", "RemoteSubnet", "0.0.0.0/0",
				 "IkeConfig", ike, NULL),
		"VpnConnectionId");
}

static void one_connection_per_peer_and_identity(void **state)
{
	char *first = new_connection(gateway, peer), *second;

	(void)state;
	refuse("InvalidVpnConnection.AlreadyExists", "CreateVpnConnection", "VpnGatewayId", gateway,
		"CustomerGatewayId", peer, "LocalSubnet", "0.0.0.0/0", "RemoteSubnet", "0.0.0.0/0",
		"IkeConfig", "{\"RemoteId\":\"198.51.100.1\"}", NULL);
	assert_non_null(strstr(last_fault.rule, first));
	assert_string_equal(last_fault.field, "IkeConfig.RemoteId");
	second = create_with_remote_id("site-b");
	refuse("InvalidVpnConnection.AlreadyExists", "ModifyVpnConnectionAttribute",
		"VpnConnectionId", second, "IkeConfig", "{\"RemoteId\":\"\"}", NULL);
	assert_non_null(strstr(last_fault.rule, first));
	free(first);
	free(second);
}

static void refuse_ike(const char *code, const char *ike)
{
	refuse(code, "CreateVpnConnection", "IkeConfig", ike, "VpnGatewayId", gateway,
		"CustomerGatewayId", peer, "LocalSubnet", "0.0.0.0/0", "RemoteSubnet", "0.0.0.0/0",
		NULL);
}

static char *create_ike(const char *ike)
{
	return take_text(call("CreateVpnConnection", "VpnGatewayId", gateway, "CustomerGatewayId",
				 peer, "LocalSubnet", "0.0.0.0/0", "RemoteSubnet", "0.0.0.0/0",
				 "IkeConfig", ike, NULL),
		"VpnConnectionId");
}

static void main_mode_has_one_key_per_peer(void **state)
{
	char *first = create_ike("{\"IkeVersion\":\"ikev1\",\"Psk\":\"one\"}"), *fourth;

	(void)state;
	refuse_ike("InvalidPsk", "{\"IkeVersion\":\"ikev1\",\"Psk\":\"two\",\"RemoteId\":\"b\"}");
	assert_non_null(strstr(last_fault.rule, first));
	free(create_ike("{\"IkeVersion\":\"ikev1\",\"Psk\":\"one\",\"RemoteId\":\"b\"}"));
	free(create_ike("{\"IkeVersion\":\"ikev1\",\"IkeMode\":\"aggressive\",\"Psk\":\"two\","
			"\"RemoteId\":\"c\"}"));
	fourth = create_ike("{\"IkeVersion\":\"ikev2\",\"Psk\":\"two\",\"RemoteId\":\"d\"}");
	drop(call("ModifyVpnConnectionAttribute", "VpnConnectionId", first, "IkeConfig",
		"{\"Psk\":\"three\"}", NULL));
	refuse("InvalidPsk", "ModifyVpnConnectionAttribute", "VpnConnectionId", fourth, "IkeConfig",
		"{\"IkeVersion\":\"ikev1\"}", NULL);
	free(fourth);
	free(first);
}

static void both_ends_are_in_one_region(void **state)
{
	char *far = take_text(call("CreateCustomerGateway", "IpAddress", "198.51.100.9", "RegionId",
				      "cn-far", NULL),
		"CustomerGatewayId");

	(void)state;
	refuse("InvalidCustomerGatewayInstanceId.NotFound", "CreateVpnConnection", "VpnGatewayId",
		gateway, "CustomerGatewayId", far, "LocalSubnet", "0.0.0.0/0", "RemoteSubnet",
		"0.0.0.0/0", NULL);
	free(far);
}

static void lists_name_tags_differently(void **state)
{
	char *id = take_text(call("CreateVpnConnection", "VpnGatewayId", gateway,
				     "CustomerGatewayId", peer, "LocalSubnet", "0.0.0.0/0",
				     "RemoteSubnet", "0.0.0.0/0", "Tags.1.Key", "k", NULL),
		"VpnConnectionId");
	json_t *list = call("DescribeVpnConnections", "VpnGatewayId", gateway, NULL);

	(void)state;
	assert_text(list, "VpnConnections.VpnConnection.0.Tag.Tag.0.Key", "k");
	assert_null(at(list, "VpnConnections.VpnConnection.0.Tags"));
	drop(list);
	list = call("DescribeVpnConnections", "CustomerGatewayId", "cgw-x", NULL);
	assert_number(list, "TotalCount", 0);
	assert_true(json_is_array(at(list, "VpnConnections.VpnConnection")));
	drop(list);
	free(id);
}

/* Runs a handler and keeps what it wants to commit. */
static void propose(const char *action, struct change *change, struct request *request, ...)
{
	struct fault fault = {};
	enum reason reason;
	json_t *answer = json_object();
	va_list args;

	va_start(args, request);
	*request = (struct request){ .access_key_id = "", .source = "unix", .now_ms = now_ms++ };
	add_params(request, args);
	va_end(args);
	request->action = action_find(
		strstr(action, "VpcLan") ? API_VERSION_VPNGW : API_VERSION_VPC, action, &reason);
	*change = (struct change){};
	assert_int_equal(snapshot_sync(world.api.snapshot), 0);
	if (request->action->handle(&world.api, request, change, answer, &fault) < 0)
		fail_msg("%s: %s %s", action, fault.field, fault.rule);
	json_decref(answer);
}

static int settle(struct change *change, struct request *request)
{
	int err = store_commit(world.api.store, change->ops, change->len, NULL, NULL);

	change_clear(change);
	params_clear(&request->params);
	return err;
}

static void expect_one_wins(
	struct change *a, struct request *of_a, struct change *b, struct request *of_b)
{
	assert_int_equal(settle(a, of_a), 0);
	assert_int_equal(settle(b, of_b), -ESTALE);
}

#define CONNECT                                                                                    \
	"VpnGatewayId", gateway, "CustomerGatewayId", peer, "LocalSubnet", "0.0.0.0/0",            \
		"RemoteSubnet", "0.0.0.0/0", NULL

static void of_two_that_exclude_each_other_one_commits(void **state)
{
	struct change a, b;
	struct request of_a, of_b;
	char *id, *second;

	(void)state;
	propose("CreateVpnConnection", &a, &of_a, CONNECT);
	propose("DeleteVpnGateway", &b, &of_b, "VpnGatewayId", gateway, NULL);
	expect_one_wins(&a, &of_a, &b, &of_b);
	id = take_text(call("DescribeVpnConnections", NULL),
		"VpnConnections.VpnConnection.0.VpnConnectionId");
	drop(call("DeleteVpnConnection", "VpnConnectionId", id, NULL));
	propose("CreateVpnConnection", &a, &of_a, CONNECT);
	propose("DeleteCustomerGateway", &b, &of_b, "CustomerGatewayId", peer, NULL);
	expect_one_wins(&a, &of_a, &b, &of_b);
	free(id);
	id = take_text(call("DescribeVpnConnections", NULL),
		"VpnConnections.VpnConnection.0.VpnConnectionId");
	drop(call("DeleteVpnConnection", "VpnConnectionId", id, NULL));
	propose("DeleteCustomerGateway", &a, &of_a, "CustomerGatewayId", peer, NULL);
	propose("CreateVpnConnection", &b, &of_b, CONNECT);
	expect_one_wins(&a, &of_a, &b, &of_b);
	free(peer);
	peer = new_customer_gateway("198.51.100.1");
	propose("CreateVpnConnection", &a, &of_a, CONNECT);
	propose("CreateVpnConnection", &b, &of_b, CONNECT);
	expect_one_wins(&a, &of_a, &b, &of_b);
	second = create_with_remote_id("site-b");
	propose("ModifyVpnConnectionAttribute", &a, &of_a, "VpnConnectionId", second, "IkeConfig",
		"{\"RemoteId\":\"c\"}", NULL);
	propose("CreateVpnConnection", &b, &of_b, "IkeConfig", "{\"RemoteId\":\"c\"}", CONNECT);
	expect_one_wins(&a, &of_a, &b, &of_b);
	propose("CreateVpnRouteEntry", &a, &of_a, "VpnGatewayId", gateway, "NextHop", second,
		"RouteDest", "10.1.0.0/16", "Weight", "100", "PublishVpc", "true", NULL);
	propose("DeleteVpnConnection", &b, &of_b, "VpnConnectionId", second, NULL);
	expect_one_wins(&a, &of_a, &b, &of_b);
	propose("CreateCustomerGateway", &a, &of_a, "IpAddress", "198.51.100.7", NULL);
	propose("CreateCustomerGateway", &b, &of_b, "IpAddress", "198.51.100.7", NULL);
	expect_one_wins(&a, &of_a, &b, &of_b);
	propose("CreateVpnGateway", &a, &of_a, "VpcId", vpc, "Bandwidth", "5", NULL);
	propose("CreateVpnGateway", &b, &of_b, "VpcId", vpc, "Bandwidth", "5", NULL);
	expect_one_wins(&a, &of_a, &b, &of_b);
	propose("CreateVSwitch", &a, &of_a, "VpcId", vpc, "ZoneId", "cn-test-a", "CidrBlock",
		"10.1.0.0/16", NULL);
	propose("CreateVSwitch", &b, &of_b, "VpcId", vpc, "ZoneId", "cn-test-a", "CidrBlock",
		"10.1.1.0/24", NULL);
	expect_one_wins(&a, &of_a, &b, &of_b);
	free(id);
	free(second);
}

static void a_vpc_is_not_deleted_under_its_parts(void **state)
{
	struct change a, b;
	struct request of_a, of_b;
	char *other = new_vpc(), *vswitch;

	(void)state;
	propose("CreateVSwitch", &a, &of_a, "VpcId", other, "ZoneId", "cn-test-a", "CidrBlock",
		"10.1.0.0/16", NULL);
	propose("DeleteVpc", &b, &of_b, "VpcId", other, NULL);
	expect_one_wins(&a, &of_a, &b, &of_b);
	vswitch = take_text(call("DescribeVSwitches", NULL), "VSwitches.VSwitch.0.VSwitchId");
	propose("CreateVpnGateway", &a, &of_a, "VpcId", other, "Bandwidth", "5", NULL);
	propose("DeleteVSwitch", &b, &of_b, "VSwitchId", vswitch, NULL);
	expect_one_wins(&a, &of_a, &b, &of_b);
	free(vswitch);
	free(other);
	other = new_vpc();
	drop(call("DeleteVpnGateway", "VpnGatewayId", gateway, NULL));
	propose("CreateVpnGateway", &a, &of_a, "VpcId", other, "Bandwidth", "5", NULL);
	propose("DeleteVpc", &b, &of_b, "VpcId", other, NULL);
	expect_one_wins(&a, &of_a, &b, &of_b);
	propose("AttachVpcLan", &a, &of_a, "VpcId", other, "Interface", "eth1", "IpAddress",
		"10.0.0.1/24", NULL);
	propose("AttachVpcLan", &b, &of_b, "VpcId", vpc, "Interface", "eth1", "IpAddress",
		"10.0.0.1/24", NULL);
	expect_one_wins(&a, &of_a, &b, &of_b);
	free(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static json_int_t resets_of(const char *id)
{
	AUTO_FREE char *key = xasprintf("desired/vpn-connection/%s", id);
	struct store_entry entry = stored(key);
	json_auto_t *document = json_loads(entry.value, 0, NULL);

	store_entry_clear(&entry);
	return json_integer_value(json_object_get(document, "Resets"));
}

static void a_connection_is_switched_off_and_on(void **state)
{
	char *id = new_connection(gateway, peer);
	json_t *before = describe(id), *after;

	(void)state;
	drop(call("DisableVpnConnection", "VpnConnectionId", id, NULL));
	after = call("DescribeVpnConnectionDetail", "VpnConnectionId", id, NULL);
	assert_bool(after, "Enabled", false);
	drop(after);
	refuse("InvalidVpnConnectionId", "ResetVpnConnection", "VpnConnectionId", id, NULL);
	after = call("EnableVpnConnection", "VpnConnectionId", id, NULL);
	assert_bool(after, "Enabled", true);
	drop(after);
	after = describe(id);
	assert_text(after, "IkeConfig.Psk", text_at(before, "IkeConfig.Psk"));
	assert_null(at(after, "Disabled"));
	drop(after);
	drop(before);
	refuse("InvalidVpnConnectionInstanceId.NotFound", "DisableVpnConnection", "VpnConnectionId",
		"vco-nothing", NULL);
	free(id);
}

static void a_reset_is_another_revision(void **state)
{
	char *id = new_connection(gateway, peer);

	(void)state;
	assert_int_equal(resets_of(id), 0);
	drop(call("ResetVpnConnection", "VpnConnectionId", id, NULL));
	drop(call("ResetVpnConnection", "VpnConnectionId", id, NULL));
	assert_int_equal(resets_of(id), 2);
	free(id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_connection_is_described_completely),
		TEST(the_psk_is_sealed_in_the_store),
		TEST(state_and_status_are_the_agents),
		TEST(modifications_keep_the_rest),
		TEST(a_connection_is_switched_off_and_on),
		TEST(a_reset_is_another_revision),
		TEST(modifying_nothing_changes_no_revision),
		TEST(what_connections_cannot_do_is_refused),
		TEST(gateways_without_ipsec_take_no_connection),
		TEST(one_connection_per_peer_and_identity),
		TEST(main_mode_has_one_key_per_peer),
		TEST(both_ends_are_in_one_region),
		TEST(lists_name_tags_differently),
		TEST(of_two_that_exclude_each_other_one_commits),
		TEST(a_vpc_is_not_deleted_under_its_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
