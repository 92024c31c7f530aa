/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Defaults, nested JSON as clients really write it, what "not given" means, rules between fields,
 * tags, and answers.
 */
#include "resource/resource.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <string.h>

static struct fault fault;

static struct vpn_connection *new_connection(void)
{
	struct vpn_connection *connection = resource_new(KIND_VPN_CONNECTION);

	resource_set_defaults(KIND_VPN_CONNECTION, connection);
	return connection;
}

static int set(void *connection, const char *name, const char *text)
{
	const struct field *field = field_find(kind_info(KIND_VPN_CONNECTION)->fields, name);

	fault = (struct fault){};
	return field_set_text(field, connection, text, &fault);
}

static void must_set(void *connection, const char *name, const char *text)
{
	if (set(connection, name, text) < 0)
		fail_msg("%s: %s %s", name, fault.field, fault.rule);
}

static void fill(struct vpn_connection *connection)
{
	connection->meta.id = (free(connection->meta.id), xstrdup("vco-1"));
	connection->number = 1;
	must_set(connection, "VpnGatewayId", "vpn-1");
	must_set(connection, "CustomerGatewayId", "cgw-1");
	must_set(connection, "LocalSubnet", "0.0.0.0/0");
	must_set(connection, "RemoteSubnet", "0.0.0.0/0");
	must_set(connection, "IkeConfig", "{\"Psk\":\"k\"}");
}

static void release(struct vpn_connection *connection)
{
	resource_free(KIND_VPN_CONNECTION, connection);
}

static void defaults_are_the_apis(void **state)
{
	struct vpn_connection *connection = new_connection();

	(void)state;
	assert_int_equal(connection->ike_config.ike_version, IKE_V2);
	assert_int_equal(connection->ike_config.ike_mode, IKE_MAIN);
	assert_int_equal(connection->ike_config.ike_enc_alg, ENC_AES);
	assert_int_equal(connection->ike_config.ike_auth_alg, AUTH_MD5);
	assert_int_equal(connection->ike_config.ike_pfs, PFS_GROUP2);
	assert_int_equal(connection->ike_config.ike_lifetime, 86400);
	assert_string_equal(connection->ike_config.local_id, "");
	assert_null(connection->ike_config.psk);
	assert_int_equal(connection->ipsec_config.ipsec_enc_alg, ENC_AES);
	assert_int_equal(connection->ipsec_config.ipsec_auth_alg, AUTH_MD5);
	assert_int_equal(connection->ipsec_config.ipsec_pfs, PFS_GROUP2);
	assert_int_equal(connection->ipsec_config.ipsec_lifetime, 86400);
	assert_false(connection->effect_immediately);
	assert_true(connection->enable_dpd);
	assert_true(connection->enable_nat_traversal);
	assert_true(connection->auto_config_route);
	assert_false(connection->bgp_config.enable_bgp);
	assert_int_equal(connection->bgp_config.local_asn, 45104);
	assert_false(connection->health_check_config.enable);
	assert_int_equal(connection->health_check_config.interval, 3);
	assert_int_equal(connection->health_check_config.retry, 3);
	assert_int_equal(connection->health_check_config.policy, POLICY_REVOKE_ROUTE);
	release(connection);
}

static void nested_json_is_heard_generously(void **state)
{
	struct vpn_connection *connection = new_connection();
	const struct ike_config *ike = &connection->ike_config;
	const struct health_check_config *health = &connection->health_check_config;

	(void)state;
	must_set(connection, "IkeConfig",
		"{\"psk\":\"a\\u003cb\",\"IKEVERSION\":\"ikev1\",\"IkeLifetime\":\"3600\","
		"\"Unknown\":{\"x\":[1]},\"LocalIdIPsec\":1.5,\"LocalId\":null}");
	assert_memory_equal(ike->psk->bytes, "a<b", 4);
	assert_int_equal(ike->ike_version, IKE_V1);
	assert_int_equal(ike->ike_lifetime, 3600);
	must_set(connection, "IkeConfig", "{\"IkeLifetime\":0,\"Psk\":12345678}");
	assert_int_equal(ike->ike_lifetime, 86400);
	assert_int_equal(ike->ike_version, IKE_V1);
	assert_memory_equal(ike->psk->bytes, "12345678", 9);
	must_set(connection, "HealthCheckConfig",
		"{\"dip\":\"1.1.1.1\",\"enable\":true,\"interval\":5,\"retry\":\"\",\"sip\":\"3.3."
		"3.3\"}");
	assert_true(health->enable);
	assert_int_equal(health->interval, 5);
	assert_int_equal(health->retry, 3);
	must_set(connection, "HealthCheckConfig", "{\"Enable\":\"FALSE\",\"Dip\":\"\"}");
	assert_false(health->enable);
	assert_int_equal(health->dip.v4, 0);
	assert_int_not_equal(health->sip.v4, 0);
	must_set(connection, "BgpConfig", "{}");
	must_set(connection, "BgpConfig", "");
	must_set(connection, "BgpConfig", "{\"EnableBgp\":true,\"LocalAsn\":\"1.1\"}");
	assert_int_equal(connection->bgp_config.local_asn, 65537);
	release(connection);
}

static void nested_json_refusals_are_dotted_and_keep_secrets(void **state)
{
	static const struct {
		const char *json, *field, *code;
	} cases[] = {
		{ "{\"IkeEncAlg\":\"x\"}", "IkeConfig.IkeEncAlg", "InvalidIkeEncAlg" },
		{ "{\"Psk\":\"secretword\",", "IkeConfig", "InvalidIkeConfig" },
		{ "[\"secretword\"]", "IkeConfig", "InvalidIkeConfig" },
		{ "secretword", "IkeConfig", "InvalidIkeConfig" },
		{ "{\"Psk\":\"secretword\",\"Psk\":\"x\"}", "IkeConfig", "InvalidIkeConfig" },
		{ "{\"Psk\":\"secretword\",\"psk\":\"x\"}", "IkeConfig.Psk", "InvalidPsk" },
		{ "{\"Psk\":\"secretword \"}", "IkeConfig.Psk", "InvalidPsk" },
		{ "{\"Psk\":[\"secretword\"]}", "IkeConfig.Psk", "InvalidPsk" },
		{ "{\"IkeLifetime\":1.5}", "IkeConfig.IkeLifetime", "InvalidIkeLifetime" },
		{ "{\"IkeLifetime\":-1}", "IkeConfig.IkeLifetime", "InvalidIkeLifetime" },
		{ "{\"IkeLifetime\":true}", "IkeConfig.IkeLifetime", "InvalidIkeLifetime" },
	};
	struct vpn_connection *connection = new_connection();
	char message[800];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_not_equal(set(connection, "IkeConfig", cases[i].json), 0);
		assert_string_equal(fault.field, cases[i].field);
		assert_string_equal(fault_code(&fault), cases[i].code);
		fault_message(&fault, message, sizeof(message));
		assert_null(strstr(message, "secretword"));
	}
	release(connection);
}

static int check(struct vpn_connection *connection)
{
	fault = (struct fault){};
	return resource_check(KIND_VPN_CONNECTION, connection, &fault);
}

static void rules_between_fields(void **state)
{
	struct vpn_connection *connection = new_connection();

	(void)state;
	fill(connection);
	assert_int_equal(check(connection), 0);
	assert_true(vpn_connection_is_destination_mode(connection));
	must_set(connection, "LocalSubnet", "10.0.0.0/8,11.0.0.0/8");
	assert_false(vpn_connection_is_destination_mode(connection));
	assert_int_equal(check(connection), 0);
	must_set(connection, "IkeConfig", "{\"IkeVersion\":\"ikev1\"}");
	assert_int_not_equal(check(connection), 0);
	assert_string_equal(fault_code(&fault), "IllegalParam.LocalSubnet");
	must_set(connection, "LocalSubnet", "0.0.0.0/0");
	must_set(connection, "RemoteSubnet", "10.0.0.0/8,11.0.0.0/8");
	assert_int_not_equal(check(connection), 0);
	assert_string_equal(fault_code(&fault), "IllegalParam.RemoteSubnet");
	must_set(connection, "RemoteSubnet", "10.0.0.0/8");
	assert_int_equal(check(connection), 0);
	release(connection);
}

static void bgp_and_health_need_their_addresses(void **state)
{
	static const struct {
		const char *name, *json, *field; /* field NULL: fine */
	} steps[] = {
		{ "BgpConfig", "{\"EnableBgp\":true}", "BgpConfig.TunnelCidr" },
		{ "BgpConfig", "{\"TunnelCidr\":\"169.254.10.0/30\"}", "BgpConfig.LocalBgpIp" },
		{ "BgpConfig", "{\"LocalBgpIp\":\"169.254.10.0\"}", "BgpConfig.LocalBgpIp" },
		{ "BgpConfig", "{\"LocalBgpIp\":\"169.254.10.3\"}", "BgpConfig.LocalBgpIp" },
		{ "BgpConfig", "{\"LocalBgpIp\":\"169.254.10.5\"}", "BgpConfig.LocalBgpIp" },
		{ "BgpConfig", "{\"LocalBgpIp\":\"169.254.10.1\"}", NULL },
		{ "BgpConfig", "{\"LocalBgpIp\":\"169.254.10.2\"}", NULL },
		{ "HealthCheckConfig", "{\"enable\":true}", "HealthCheckConfig.Dip" },
		{ "HealthCheckConfig", "{\"dip\":\"10.0.0.1\"}", "HealthCheckConfig.Sip" },
		{ "HealthCheckConfig", "{\"sip\":\"10.0.0.1\"}", "HealthCheckConfig.Sip" },
		{ "HealthCheckConfig", "{\"sip\":\"10.0.0.2\"}", NULL },
	};
	struct vpn_connection *connection = new_connection();

	(void)state;
	fill(connection);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		must_set(connection, steps[i].name, steps[i].json);
		assert_int_equal(!check(connection), !steps[i].field);
		if (steps[i].field)
			assert_string_equal(fault.field, steps[i].field);
	}
	release(connection);
}

static void missing_required_fields_are_named(void **state)
{
	struct vpn_connection *connection = new_connection();

	(void)state;
	fill(connection);
	field_clear(field_find(kind_info(KIND_VPN_CONNECTION)->fields, "VpnGatewayId"), connection);
	assert_int_not_equal(check(connection), 0);
	assert_string_equal(fault_code(&fault), "MissingVpnGatewayId");
	release(connection);
}

static void nothing_given_changes_nothing(void **state)
{
	struct vpn_connection *connection = new_connection();

	(void)state;
	must_set(connection, "IkeConfig", "{\"IkeVersion\":\"ikev1\",\"Psk\":\"k\"}");
	must_set(connection, "IkeConfig", "{\"IkeVersion\":\"\",\"Psk\":\"\"}");
	assert_int_equal(connection->ike_config.ike_version, IKE_V1);
	assert_null(connection->ike_config.psk);
	must_set(connection, "EnableDpd", "false");
	must_set(connection, "EnableDpd", "");
	assert_false(connection->enable_dpd);
	release(connection);
}

static int set_tags(struct vpn_connection *connection, const char *json)
{
	const struct field *field = field_find(kind_info(KIND_VPN_CONNECTION)->fields, "Tags");
	json_auto_t *value = json_loads(json, 0, NULL);

	assert_non_null(value);
	return field_set_json(field, connection, value, FIELD_STYLE_DOCUMENT, &fault);
}

static void tags_are_checked(void **state)
{
	static const struct {
		const char *json;
		bool is_fine;
	} cases[] = {
		{ "[]", true },
		{ "[{\"Key\":\"a\",\"Value\":\"\"}]", true },
		{ "[{\"Key\":\"\",\"Value\":\"\"}]", false },
		{ "[{\"Key\":\"a\",\"Value\":\"\"},{\"Key\":\"a\",\"Value\":\"b\"}]", false },
		{ "[{\"Key\":\"acs:a\",\"Value\":\"\"}]", false },
		{ "[{\"Key\":\"Aliyun\",\"Value\":\"\"}]", false },
		{ "[{\"Key\":\"a\",\"Value\":\"see http://example.com/ \"}]", false },
		{ "[{\"Key\":\"a\"}]", false },
		{ "[{\"Key\":\"a\",\"Value\":\"b\",\"X\":\"c\"}]", false },
	};
	struct vpn_connection *connection = new_connection();
	json_auto_t *many = json_array();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(!set_tags(connection, cases[i].json), cases[i].is_fine);
	for (int i = 0; i <= 20; i++) {
		AUTO_FREE char *key = xasprintf("key%d", i);
		AUTO_FREE char *text = NULL;

		json_array_append_new(many, json_pack("{s:s,s:s}", "Key", key, "Value", ""));
		text = json_dumps(many, 0);
		assert_int_equal(!set_tags(connection, text), i < 20);
		free(TAKE_PTR(text));
	}
	release(connection);
}

static void answers_have_the_wires_names_and_types(void **state)
{
	struct vpn_connection *connection = new_connection();
	json_auto_t *answer = NULL;
	const json_t *health, *bgp, *ike;

	(void)state;
	fill(connection);
	answer = fields_to_json(kind_info(KIND_VPN_CONNECTION)->fields, connection);
	health = json_object_get(answer, "VcoHealthCheck");
	bgp = json_object_get(answer, "VpnBgpConfig");
	ike = json_object_get(answer, "IkeConfig");
	assert_string_equal(json_string_value(json_object_get(health, "Enable")), "false");
	assert_int_equal(json_integer_value(json_object_get(health, "Interval")), 3);
	assert_null(json_object_get(health, "Dip"));
	assert_string_equal(json_string_value(json_object_get(bgp, "EnableBgp")), "false");
	assert_true(json_is_integer(json_object_get(bgp, "LocalAsn")));
	assert_string_equal(json_string_value(json_object_get(ike, "Psk")), "k");
	assert_true(json_is_boolean(json_object_get(answer, "EnableDpd")));
	assert_true(json_is_array(json_object_get(json_object_get(answer, "Tags"), "Tag")));
	assert_null(json_object_get(answer, "Number"));
	assert_null(json_object_get(answer, "HealthCheckConfig"));
	release(connection);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_the_apis),
		cmocka_unit_test(nested_json_is_heard_generously),
		cmocka_unit_test(nested_json_refusals_are_dotted_and_keep_secrets),
		cmocka_unit_test(rules_between_fields),
		cmocka_unit_test(bgp_and_health_need_their_addresses),
		cmocka_unit_test(missing_required_fields_are_named),
		cmocka_unit_test(nothing_given_changes_nothing),
		cmocka_unit_test(tags_are_checked),
		cmocka_unit_test(answers_have_the_wires_names_and_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
