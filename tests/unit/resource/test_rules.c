/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every rule of every field at its edge: what is accepted, what one step further is refused, with
 * which code, and which value the refusal suggests.
 */
#include "resource/resource.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <string.h>

#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./-,"
#define A10 "aaaaaaaaaa"
#define A100 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10
#define U10 "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
#define U100 U10 U10 U10 U10 U10 U10 U10 U10 U10 U10
#define C9                                                                                         \
	"10.1.0.0/16,10.2.0.0/16,10.3.0.0/16,10.4.0.0/16,10.5.0.0/16,10.6.0.0/16,10.7.0.0/16,"     \
	"10.8.0.0/16,10.9.0.0/16"

struct rule_case {
	enum kind kind;
	const char *field, *text;
	const char *code;   /* NULL: accepted */
	const char *remedy; /* part of it; NULL: any */
	const char *echo;   /* accepted: text afterwards; NULL: the same */
};

static const struct rule_case cases[] = {
	/* names */
	{ KIND_VPN_CONNECTION, "Name", "a" },
	{ KIND_VPN_CONNECTION, "Name", A100 },
	{ KIND_VPN_CONNECTION, "Name", U100 },
	{ KIND_VPN_CONNECTION, "Name", A100 "a", "InvalidName", "shorten it by 1" },
	{ KIND_VPN_CONNECTION, "Name", U100 "a", "InvalidName", "shorten it by 1" },
	{ KIND_VPN_CONNECTION, "Name", "http:/x" },
	{ KIND_VPN_CONNECTION, "Name", "http://example.com", "InvalidName" },
	{ KIND_VPN_CONNECTION, "Name", "HTTPS://example.com", "InvalidName" },
	{ KIND_VPN_CONNECTION, "Name", "a\nb", "InvalidName" },
	{ KIND_VPN_CONNECTION, "Name", "a\x7f", "InvalidName" },
	{ KIND_VPN_CONNECTION, "Name", "\xc0\x80", "InvalidName" },
	{ KIND_VPN_CONNECTION, "Name", "\xed\xa0\x80", "InvalidName" },
	{ KIND_VPN_CONNECTION, "Name", "\xc3", "InvalidName" },
	{ KIND_VPN_GATEWAY, "Name", "ab" },
	{ KIND_VPN_GATEWAY, "Name", "a", "InvalidName" },
	{ KIND_VPN_GATEWAY, "Name", "a_-.9" },
	{ KIND_VPN_GATEWAY, "Name", "\u4e2d\u6587" },
	{ KIND_VPN_GATEWAY, "Name", "9a", "InvalidName", "letter" },
	{ KIND_VPN_GATEWAY, "Name", "a b", "InvalidName" },
	{ KIND_VPN_GATEWAY, "Name", A100 },
	{ KIND_VPN_GATEWAY, "Name", A100 "a", "InvalidName" },
	{ KIND_VPN_GATEWAY, "Description", A100 },
	{ KIND_VPN_GATEWAY, "Description", A100 "a", "InvalidDescription" },
	{ KIND_VPN_GATEWAY, "Description", "" },
	{ KIND_VPC, "VpcName", A100 "aaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
	{ KIND_VPC, "VpcName", A100 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "InvalidName" },
	/* VPC and vSwitch */
	{ KIND_VPC, "CidrBlock", "10.0.0.0/8" },
	{ KIND_VPC, "CidrBlock", "10.0.0.0/7", "InvalidCidrBlock", "10.0.0.0/8" },
	{ KIND_VPC, "CidrBlock", "192.168.0.0/28" },
	{ KIND_VPC, "CidrBlock", "192.168.0.0/29", "InvalidCidrBlock", "/28" },
	{ KIND_VPC, "CidrBlock", "192.168.0.1/28", "InvalidCidrBlock", "use 192.168.0.0/28" },
	{ KIND_VPC, "CidrBlock", "192.168.0.1", "InvalidCidrBlock", "use 192.168.0.1/32" },
	{ KIND_VPC, "CidrBlock", "100.64.0.0/16", "InvalidCidrBlock.Overlapped" },
	{ KIND_VPC, "CidrBlock", "100.128.0.0/9" },
	{ KIND_VPC, "CidrBlock", "223.0.0.0/8" },
	{ KIND_VPC, "CidrBlock", "224.0.0.0/8", "InvalidCidrBlock.Overlapped" },
	{ KIND_VPC, "UserCidr", "10.0.0.0/8,11.0.0.0/8,12.0.0.0/8" },
	{ KIND_VPC, "UserCidr", "10.0.0.0/8,11.0.0.0/8,12.0.0.0/8,13.0.0.0/8", "InvalidUserCidr" },
	{ KIND_VPC, "Interface", "abcdefghijklmno" },
	{ KIND_VPC, "Interface", "abcdefghijklmnop", "InvalidInterface" },
	{ KIND_VPC, "Interface", "a/b", "InvalidInterface" },
	{ KIND_VPC, "Interface", "..", "InvalidInterface" },
	{ KIND_VSWITCH, "CidrBlock", "10.0.0.0/16" },
	{ KIND_VSWITCH, "CidrBlock", "10.0.0.0/15", "InvalidCidrBlock", "/16" },
	{ KIND_VSWITCH, "CidrBlock", "10.0.0.0/29" },
	{ KIND_VSWITCH, "CidrBlock", "10.0.0.0/30", "InvalidCidrBlock", "/29" },
	/* gateway */
	{ KIND_VPN_GATEWAY, "Bandwidth", "5" },
	{ KIND_VPN_GATEWAY, "Bandwidth", "1000" },
	{ KIND_VPN_GATEWAY, "Bandwidth", "30", "InvalidBandwidth", "use 20" },
	{ KIND_VPN_GATEWAY, "Bandwidth", "1001", "InvalidBandwidth", "use 1000" },
	{ KIND_VPN_GATEWAY, "Bandwidth", "5M", "InvalidBandwidth" },
	{ KIND_VPN_GATEWAY, "Bandwidth", "", "InvalidBandwidth" },
	{ KIND_VPN_GATEWAY, "NetworkType", "private" },
	{ KIND_VPN_GATEWAY, "NetworkType", "Public", "InvalidNetworkType", "use public" },
	{ KIND_VPN_GATEWAY, "InstanceChargeType", "PREPAY" },
	{ KIND_VPN_GATEWAY, "InstanceChargeType", "PrePaid", "InvalidInstanceChargeType",
		"use PREPAY" },
	{ KIND_VPN_GATEWAY, "Period", "9" },
	{ KIND_VPN_GATEWAY, "Period", "10", "InvalidPeriod", "use 9" },
	{ KIND_VPN_GATEWAY, "AutoPropagate", "TRUE", NULL, NULL, "true" },
	{ KIND_VPN_GATEWAY, "AutoPropagate", "1", "InvalidAutoPropagate" },
	/* customer gateway */
	{ KIND_CUSTOMER_GATEWAY, "IpAddress", "198.51.100.1" },
	{ KIND_CUSTOMER_GATEWAY, "IpAddress", "10.0.0.1" },
	{ KIND_CUSTOMER_GATEWAY, "IpAddress", "198.51.100.256", "InvalidIpAddress.WrongFormat" },
	{ KIND_CUSTOMER_GATEWAY, "IpAddress", "100.63.255.255" },
	{ KIND_CUSTOMER_GATEWAY, "IpAddress", "100.64.0.0", "InvalidIpAddress.WrongFormat" },
	{ KIND_CUSTOMER_GATEWAY, "IpAddress", "100.127.255.255", "InvalidIpAddress.WrongFormat" },
	{ KIND_CUSTOMER_GATEWAY, "IpAddress", "100.128.0.0" },
	{ KIND_CUSTOMER_GATEWAY, "IpAddress", "126.255.255.255" },
	{ KIND_CUSTOMER_GATEWAY, "IpAddress", "127.0.0.1", "InvalidIpAddress.WrongFormat" },
	{ KIND_CUSTOMER_GATEWAY, "IpAddress", "169.254.1.1", "InvalidIpAddress.WrongFormat" },
	{ KIND_CUSTOMER_GATEWAY, "IpAddress", "169.253.255.255" },
	{ KIND_CUSTOMER_GATEWAY, "IpAddress", "223.255.255.255" },
	{ KIND_CUSTOMER_GATEWAY, "IpAddress", "224.0.0.1", "InvalidIpAddress.WrongFormat" },
	{ KIND_CUSTOMER_GATEWAY, "IpAddress", "255.1.1.1", "InvalidIpAddress.WrongFormat" },
	{ KIND_CUSTOMER_GATEWAY, "IpAddress", "0.0.0.0", "InvalidIpAddress.WrongFormat" },
	{ KIND_CUSTOMER_GATEWAY, "IpAddress", "", "InvalidIpAddress.WrongFormat" },
	{ KIND_CUSTOMER_GATEWAY, "IpAddress", "2001:db8::1", "InvalidIpAddress.WrongFormat" },
	{ KIND_CUSTOMER_GATEWAY, "Asn", "1" },
	{ KIND_CUSTOMER_GATEWAY, "Asn", "0", "InvalidAsn" },
	{ KIND_CUSTOMER_GATEWAY, "Asn", "4294967295" },
	{ KIND_CUSTOMER_GATEWAY, "Asn", "4294967296", "InvalidAsn" },
	{ KIND_CUSTOMER_GATEWAY, "Asn", "123.456", NULL, NULL, "8061384" },
	{ KIND_CUSTOMER_GATEWAY, "Asn", "65535.65535", NULL, NULL, "4294967295" },
	{ KIND_CUSTOMER_GATEWAY, "Asn", "65536.0", "InvalidAsn" },
	{ KIND_CUSTOMER_GATEWAY, "Asn", "0.65536", "InvalidAsn" },
	{ KIND_CUSTOMER_GATEWAY, "Asn", "0.0", "InvalidAsn" },
	{ KIND_CUSTOMER_GATEWAY, "Asn", "1.2.3", "InvalidAsn" },
	{ KIND_CUSTOMER_GATEWAY, "Asn", "45104", "InvalidAsn" },
	{ KIND_CUSTOMER_GATEWAY, "Asn", "0.45104", "InvalidAsn" },
	{ KIND_CUSTOMER_GATEWAY, "Asn", "45105" },
	{ KIND_CUSTOMER_GATEWAY, "AuthKey", "a!~'\\#;" },
	{ KIND_CUSTOMER_GATEWAY, "AuthKey", "a\"b", "InvalidAuthKey", "replace character 2" },
	{ KIND_CUSTOMER_GATEWAY, "AuthKey", "a?", "InvalidAuthKey" },
	{ KIND_CUSTOMER_GATEWAY, "AuthKey", "a b", "InvalidAuthKey" },
	{ KIND_CUSTOMER_GATEWAY, "AuthKey", A10 A10 A10 A10 A10 A10 "aaaa" },
	{ KIND_CUSTOMER_GATEWAY, "AuthKey", A10 A10 A10 A10 A10 A10 "aaaaa", "InvalidAuthKey" },
	/* connection */
	{ KIND_VPN_CONNECTION, "LocalSubnet", "0.0.0.0/0" },
	{ KIND_VPN_CONNECTION, "LocalSubnet", C9 ",10.10.0.0/16" },
	{ KIND_VPN_CONNECTION, "LocalSubnet", C9 ",10.10.0.0/16,10.11.0.0/16",
		"IllegalParam.LocalSubnet" },
	{ KIND_VPN_CONNECTION, "LocalSubnet", "10.0.0.1/8", "IllegalParam.LocalSubnet",
		"use 10.0.0.0/8" },
	{ KIND_VPN_CONNECTION, "LocalSubnet", "10.0.0.0/8,", "IllegalParam.LocalSubnet" },
	{ KIND_VPN_CONNECTION, "LocalSubnet", "10.0.0.0/8, 11.0.0.0/8",
		"IllegalParam.LocalSubnet" },
	{ KIND_VPN_CONNECTION, "LocalSubnet", "10.0.0.0/8,10.0.0.0/8", "IllegalParam.LocalSubnet" },
	{ KIND_VPN_CONNECTION, "LocalSubnet", "10.0.0.0/33", "IllegalParam.LocalSubnet" },
	{ KIND_VPN_CONNECTION, "LocalSubnet", "", "IllegalParam.LocalSubnet" },
	{ KIND_VPN_CONNECTION, "RemoteSubnet", "x", "IllegalParam.RemoteSubnet" },
	{ KIND_VPN_CONNECTION, "EnableDpd", "yes", "InvalidEnableDpd" },
	{ KIND_VPN_CONNECTION, "IkeConfig.Psk", "~`!@#$%^&*()_-+={}[]\\|;:',.<>/?" },
	{ KIND_VPN_CONNECTION, "IkeConfig.Psk", "0123456789azAZ" },
	{ KIND_VPN_CONNECTION, "IkeConfig.Psk", "a" },
	{ KIND_VPN_CONNECTION, "IkeConfig.Psk", A100 },
	{ KIND_VPN_CONNECTION, "IkeConfig.Psk", A100 "a", "InvalidPsk" },
	{ KIND_VPN_CONNECTION, "IkeConfig.Psk", "secret word", "InvalidPsk", "character 7" },
	{ KIND_VPN_CONNECTION, "IkeConfig.Psk", "a\"", "InvalidPsk", "character 2" },
	{ KIND_VPN_CONNECTION, "IkeConfig.Psk", "\u00e9", "InvalidPsk" },
	{ KIND_VPN_CONNECTION, "IkeConfig.IkeVersion", "ikev1" },
	{ KIND_VPN_CONNECTION, "IkeConfig.IkeVersion", "IKEv2", "InvalidIkeVersion", "use ikev2" },
	{ KIND_VPN_CONNECTION, "IkeConfig.IkeMode", "aggressive" },
	{ KIND_VPN_CONNECTION, "IkeConfig.IkeMode", "Aggressive", "InvalidIkeMode",
		"use aggressive" },
	{ KIND_VPN_CONNECTION, "IkeConfig.IkeEncAlg", "3des" },
	{ KIND_VPN_CONNECTION, "IkeConfig.IkeEncAlg", "aes128", "InvalidIkeEncAlg", "use aes" },
	{ KIND_VPN_CONNECTION, "IkeConfig.IkeEncAlg", "AES-256", "InvalidIkeEncAlg", "use aes256" },
	{ KIND_VPN_CONNECTION, "IkeConfig.IkeAuthAlg", "sha512" },
	{ KIND_VPN_CONNECTION, "IkeConfig.IkeAuthAlg", "sha-256", "InvalidIkeAuthAlg",
		"use sha256" },
	{ KIND_VPN_CONNECTION, "IkeConfig.IkePfs", "group14" },
	{ KIND_VPN_CONNECTION, "IkeConfig.IkePfs", "disabled", "InvalidIkePfs" },
	{ KIND_VPN_CONNECTION, "IkeConfig.IkePfs", "group24", "InvalidIkePfs", "use group14" },
	{ KIND_VPN_CONNECTION, "IkeConfig.IkeLifetime", "86400" },
	{ KIND_VPN_CONNECTION, "IkeConfig.IkeLifetime", "1" },
	{ KIND_VPN_CONNECTION, "IkeConfig.IkeLifetime", "0", NULL, NULL, "86400" },
	{ KIND_VPN_CONNECTION, "IkeConfig.IkeLifetime", "", NULL, NULL, "86400" },
	{ KIND_VPN_CONNECTION, "IkeConfig.IkeLifetime", "86401", "InvalidIkeLifetime",
		"use 86400" },
	{ KIND_VPN_CONNECTION, "IkeConfig.IkeLifetime", "-1", "InvalidIkeLifetime",
		"default is 86400" },
	{ KIND_VPN_CONNECTION, "IkeConfig.LocalId", "vpn.example.com" },
	{ KIND_VPN_CONNECTION, "IkeConfig.LocalId", "192.0.2.1" },
	{ KIND_VPN_CONNECTION, "IkeConfig.LocalId", "192.0.2.256", "InvalidLocalId" },
	{ KIND_VPN_CONNECTION, "IkeConfig.LocalId", "a b", "InvalidLocalId" },
	{ KIND_VPN_CONNECTION, "IkeConfig.LocalId", "\u00e9", "InvalidLocalId" },
	{ KIND_VPN_CONNECTION, "IkeConfig.RemoteId", A100 },
	{ KIND_VPN_CONNECTION, "IkeConfig.RemoteId", A100 "a", "InvalidRemoteId" },
	{ KIND_VPN_CONNECTION, "IpsecConfig.IpsecPfs", "disabled" },
	{ KIND_VPN_CONNECTION, "IpsecConfig.IpsecPfs", "none", "InvalidIpsecPfs", "use disabled" },
	{ KIND_VPN_CONNECTION, "IpsecConfig.IpsecEncAlg", "des" },
	{ KIND_VPN_CONNECTION, "IpsecConfig.IpsecAuthAlg", "sha1" },
	{ KIND_VPN_CONNECTION, "IpsecConfig.IpsecAuthAlg", "sha3", "InvalidIpsecAuthAlg" },
	{ KIND_VPN_CONNECTION, "IpsecConfig.IpsecLifetime", "86401", "InvalidIpsecLifetime" },
	{ KIND_VPN_CONNECTION, "HealthCheckConfig.Interval", "3600" },
	{ KIND_VPN_CONNECTION, "HealthCheckConfig.Interval", "3601", "InvalidInterval" },
	{ KIND_VPN_CONNECTION, "HealthCheckConfig.Retry", "100" },
	{ KIND_VPN_CONNECTION, "HealthCheckConfig.Retry", "101", "InvalidRetry" },
	{ KIND_VPN_CONNECTION, "HealthCheckConfig.Retry", "0", NULL, NULL, "3" },
	{ KIND_VPN_CONNECTION, "HealthCheckConfig.Dip", "10.0.0.1" },
	{ KIND_VPN_CONNECTION, "HealthCheckConfig.Dip", "" },
	{ KIND_VPN_CONNECTION, "HealthCheckConfig.Dip", "224.0.0.1", "InvalidDip" },
	{ KIND_VPN_CONNECTION, "HealthCheckConfig.Policy", "reserve_route" },
	{ KIND_VPN_CONNECTION, "BgpConfig.LocalAsn", "45104" },
	{ KIND_VPN_CONNECTION, "BgpConfig.LocalAsn", "0", "InvalidLocalAsn" },
	{ KIND_VPN_CONNECTION, "BgpConfig.TunnelCidr", "169.254.6.0/30" },
	{ KIND_VPN_CONNECTION, "BgpConfig.TunnelCidr", "169.254.5.0/30", "InvalidTunnelCidr" },
	{ KIND_VPN_CONNECTION, "BgpConfig.TunnelCidr", "169.254.5.4/30" },
	{ KIND_VPN_CONNECTION, "BgpConfig.TunnelCidr", "169.254.169.252/30", "InvalidTunnelCidr" },
	{ KIND_VPN_CONNECTION, "BgpConfig.TunnelCidr", "169.254.10.0/29", "InvalidTunnelCidr" },
	{ KIND_VPN_CONNECTION, "BgpConfig.TunnelCidr", "169.255.10.0/30", "InvalidTunnelCidr" },
	/* route */
	{ KIND_VPN_ROUTE_ENTRY, "RouteDest", "10.0.0.0/8" },
	{ KIND_VPN_ROUTE_ENTRY, "RouteDest", "0.0.0.0/0", "InvalidRouteDest",
		"such as 10.0.0.0/8" },
	{ KIND_VPN_ROUTE_ENTRY, "RouteDest", "100.0.0.0/8", "InvalidRouteDest" },
	{ KIND_VPN_ROUTE_ENTRY, "RouteDest", "100.64.1.0/24", "InvalidRouteDest" },
	{ KIND_VPN_ROUTE_ENTRY, "RouteDest", "100.128.0.0/9" },
	{ KIND_VPN_ROUTE_ENTRY, "Weight", "0" },
	{ KIND_VPN_ROUTE_ENTRY, "Weight", "100" },
	{ KIND_VPN_ROUTE_ENTRY, "Weight", "50", "InvalidWeight" },
};

/* "IkeConfig.Psk" -> the inner row and the struct it lies in. */
static const struct field *find(enum kind kind, const char *name, void **base)
{
	const struct field *fields = kind_info(kind)->fields;
	const char *dot = strchr(name, '.');

	if (dot) {
		AUTO_FREE char *outer = xstrndup(name, (size_t)(dot - name));
		const struct field *field = field_find(fields, outer);

		assert_non_null(field);
		*base = (char *)*base + field->offset;
		fields = field->object;
		name = dot + 1;
	}
	assert_non_null(field_find(fields, name));
	return field_find(fields, name);
}

static void check_accepted(
	const struct rule_case *rule, const struct field *field, void *base, struct fault *fault)
{
	AUTO_FREE char *text = field_to_text(field, base);

	assert_int_equal(field_check(field, base, fault), 0);
	if (field->type != FIELD_SECRET)
		assert_string_equal(text, rule->echo ? rule->echo : rule->text);
}

static void check_refused(
	const struct rule_case *rule, const struct field *field, const struct fault *fault)
{
	char message[800];

	assert_string_equal(fault_code(fault), rule->code);
	assert_string_equal(fault->field, field->name);
	assert_int_equal(fault_status(fault), 400);
	assert_true(*fault->rule);
	if (rule->remedy && !strstr(fault->remedy, rule->remedy))
		fail_msg("%s: remedy \"%s\"", rule->text, fault->remedy);
	fault_message(fault, message, sizeof(message));
	if (field->type == FIELD_SECRET)
		assert_null(strstr(message, rule->text));
	else if (*rule->text && strspn(rule->text, PLAIN) == strlen(rule->text) &&
		 strlen(rule->text) < 100 && !strchr(rule->text, ','))
		assert_non_null(strstr(message, rule->text));
}

static void each_rule_holds_at_its_edge(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct rule_case *rule = &cases[i];
		void *resource = resource_new(rule->kind), *base = resource;
		const struct field *field;
		struct fault fault = {};
		int err;

		resource_set_defaults(rule->kind, resource);
		field = find(rule->kind, rule->field, &base);
		err = field_set_text(field, base, rule->text, &fault);
		if (!err != !rule->code)
			fail_msg("%s = %s: %s", rule->field, rule->text,
				err ? fault.rule : "accepted");
		if (err)
			check_refused(rule, field, &fault);
		else
			check_accepted(rule, field, base, &fault);
		resource_free(rule->kind, resource);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_holds_at_its_edge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
