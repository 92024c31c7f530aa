/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/authenticate: each way to be refused, in both schemes, and that nothing else is.
 */
#include "support/unit.h"

#include "api/authenticate.h"
#include "api/keys.h"
#include "api/signature.h"
#include "base/instant.h"
#include "base/strbuf.h"
#include "unit/api/world.h"

#include <string.h>

#define NOW_S INT64_C(1700000000) /* 2023-11-14T22:13:20Z */
#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static struct test_world world;
static struct authenticator auth;
static struct access_key *key;
static int64_t clock_ms; /* the server's */

/* What one try was. */
struct result {
	struct fault fault;
	struct caller caller;
	struct params params;
	char *message;
	int err;
};

static int set_up(void **state)
{
	bool is_first = false;
	struct store_entries entries = { 0 };

	(void)state;
	clock_ms = NOW_S * 1000;
	test_world_init(&world);
	assert_int_equal(keys_make_first(&world.api, NOW_S * 1000, &is_first), 0);
	assert_true(is_first);
	assert_int_equal(store_list(world.api.store, "desired/access-key/", NULL, 0, &entries), 0);
	assert_int_equal(entries.len, 1);
	key = resource_new(KIND_ACCESS_KEY);
	assert_int_equal(keys_get(&world.api, strrchr(entries.items[0].key, '/') + 1, key), 0);
	store_entries_clear(&entries);
	auth = (struct authenticator){ .api = &world.api, .nonces = nonces_new(1000) };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	nonces_free(auth.nonces);
	resource_free(KIND_ACCESS_KEY, key);
	test_world_done(&world);
	return 0;
}

static void clear(struct result *result)
{
	caller_clear(&result->caller);
	params_clear(&result->params);
	free(result->message);
}

static struct result try(const struct http_request *http, const char *query_text)
{
	struct params query = { 0 };
	struct result result = { 0 };

	assert_int_equal(params_add_form(&query, query_text, strlen(query_text)), 0);
	assert_int_equal(params_add_form(&result.params, query_text, strlen(query_text)), 0);
	result.err = authenticate(&auth, http, &query, &result.params, clock_ms, &result.caller,
		&result.fault, &result.message);
	params_clear(&query);
	return result;
}

static void expect(struct result result, const char *code)
{
	if (!code)
		assert_int_equal(result.err, 0);
	else
		assert_string_equal(fault_code(&result.fault), code);
	clear(&result);
}

static char *v1_query(const char *extra, int64_t stamp_s, const char *nonce)
{
	AUTO_STRBUF struct strbuf text = STRBUF_INIT(10000);
	AUTO_FREE char *string = NULL;
	struct params params = { 0 };
	char signature[SIGNATURE_V1_SIZE], stamp[WALL_TEXT_SIZE];

	wall_format(stamp_s, stamp);
	strbuf_addf(&text,
		"AccessKeyId=%s&Action=Do&Version=v&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0"
		"&Timestamp=%s&SignatureNonce=%s&Name=x%s",
		key->meta.id, stamp, nonce, extra);
	assert_int_equal(params_add_form(&params, strbuf_text(&text), text.size), 0);
	string = signature_v1_string("GET", &params);
	signature_v1(key->secret, string, signature);
	params_clear(&params);
	strbuf_add(&text, "&Signature=");
	for (const char *at = signature; *at; at++)
		strbuf_addf(&text, *at == '+' ? "%%2B" : "%c", *at);
	return strbuf_take(&text);
}

static struct result try_v1(const char *extra, int64_t stamp_s, const char *nonce)
{
	AUTO_FREE char *query = v1_query(extra, stamp_s, nonce);

	return try(&(struct http_request){ .is_get = true, .body = "" }, query);
}

static void test_v1_accepts(void **state)
{
	struct result result = try_v1("&Format=xml", NOW_S, "n");

	(void)state;
	assert_int_equal(result.err, 0);
	assert_string_equal(result.caller.access_key_id, key->meta.id);
	assert_string_equal(result.caller.policy, "administrator");
	assert_string_equal(result.caller.action, "Do");
	assert_string_equal(result.caller.version, "v");
	assert_true(result.caller.wants_xml);
	/* only what is the action's is left */
	assert_int_equal(result.params.len, 1);
	assert_string_equal(result.params.items[0].name, "Name");
	clear(&result);
}

static void test_clock(void **state)
{
	struct result result;

	(void)state;
	expect(try_v1("", NOW_S - 900, "a"), NULL);
	expect(try_v1("", NOW_S + 900, "b"), NULL);
	expect(try_v1("", NOW_S - 901, "c"), "InvalidTimeStamp.Expired");
	result = try_v1("", NOW_S + 901, "d");
	assert_non_null(strstr(result.fault.remedy, "2023-11-14T22:13:20Z"));
	expect(result, "InvalidTimeStamp.Expired");
	auth.oldest_s = NOW_S - 10;
	expect(try_v1("", NOW_S - 10, "e"), NULL);
	expect(try_v1("", NOW_S - 11, "f"), "InvalidTimeStamp.Expired");
}

static void test_replay(void **state)
{
	(void)state;
	expect(try_v1("", NOW_S, "n"), NULL);
	expect(try_v1("", NOW_S, "n"), "SignatureNonceUsed");
	expect(try_v1("", NOW_S + 900, "n"), "SignatureNonceUsed");
	expect(try_v1("", NOW_S, "m"), NULL);
	expect(try_v1("", NOW_S, ""), "IncompleteSignature");
}

/* A key that has filled its share of the nonces waits; the answer says so. */
static void test_nonces_of_a_key_are_bounded(void **state)
{
	struct result result;
	char nonce[16];

	(void)state;
	for (int i = 0; i < 500; i++) {
		snprintf(nonce, sizeof(nonce), "n%d", i);
		expect(try_v1("", NOW_S, nonce), NULL);
	}
	result = try_v1("", NOW_S, "another");
	assert_string_equal(fault_code(&result.fault), "Throttling.User");
	assert_int_equal(result.caller.retry_after_ms, 60000);
	clear(&result);
	expect(try_v1("", NOW_S, "n0"), "SignatureNonceUsed");
}

static void test_v1_refuses(void **state)
{
	const struct http_request get = { .is_get = true, .body = "" };
	const struct http_request post = { .is_post = true, .body = "" };
	AUTO_FREE char *query = v1_query("", NOW_S, "n");
	AUTO_FREE char *other = v1_query("", NOW_S, "o");
	struct result result;
	char *at;

	(void)state;
	/* the method is signed, and so is every parameter */
	expect(try(&post, query), "SignatureDoesNotMatch");
	at = strstr(query, "Name=x");
	at[5] = 'y';
	result = try(&get, query);
	assert_string_equal(fault_code(&result.fault), "SignatureDoesNotMatch");
	assert_non_null(strstr(result.message, "server string to sign is:GET&%2F&AccessKeyId%3D"));
	clear(&result);
	/* a refused signature uses up no nonce */
	at[5] = 'x';
	expect(try(&get, query), NULL);
	strstr(other, "AccessKeyId=LTAI")[12] = 'X';
	expect(try(&get, other), "InvalidAccessKeyId.NotFound");
	expect(try(&get, "Action=Do&Version=v"), "IncompleteSignature");
	expect(try(&get, "Version=v"), "MissingAction");
	expect(try(&get, "Action=Do"), "MissingVersion");
	expect(try_v1("&SecurityToken=t", NOW_S, "p"), "InvalidSecurityToken");
	expect(try_v1("&SignatureType=BEARERTOKEN", NOW_S, "q"), "InvalidSignatureMethod");
	expect(try_v1("&SignatureType=&SecurityToken=", NOW_S, "r"), NULL);
	expect(try_v1("&Format=yaml", NOW_S, "s"), "InvalidParameter.Format");
	expect(try(&get, "Action=Do&Version=v&AccessKeyId=a&Signature=s&SignatureNonce=n"
			 "&Timestamp=now"),
		"InvalidTimeStamp.Format");
	expect(try(&get, "Action=Do&Version=v&AccessKeyId=a&Signature=s&SignatureNonce=n"
			 "&Timestamp=2023-11-14T22:13:20Z&SignatureMethod=HMAC-MD5"),
		"InvalidSignatureMethod");
}

static void test_disabled_key(void **state)
{
	struct change change = { 0 };

	(void)state;
	key->enabled = false;
	change_put(&change, &world.api, KIND_ACCESS_KEY, key);
	assert_int_equal(store_commit(world.api.store, change.ops, change.len, NULL, NULL), 0);
	change_clear(&change);
	expect(try_v1("", NOW_S, "n"), "InvalidAccessKeyId.Inactive");
}

static void test_a_key_is_throttled_after_its_signature(void **state)
{
	struct result result;

	(void)state;
	auth.requests = buckets_new(1, 2);
	expect(try_v1("", NOW_S, "a"), NULL);
	expect(try_v1("", NOW_S, "b"), NULL);
	result = try_v1("", NOW_S, "c");
	assert_string_equal(fault_code(&result.fault), "Throttling.User");
	assert_int_equal(fault_status(&result.fault), 400);
	assert_int_equal(result.caller.retry_after_ms, 1000);
	assert_null(result.caller.policy);
	clear(&result);
	/* what was throttled used up no nonce */
	buckets_set(auth.requests, 1000, 1000);
	clock_ms += 10;
	expect(try_v1("", NOW_S, "c"), NULL);
	buckets_free(auth.requests);
	auth.requests = NULL;
}

static void test_failures_are_limited_and_good_signatures_are_not(void **state)
{
	AUTO_FREE char *forged = v1_query("", NOW_S, "x");
	const struct http_request get = { .is_get = true, .body = "", .source = "192.0.2.7" };
	const struct http_request elsewhere = { .is_get = true, .body = "", .source = "192.0.2.8" };
	AUTO_FREE char *good = v1_query("", NOW_S, "y");
	struct result result;

	(void)state;
	auth.failures = buckets_new(1, 2);
	strstr(forged, "Name=x")[5] = 'y';
	expect(try(&get, forged), "SignatureDoesNotMatch");
	strstr(forged, "AccessKeyId=LTAI")[12] = 'X';
	expect(try(&get, forged), "InvalidAccessKeyId.NotFound");
	result = try(&get, forged);
	assert_string_equal(fault_code(&result.fault), "Throttling.User");
	assert_int_equal(result.caller.retry_after_ms, 1000);
	assert_null(result.message);
	clear(&result);
	expect(try(&get, good), NULL);
	expect(try(&elsewhere, forged), "InvalidAccessKeyId.NotFound");
	/* no failure of a key: told as ever */
	expect(try(&get, "Action=Do&Version=v"), "IncompleteSignature");
	buckets_free(auth.failures);
	auth.failures = NULL;
}

static void test_root_needs_no_signature(void **state)
{
	const struct http_request root = { .is_post = true, .is_root = true, .body = "" };
	const struct http_request other = { .is_post = true, .body = "" };
	struct result result = try(&root, "Action=Do&Version=v&Name=x");

	(void)state;
	assert_int_equal(result.err, 0);
	assert_string_equal(result.caller.access_key_id, "");
	clear(&result);
	expect(try(&other, "Action=Do&Version=v&Name=x"), "IncompleteSignature");
	/* whoever signs is held to it */
	expect(try(&root, "Action=Do&Version=v&AccessKeyId=a&Signature=s&SignatureNonce=n"
			  "&Timestamp=2023-11-14T22:13:20Z"),
		"InvalidAccessKeyId.NotFound");
}

/* A signed ACS3 request; one header may be changed after signing. */
static struct result try_acs3(const char *nonce, const char *names, const char *change,
	const char *change_to, const char *body)
{
	static const char form[] =
		"host=h&x-acs-action=Do&x-acs-content-sha256=" EMPTY_SHA256
		"&x-acs-date=2023-11-14T22:13:20Z&x-acs-version=v&x-acs-signature-nonce=";
	struct http_request http = { .is_post = true, .body = body, .body_size = strlen(body) };
	struct params query = { 0 };
	AUTO_FREE char *string = NULL;
	AUTO_FREE char *text = xasprintf("%s%s", form, nonce);
	AUTO_FREE char *authorization = NULL;
	char signature[SIGNATURE_ACS3_SIZE];
	struct result result;

	assert_int_equal(params_add_form(&http.headers, text, strlen(text)), 0);
	assert_int_equal(params_add_form(&query, "Name=x", 6), 0);
	assert_int_equal(signature_acs3_string("POST", &query, &http.headers,
				 "host;x-acs-action;x-acs-content-sha256;x-acs-date;"
				 "x-acs-signature-nonce;x-acs-version",
				 EMPTY_SHA256, &string),
		0);
	signature_acs3(key->secret, string, signature);
	params_clear(&query);
	authorization = xasprintf("authorization=ACS3-HMAC-SHA256+Credential%%3D%s,SignedHeaders"
				  "%%3D%s,Signature%%3D%s",
		key->meta.id, names, signature);
	assert_int_equal(params_add_form(&http.headers, authorization, strlen(authorization)), 0);
	for (size_t i = 0; change && i < http.headers.len; i++)
		if (!strcmp(http.headers.items[i].name, change)) {
			free(http.headers.items[i].value);
			http.headers.items[i].value = xstrdup(change_to);
		}
	result = try(&http, "Name=x");
	params_clear(&http.headers);
	return result;
}

#define ALL_NAMES                                                                                  \
	"host%3Bx-acs-action%3Bx-acs-content-sha256%3Bx-acs-date%3Bx-acs-signature-nonce%3B"       \
	"x-acs-version"

static void test_acs3(void **state)
{
	struct result result = try_acs3("n", ALL_NAMES, NULL, NULL, "");

	(void)state;
	assert_int_equal(result.err, 0);
	assert_string_equal(result.caller.action, "Do");
	assert_false(result.caller.wants_xml);
	clear(&result);
	expect(try_acs3("n", ALL_NAMES, NULL, NULL, ""), "SignatureNonceUsed");
	expect(try_acs3("a", ALL_NAMES, "host", "other", ""), "SignatureDoesNotMatch");
	expect(try_acs3("b", ALL_NAMES, "x-acs-action", "Undo", ""), "SignatureDoesNotMatch");
	expect(try_acs3("c", ALL_NAMES, "x-acs-date", "2023-11-14T21:13:20Z", ""),
		"InvalidTimeStamp.Expired");
	expect(try_acs3("d", ALL_NAMES, "x-acs-date", "yesterday", ""), "InvalidTimeStamp.Format");
	expect(try_acs3("e", ALL_NAMES, NULL, NULL, "Extra=1"), "IncompleteSignature");
	expect(try_acs3("f", "host", NULL, NULL, ""), "IncompleteSignature");
	expect(try_acs3("g", ALL_NAMES, "authorization", "ACS3-RSA-SHA256 x", ""),
		"InvalidSignatureMethod");
	expect(try_acs3("h", ALL_NAMES, "authorization", "ACS3-HMAC-SHA256 x", ""),
		"IncompleteSignature");
	expect(try_acs3("i", ALL_NAMES, "x-acs-version", "", ""), "MissingVersion");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_v1_accepts),
		TEST(test_clock),
		TEST(test_replay),
		TEST(test_nonces_of_a_key_are_bounded),
		TEST(test_v1_refuses),
		TEST(test_disabled_key),
		TEST(test_a_key_is_throttled_after_its_signature),
		TEST(test_failures_are_limited_and_good_signatures_are_not),
		TEST(test_root_needs_no_signature),
		TEST(test_acs3),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
