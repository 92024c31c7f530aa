/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/signature: the known answers of both schemes, and what the ACS3 header must look like.
 */
#include "support/unit.h"

#include "api/signature.h"
#include "base/strbuf.h"

#include <errno.h>
#include <string.h>

#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void read_form(struct params *params, const char *text)
{
	assert_int_equal(params_add_form(params, text, strlen(text)), 0);
}

static void expect_v1(const char *method, const char *form, const char *expected)
{
	AUTO_SECRET struct secret *secret = secret_new("testsecret", 10);
	struct params params = { 0 };
	AUTO_FREE char *text = NULL;
	char signature[SIGNATURE_V1_SIZE];

	read_form(&params, form);
	text = signature_v1_string(method, &params);
	signature_v1(secret, text, signature);
	assert_string_equal(signature, expected);
	params_clear(&params);
}

static void test_v1_known_answers(void **state)
{
	(void)state;
	expect_v1("GET",
		"Action=DescribeRegions&AccessKeyId=testid&Format=XML&SignatureMethod=HMAC-SHA1"
		"&SignatureNonce=3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf&SignatureVersion=1.0"
		"&Timestamp=2016-02-23T12%3A46%3A24Z&Version=2014-05-26&Signature=ignored",
		"OLeaidS1JvxuMvnyHOwuJ+uX5qY=");
	/* As Node puts it into a URL: !'()* bare, a blank as +. */
	expect_v1("POST",
		"AccessKeyId=testid&Action=CreateVpnConnection&Format=json&SignatureMethod=HMAC-"
		"SHA1"
		"&SignatureNonce=n1&SignatureType=&SignatureVersion=1.0"
		"&Timestamp=2025-01-02T03:04:05Z&Version=2016-04-28&VpnConnectionId=vco-1"
		"&RegionId=cn-hangzhou&Name=a+b*~'(%C3%A9)!&VpnGatewayId=vpn-1"
		"&LocalSubnet=10.0.0.0/24,10.0.1.0/24&Tags.1.Key=k&Tags.1.Value=",
		"3Y0m+hHzK5hY1+Z5uYQDebXi0UM=");
}

static void expect_acs3(const char *secret_text, const char *query_text, const char *headers_text,
	const char *names, const char *body, const char *expected)
{
	AUTO_SECRET struct secret *secret = secret_new(secret_text, strlen(secret_text));
	struct params query = { 0 }, headers = { 0 };
	char hash[SIGNATURE_ACS3_SIZE], signature[SIGNATURE_ACS3_SIZE];
	AUTO_FREE char *text = NULL;

	read_form(&query, query_text);
	read_form(&headers, headers_text);
	sha256_hex(body, strlen(body), hash);
	assert_string_equal(params_get(&headers, "x-acs-content-sha256"), hash);
	assert_int_equal(signature_acs3_string("POST", &query, &headers, names, hash, &text), 0);
	signature_acs3(secret, text, signature);
	assert_string_equal(signature, expected);
	params_clear(&query);
	params_clear(&headers);
}

static void test_acs3_known_answers(void **state)
{
	(void)state;
	expect_acs3("YourAccessKeySecret",
		"ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
		"host=ecs.cn-shanghai.aliyuncs.com&x-acs-action=RunInstances"
		"&x-acs-content-sha256=" EMPTY_SHA256 "&x-acs-date=2023-10-26T10:22:32Z"
		"&x-acs-signature-nonce=3156853299f313e23d1673dc12e1703d&x-acs-version=2014-05-26",
		"host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;"
		"x-acs-version",
		"", "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0");
	expect_acs3("testsecret",
		"RegionId=cn-hangzhou&Name=a+b*~'(%C3%A9)!&VpnGatewayId=vpn-1"
		"&LocalSubnet=10.0.0.0/24,10.0.1.0/24&Tags.1.Key=k&Tags.1.Value=",
		"content-type=application/x-www-form-urlencoded&host=127.0.0.1:8443"
		"&x-acs-action=CreateVpnConnection&x-acs-content-sha256="
		"af1d6ce3db78b42b8a2bb451205d14ad01f5d693c16fb4436ab323241aec46cf"
		"&x-acs-date=2025-01-02T03:04:05Z&x-acs-signature-nonce=n1&x-acs-version=2016-04-"
		"28",
		"content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;"
		"x-acs-signature-nonce;x-acs-version",
		"TunnelOptionsSpecification.1.Role=master",
		"17f5f8fff46d390ac9969a85c542a934f9df6522e361ec05f48970c4e0139b7d");
}

static int acs3_string(const char *names)
{
	struct params query = { 0 }, headers = { 0 };
	AUTO_FREE char *text = NULL;
	int err;

	read_form(&headers,
		"host=h&x-acs-action=A&x-acs-content-sha256=s&x-acs-date=d&x-acs-extra=e"
		"&x-acs-signature-nonce=n&x-acs-version=v");
	err = signature_acs3_string("GET", &query, &headers, names, EMPTY_SHA256, &text);
	params_clear(&headers);
	return err;
}

static void test_signed_headers(void **state)
{
	(void)state;
	assert_int_equal(acs3_string("host;x-acs-action;x-acs-content-sha256;x-acs-date;"
				     "x-acs-signature-nonce;x-acs-version"),
		0);
	/* each of the six is needed */
	assert_int_equal(acs3_string("x-acs-action;x-acs-content-sha256;x-acs-date;"
				     "x-acs-signature-nonce;x-acs-version"),
		-EINVAL);
	assert_int_equal(acs3_string("host;x-acs-action;x-acs-date;x-acs-signature-nonce;"
				     "x-acs-version"),
		-EINVAL);
	assert_int_equal(acs3_string("host;x-acs-action;x-acs-content-sha256;x-acs-dat;"
				     "x-acs-signature-nonce;x-acs-version"),
		-EINVAL);
	/* a header that was not sent; unsorted; twice; empty name */
	assert_int_equal(acs3_string("host;x-acs-action;x-acs-content-sha256;x-acs-date;"
				     "x-acs-other;x-acs-signature-nonce;x-acs-version"),
		-EINVAL);
	assert_int_equal(acs3_string("x-acs-action;host;x-acs-content-sha256;x-acs-date;"
				     "x-acs-signature-nonce;x-acs-version"),
		-EINVAL);
	assert_int_equal(acs3_string("host;host;x-acs-action;x-acs-content-sha256;x-acs-date;"
				     "x-acs-signature-nonce;x-acs-version"),
		-EINVAL);
	assert_int_equal(acs3_string(""), -EINVAL);
}

static void test_header_forms(void **state)
{
	/* 65 digits */
	static const char long_signature[] =
		"ACS3-HMAC-SHA256 Credential=a,SignedHeaders=h,Signature="
		"00000000000000000000000000000000000000000000000000000000000000000";
	static const char *const bad[] = { "", "Basic abc", "ACS3-HMAC-SHA256 ",
		"ACS3-HMAC-SHA256 Credential=a,SignedHeaders=h",
		"ACS3-HMAC-SHA256 Credential=,SignedHeaders=h,Signature=00",
		"ACS3-HMAC-SHA256 Credential=a,Credential=b,SignedHeaders=h,Signature=00",
		"ACS3-HMAC-SHA256 Credential=a,SignedHeaders=h,SignedHeaders=h,Signature=00",
		"ACS3-HMAC-SHA256 Credential=a,SignedHeaders=h,Signature=00,Extra=1",
		"ACS3-HMAC-SHA256 Credential=a,,SignedHeaders=h,Signature=00", long_signature };
	struct acs3_header header;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(acs3_header_parse(bad[i], &header), -EINVAL);
	assert_int_equal(acs3_header_parse(
				 "ACS3-HMAC-SM3 Credential=a,SignedHeaders=h,Signature=0", &header),
		-ENOTSUP);
	assert_int_equal(
		acs3_header_parse(
			"ACS3-HMAC-SHA256 Credential=a, SignedHeaders=h;i, Signature=0f", &header),
		0);
	assert_string_equal(header.credential, "a");
	assert_string_equal(header.signed_headers, "h;i");
	assert_string_equal(header.signature, "0f");
	acs3_header_clear(&header);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_v1_known_answers),
		cmocka_unit_test(test_acs3_known_answers),
		cmocka_unit_test(test_signed_headers),
		cmocka_unit_test(test_header_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
