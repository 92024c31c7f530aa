/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line's half of ACS3 against the server's: two implementations that share no code.
 */
#include "support/unit.h"

#include "api/signature.h"
#include "cli/sign.h"

#include <string.h>

static void test_both_halves_agree(void **state)
{
	static const char body[] = "Name=a%20b%2A~%27&VpcId=vpc-1";
	AUTO_SECRET struct secret *secret = secret_new("testsecret", 10);
	AUTO_STRBUF struct strbuf text = STRBUF_INIT(8192);
	AUTO_FREE char *string = NULL;
	struct params headers = { 0 }, query = { 0 };
	struct acs3_header header;
	char hash[SIGNATURE_ACS3_SIZE], signature[SIGNATURE_ACS3_SIZE];
	char *rest, *line;

	(void)state;
	sign_headers(&(struct sign_request){ .host = "gateway.example:8443",
			     .action = "CreateVpc",
			     .version = "2016-04-28",
			     .body = body,
			     .access_key_id = "testid",
			     .access_key_secret = secret,
			     .now_s = 1735787045,
			     .nonce = "n1" },
		&text);
	headers.items = xcalloc(20, sizeof(*headers.items));
	headers.room = 20;
	rest = text.text;
	while ((line = strsep(&rest, "\n")) && *line) {
		char *colon = strchr(line, ':');

		headers.items[headers.len++] =
			(struct param){ xstrndup(line, (size_t)(colon - line)),
				xstrdup(colon + 1) };
	}
	params_sort(&headers);
	assert_string_equal(params_get(&headers, "x-acs-date"), "2025-01-02T03:04:05Z");
	assert_string_equal(
		params_get(&headers, "content-type"), "application/x-www-form-urlencoded");
	assert_int_equal(acs3_header_parse(params_get(&headers, "authorization"), &header), 0);
	assert_string_equal(header.credential, "testid");
	sha256_hex(body, strlen(body), hash);
	assert_string_equal(params_get(&headers, "x-acs-content-sha256"), hash);
	assert_int_equal(signature_acs3_string(
				 "POST", &query, &headers, header.signed_headers, hash, &string),
		0);
	signature_acs3(secret, string, signature);
	assert_string_equal(header.signature, signature);
	acs3_header_clear(&header);
	params_clear(&headers);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_halves_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
