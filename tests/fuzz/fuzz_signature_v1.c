/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests with a version-1 signature, through the whole of authenticate(). The lowest bit of the
 * first byte chooses the method, the next one whether the form in the rest is signed properly, the
 * next whether that signature is then spoiled. Nothing but a proper signature gets in, and what was
 * signed is, taken apart again, what was sent.
 */
#include "api/authenticate.h"
#include "api/keys.h"
#include "api/signature.h"
#include "base/encode.h"
#include "base/instant.h"
#include "base/loop.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW_S INT64_C(1700000000)

enum { IS_GET = 1, IS_SIGNED = 2, IS_SPOILED = 4 };

static struct api api;
static struct access_key *key;

static void start(void)
{
	static char region_id[] = "cn-test", group[] = "rg-default",
		    dir[] = "/tmp/vpngw-fuzz-XXXXXX";
	static char *groups[] = { group, NULL };
	static struct config_region region = { .id = region_id, .local_name = region_id };
	static struct config config = {
		.regions = &region, .regions_len = 1, .resource_groups = groups
	};
	char path[64];
	bool is_first;
	struct store_entries entries = { 0 };

	if (!mkdtemp(dir))
		abort();
	config.state_dir = dir;
	api = (struct api){ .loop = loop_new(), .config = &config };
	snprintf(path, sizeof(path), "%s/key", dir);
	if (vault_open(path, true, &api.vault) < 0 || store_open_memory(api.loop, &api.store) < 0 ||
		keys_make_first(&api, NOW_S * 1000, &is_first) < 0 ||
		store_list(api.store, "desired/access-key/", NULL, 0, &entries) < 0)
		abort();
	key = resource_new(KIND_ACCESS_KEY);
	if (keys_get(&api, strrchr(entries.items[0].key, '/') + 1, key) < 0)
		abort();
	store_entries_clear(&entries);
	(void)unlink(path);
	snprintf(path, sizeof(path), "%s/first-access-key", dir);
	(void)unlink(path);
	(void)rmdir(dir);
}

static bool add(struct params *params, const char *name, const char *value)
{
	AUTO_STRBUF struct strbuf text = STRBUF_INIT(1024);

	strbuf_addf(&text, "%s=", name);
	percent_encode(&text, value, strlen(value));
	return params_add_form(params, strbuf_text(&text), text.size) == 0;
}

/* False: the input has one of the names itself, or too many. */
static bool sign(struct params *params, uint8_t flags)
{
	AUTO_FREE char *string = NULL;
	char signature[SIGNATURE_V1_SIZE], stamp[WALL_TEXT_SIZE];

	wall_format(NOW_S, stamp);
	params_remove(params, "Signature");
	if (!add(params, "AccessKeyId", key->meta.id) || !add(params, "Timestamp", stamp) ||
		!add(params, "SignatureNonce", "n") ||
		!add(params, "SignatureMethod", "HMAC-SHA1") ||
		!add(params, "SignatureVersion", "1.0"))
		return false;
	params_sort(params);
	string = signature_v1_string(flags & IS_GET ? "GET" : "POST", params);
	signature_v1(key->secret, string, signature);
	if (flags & IS_SPOILED)
		signature[flags % 27] ^= 1;
	return add(params, "Signature", signature);
}

/* "GET&%2F&" and the parameters but Signature, encoded twice. */
static void check_string(const struct params *params)
{
	AUTO_FREE char *string = signature_v1_string("GET", params);
	struct params outer = { 0 }, inner = { 0 };
	size_t seen = 0;

	assert(!strncmp(string, "GET&%2F&", 8) && !strchr(string + 8, '&'));
	if (params_add_form(&outer, string + 8, strlen(string + 8)) == 0 && outer.len) {
		assert(outer.len == 1 && !*outer.items[0].value);
		assert(!params_add_form(&inner, outer.items[0].name, strlen(outer.items[0].name)));
	}
	for (size_t i = 0; i < params->len; i++) {
		if (!strcmp(params->items[i].name, "Signature"))
			continue;
		assert(!strcmp(params_get(&inner, params->items[i].name), params->items[i].value));
		seen++;
	}
	assert(seen == inner.len);
	params_clear(&outer);
	params_clear(&inner);
}

/* Only these may be wrong about a request whose signature is right. */
static void check_refused(const struct fault *fault, bool is_signed, uint8_t flags)
{
	static const enum reason others[] = { REASON_PARAMETER_MISSING, REASON_FORMAT_INVALID,
		REASON_SIGNATURE_METHOD, REASON_UNSUPPORTED };
	bool is_other = false;

	assert(fault->reason != REASON_NONE && fault_status(fault) >= 400);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		is_other = is_other || fault->reason == others[i];
	if (is_signed)
		assert(is_other ||
			((flags & IS_SPOILED) && fault->reason == REASON_SIGNATURE_WRONG));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct authenticator auth = { .api = &api };
	struct http_request http = { .path = "/", .query = "", .body = "", .source = "192.0.2.7" };
	struct params params = { 0 }, query = { 0 };
	struct caller caller = { 0 };
	struct fault fault = { 0 };
	AUTO_FREE char *message = NULL;
	bool is_signed;

	if (!key)
		start();
	if (!size || size > 16 * 1024)
		return 0;
	http.is_get = data[0] & IS_GET;
	http.is_post = !http.is_get;
	if (!params_add_form(&params, (const char *)data + 1, size - 1)) {
		params_sort(&params);
		check_string(&params);
		is_signed = (data[0] & IS_SIGNED) && sign(&params, data[0]);
		params_sort(&params);
		auth.nonces = nonces_new(16);
		if (authenticate(&auth, &http, &query, &params, NOW_S * 1000, &caller, &fault,
			    &message) < 0)
			check_refused(&fault, is_signed, data[0]);
		else
			assert(is_signed && !(data[0] & IS_SPOILED) &&
				!strcmp(caller.access_key_id, key->meta.id) &&
				!params_get(&params, "Signature"));
		nonces_free(auth.nonces);
		caller_clear(&caller);
	}
	params_clear(&params);
	return 0;
}
