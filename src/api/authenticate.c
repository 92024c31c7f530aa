/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of the checks: form, clock, key, signature, and only then the nonce, so that nobody
 * without a key can fill the nonce table or use up another's nonce. A key's rate is counted after
 * its signature, so that nobody can use up another's either; failures are counted by address and
 * beyond the limit told less, while a good signature from the same address always counts. Knows no
 * action.
 */
#include "api/authenticate.h"

#include "api/keys.h"
#include "api/signature.h"
#include "base/instant.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NONCE_MAX 128
#define NONCES_FULL_MS (60 * 1000) /* until some may have expired */
#define WORD_MAX 128               /* of Action and Version */

/* What both schemes come down to. */
struct claim {
	const char *access_key_id, *signature, *nonce, *timestamp;
	char *string_to_sign;
	void (*sign)(const struct secret *secret, const char *text, char *ret);
};

static int incomplete(struct fault *fault, const char *field, const char *rule)
{
	return fault_set(fault, REASON_SIGNATURE_INCOMPLETE, field, NULL, rule, NULL);
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static int check_clock(const struct authenticator *auth, const char *timestamp, int64_t now_ms,
	int64_t *ret_s, struct fault *fault)
{
	int64_t now_s = now_ms / 1000;
	char now_text[WALL_TEXT_SIZE], remedy[64];

	if (wall_parse(timestamp, ret_s) < 0)
		return fault_set(fault, REASON_TIMESTAMP_FORMAT, "Timestamp", timestamp,
			"must read YYYY-MM-DDThh:mm:ssZ", NULL);
	wall_format(now_s, now_text);
	snprintf(remedy, sizeof(remedy), "the server's time is %s", now_text);
	if (*ret_s < now_s - AUTHENTICATE_SKEW_S || *ret_s > now_s + AUTHENTICATE_SKEW_S)
		return fault_set(fault, REASON_TIMESTAMP_EXPIRED, "Timestamp", timestamp,
			"must be within 15 minutes of the server's clock", remedy);
	if (*ret_s < auth->oldest_s)
		return fault_set(fault, REASON_TIMESTAMP_EXPIRED, "Timestamp", timestamp,
			"must not be before the start of the server", remedy);
	return 0;
}

static int check_signature(const struct claim *claim, const struct access_key *key,
	struct fault *fault, char **ret_message)
{
	char expected[SIGNATURE_ACS3_SIZE] = "";

	claim->sign(key->secret, claim->string_to_sign, expected);
	if (strlen(claim->signature) == strlen(expected) &&
		!CRYPTO_memcmp(claim->signature, expected, strlen(expected)))
		return 0;
	*ret_message = xasprintf("Specified signature is not matched with our calculation. server "
				 "string to sign is:%s",
		claim->string_to_sign);
	return fault_set(fault, REASON_SIGNATURE_WRONG, "Signature", NULL, NULL, NULL);
}

static int check_nonce(const struct authenticator *auth, const struct claim *claim, int64_t now_s,
	int64_t stamp_s, struct caller *caller, struct fault *fault)
{
	int err = nonces_use(auth->nonces, claim->access_key_id, claim->nonce, (uint32_t)now_s,
		(uint32_t)(stamp_s + AUTHENTICATE_SKEW_S));

	if (err == -EEXIST)
		return fault_set(fault, REASON_NONCE_USED, "SignatureNonce", claim->nonce,
			"must be new for every request", NULL);
	if (err != -EDQUOT)
		return err;
	caller->retry_after_ms = NONCES_FULL_MS;
	return fault_set(fault, REASON_THROTTLED, NULL, NULL,
		"this access key has sent too many within 15 minutes", NULL);
}

static int check_rate(struct buckets *buckets, const char *name, const char *what, int64_t now_ms,
	struct caller *caller, struct fault *fault)
{
	uint64_t wait_ms = buckets ? buckets_take(buckets, name, now_ms) : 0;

	if (!wait_ms)
		return 0;
	caller->retry_after_ms = wait_ms;
	return fault_set(fault, REASON_THROTTLED, NULL, NULL, what, NULL);
}

static int check_claim(const struct authenticator *auth, const struct claim *claim, int64_t now_ms,
	struct caller *caller, struct fault *fault, char **ret_message)
{
	struct access_key *key;
	int64_t stamp_s;
	int err;

	if (!*claim->nonce || strlen(claim->nonce) > NONCE_MAX)
		return incomplete(fault, "SignatureNonce", "must have 1 to 128 characters");
	err = check_clock(auth, claim->timestamp, now_ms, &stamp_s, fault);
	if (err < 0)
		return err;
	key = resource_new(KIND_ACCESS_KEY);
	err = keys_get(auth->api, claim->access_key_id, key);
	if (err == -ENOENT)
		err = fault_set(fault, REASON_ACCESS_KEY_UNKNOWN, "AccessKeyId",
			claim->access_key_id, NULL, NULL);
	if (!err)
		err = check_signature(claim, key, fault, ret_message);
	if (!err && !key->enabled)
		err = fault_set(fault, REASON_ACCESS_KEY_INACTIVE, "AccessKeyId",
			claim->access_key_id, NULL, NULL);
	if (!err)
		err = check_rate(auth->requests, key->meta.id, "this access key sends too many",
			now_ms, caller, fault);
	if (!err)
		err = check_nonce(auth, claim, now_ms / 1000, stamp_s, caller, fault);
	if (!err)
		caller->policy = xstrdup(key->policy);
	resource_free(KIND_ACCESS_KEY, key);
	return err;
}

/* Action and Version: from the query or form, or from the headers of ACS3. */
static int take_names(
	struct caller *caller, const char *action, const char *version, struct fault *fault)
{
	caller->action = xstrndup(or_empty(action), WORD_MAX);
	caller->version = xstrndup(or_empty(version), WORD_MAX);
	if (!*caller->action)
		return fault_missing(fault, "Action");
	return *caller->version ? 0 : fault_missing(fault, "Version");
}

static int take_format(struct caller *caller, const struct params *params, struct fault *fault)
{
	const char *format = or_empty(params_get(params, "Format"));

	caller->wants_xml = !strcasecmp(format, "XML");
	if (!*format || caller->wants_xml || !strcasecmp(format, "JSON"))
		return 0;
	return fault_set(fault, REASON_FORMAT_INVALID, "Format", format, NULL, NULL);
}

static int refuse_token(const char *token, struct fault *fault)
{
	if (!token || !*token)
		return 0;
	(void)fault_set(fault, REASON_UNSUPPORTED, "SecurityToken", NULL,
		"is not issued by this server; sign with an access key", NULL);
	snprintf(fault->code, sizeof(fault->code), "InvalidSecurityToken");
	return -EINVAL;
}

static void sign_v1(const struct secret *secret, const char *text, char *ret)
{
	signature_v1(secret, text, ret);
}

static int claim_v1(const struct http_request *http, const struct params *params,
	struct claim *claim, struct fault *fault)
{
	static const char *const needed[] = { "AccessKeyId", "Signature", "SignatureNonce",
		"Timestamp" };
	const char *method = or_empty(params_get(params, "SignatureMethod"));
	const char *version = params_get(params, "SignatureVersion");

	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (!params_get(params, needed[i]))
			return incomplete(fault, needed[i], "is mandatory for a signed request");
	if (strcasecmp(method, "HMAC-SHA1") && *method)
		return fault_set(fault, REASON_SIGNATURE_METHOD, "SignatureMethod", method,
			"must be HMAC-SHA1", NULL);
	if (version && strcmp(version, "1.0"))
		return fault_set(fault, REASON_SIGNATURE_METHOD, "SignatureVersion", version,
			"must be 1.0", NULL);
	if (*or_empty(params_get(params, "SignatureType")))
		return fault_set(fault, REASON_SIGNATURE_METHOD, "SignatureType",
			params_get(params, "SignatureType"), "must be absent or empty", NULL);
	*claim = (struct claim){ .access_key_id = params_get(params, "AccessKeyId"),
		.signature = params_get(params, "Signature"),
		.nonce = params_get(params, "SignatureNonce"),
		.timestamp = params_get(params, "Timestamp"),
		.string_to_sign = signature_v1_string(http->is_get ? "GET" : "POST", params),
		.sign = sign_v1 };
	return refuse_token(params_get(params, "SecurityToken"), fault);
}

static void sign_acs3(const struct secret *secret, const char *text, char *ret)
{
	signature_acs3(secret, text, ret);
}

static int claim_acs3(const struct http_request *http, const struct params *query,
	const struct acs3_header *header, struct claim *claim, struct fault *fault)
{
	const struct params *headers = &http->headers;
	char body_sha256[SIGNATURE_ACS3_SIZE];

	sha256_hex(http->body, http->body_size, body_sha256);
	if (signature_acs3_string(http->is_get ? "GET" : "POST", query, headers,
		    header->signed_headers, body_sha256, &claim->string_to_sign) < 0)
		return incomplete(fault, "SignedHeaders",
			"must name, sorted, headers that were sent, among them host, x-acs-action, "
			"x-acs-content-sha256, x-acs-date, x-acs-signature-nonce and "
			"x-acs-version");
	if (strcasecmp(params_get(headers, "x-acs-content-sha256"), body_sha256))
		return incomplete(fault, "x-acs-content-sha256",
			"must be the SHA-256 of the body in hexadecimal");
	claim->access_key_id = header->credential;
	claim->signature = header->signature;
	claim->nonce = params_get(headers, "x-acs-signature-nonce");
	claim->timestamp = params_get(headers, "x-acs-date");
	claim->sign = sign_acs3;
	return refuse_token(params_get(headers, "x-acs-security-token"), fault);
}

static int authenticate_acs3(const struct authenticator *auth, const struct http_request *http,
	const struct params *query, const struct params *params, int64_t now_ms, struct caller *ret,
	struct fault *fault, char **ret_message)
{
	struct acs3_header header = { 0 };
	struct claim claim = { 0 };
	int err = take_names(ret, params_get(&http->headers, "x-acs-action"),
		params_get(&http->headers, "x-acs-version"), fault);

	if (!err)
		err = take_format(ret, params, fault);
	if (err < 0)
		return err;
	err = acs3_header_parse(params_get(&http->headers, "authorization"), &header);
	if (err == -ENOTSUP)
		return fault_set(fault, REASON_SIGNATURE_METHOD, "Authorization", NULL,
			"must use ACS3-HMAC-SHA256", NULL);
	if (err < 0)
		return incomplete(fault, "Authorization",
			"must read ACS3-HMAC-SHA256 Credential=...,SignedHeaders=...,"
			"Signature=...");
	free(ret->access_key_id);
	ret->access_key_id = xstrdup(header.credential);
	err = claim_acs3(http, query, &header, &claim, fault);
	if (!err)
		err = check_claim(auth, &claim, now_ms, ret, fault, ret_message);
	free(claim.string_to_sign);
	acs3_header_clear(&header);
	return err;
}

static int authenticate_v1(const struct authenticator *auth, const struct http_request *http,
	const struct params *params, int64_t now_ms, struct caller *ret, struct fault *fault,
	char **ret_message)
{
	struct claim claim = { 0 };
	int err =
		take_names(ret, params_get(params, "Action"), params_get(params, "Version"), fault);

	if (!err)
		err = take_format(ret, params, fault);
	if (err < 0 || (http->is_root && !params_get(params, "Signature")))
		return err;
	free(ret->access_key_id);
	ret->access_key_id = xstrndup(or_empty(params_get(params, "AccessKeyId")), WORD_MAX);
	err = claim_v1(http, params, &claim, fault);
	if (!err)
		err = check_claim(auth, &claim, now_ms, ret, fault, ret_message);
	if (claim.string_to_sign)
		wipe(claim.string_to_sign, strlen(claim.string_to_sign));
	free(claim.string_to_sign);
	return err;
}

static bool is_failure(enum reason reason)
{
	return reason == REASON_ACCESS_KEY_UNKNOWN || reason == REASON_ACCESS_KEY_INACTIVE ||
	       reason == REASON_SIGNATURE_WRONG;
}

/* Too many failures: the next ones are answered without what their reason would tell. */
static void count_failure(const struct authenticator *auth, const char *source, int64_t now_ms,
	struct caller *caller, struct fault *fault, char **ret_message)
{
	struct fault throttled = {};

	if (!is_failure(fault->reason) || !check_rate(auth->failures, source,
						  "too many bad signatures come from this address",
						  now_ms, caller, &throttled))
		return;
	*fault = throttled;
	free(TAKE_PTR(*ret_message));
}

int authenticate(const struct authenticator *auth, const struct http_request *http,
	const struct params *query, struct params *params, int64_t now_ms, struct caller *ret,
	struct fault *fault, char **ret_message)
{
	static const char *const own[] = { "AccessKeyId", "Action", "Format", "SecurityToken",
		"Signature", "SignatureMethod", "SignatureNonce", "SignatureType",
		"SignatureVersion", "Timestamp", "Version" };
	const char *authorization = params_get(&http->headers, "authorization");
	int err;

	*ret = (struct caller){ .access_key_id = xstrdup("") };
	*ret_message = NULL;
	if (authorization && !strncmp(authorization, "ACS3-", 5))
		err = authenticate_acs3(auth, http, query, params, now_ms, ret, fault, ret_message);
	else
		err = authenticate_v1(auth, http, params, now_ms, ret, fault, ret_message);
	if (err < 0)
		count_failure(auth, http->source, now_ms, ret, fault, ret_message);
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		params_remove(params, own[i]);
	return err;
}

void caller_clear(struct caller *caller)
{
	free(caller->access_key_id);
	free(caller->policy);
	free(caller->action);
	free(caller->version);
	*caller = (struct caller){ 0 };
}
