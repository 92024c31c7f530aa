/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Storage of ClientTokens. Knows neither actions nor answers, only their bytes.
 */
#include "api/token.h"

#include "api/check.h"
#include "api/signature.h"

#include <errno.h>
#include <string.h>

#define PREFIX "meta/token/"
#define TOKEN_MAX 64
#define EXPIRE_BATCH 100 /* in one commit: each waits for the disk */

static char *token_key(const struct request *request, const char *token)
{
	AUTO_FREE char *text = xasprintf("%s\n%s\n%s\n%s", request->access_key_id,
		request->action->version, request->action->name, token);
	char hash[SIGNATURE_ACS3_SIZE];

	sha256_hex(text, strlen(text), hash);
	return xasprintf(PREFIX "%s", hash);
}

/* A fingerprint of what was asked: every parameter but the token itself. */
static void parameters_hash(const struct params *params, char ret[static SIGNATURE_ACS3_SIZE])
{
	struct params others = { .items = xmalloc((params->len + 1) * sizeof(*others.items)) };
	char *text;

	for (size_t i = 0; i < params->len; i++)
		if (strcmp(params->items[i].name, "ClientToken"))
			others.items[others.len++] = params->items[i];
	text = signature_v1_string("", &others);
	sha256_hex(text, strlen(text), ret);
	wipe(text, strlen(text));
	free(text);
	free(others.items);
}

static json_t *unseal(const struct api *api, const char *key, const json_t *document)
{
	AUTO_SECRET struct secret *secret = NULL;
	const char *sealed = json_string_value(json_object_get(document, "Sealed"));

	if (!sealed || vault_unseal(api->vault, key, sealed, &secret) < 0)
		return NULL;
	return json_loadb((const char *)secret->bytes, secret->size, JSON_REJECT_DUPLICATES, NULL);
}

static int64_t expire_time(const json_t *document)
{
	return json_integer_value(json_object_get(document, "ExpireTime"));
}

static int replay(const struct api *api, const struct request *request, const char *key,
	const json_t *document, json_t *answer, struct fault *fault)
{
	json_auto_t *kept = unseal(api, key, document);
	char hash[SIGNATURE_ACS3_SIZE];
	const char *kept_hash = json_string_value(json_object_get(kept, "Parameters"));

	if (!kept_hash)
		return -EBADMSG;
	parameters_hash(&request->params, hash);
	if (strcmp(kept_hash, hash))
		return fault_set(fault, REASON_TOKEN_REUSED, "ClientToken",
			params_get(&request->params, "ClientToken"),
			"was used within 24 hours with other parameters",
			"send a new token with a new request");
	return json_object_update(answer, json_object_get(kept, "Answer")) < 0 ? -EBADMSG : 0;
}

static int check_token(const char *token, struct fault *fault)
{
	for (const char *at = token; *at; at++)
		if (*at <= ' ' || *at > '~' || at - token >= TOKEN_MAX)
			return refuse_invalid(fault, "ClientToken", token,
				"must have at most 64 printable ASCII characters", NULL);
	return 0;
}

int token_find(const struct api *api, const struct request *request, const char *token,
	json_t *answer, uint64_t *ret_revision, struct fault *fault)
{
	AUTO_FREE char *key = token_key(request, token);
	json_auto_t *document = NULL;
	struct store_entry entry = { 0 };
	int err = check_token(token, fault);

	if (!err)
		err = store_get(api->store, key, &entry);
	*ret_revision = err ? 0 : entry.revision;
	if (err < 0)
		return err;
	document = json_loads(entry.value, JSON_REJECT_DUPLICATES, NULL);
	store_entry_clear(&entry);
	if (expire_time(document) <= request->now_ms)
		return -ENOENT;
	return replay(api, request, key, document, answer, fault);
}

void token_put(const struct api *api, const struct request *request, const char *token,
	const json_t *answer, uint64_t revision, struct change *change)
{
	AUTO_FREE char *key = token_key(request, token);
	AUTO_FREE char *sealed = NULL;
	AUTO_FREE char *value = NULL;
	AUTO_SECRET struct secret *secret = NULL;
	json_auto_t *kept = NULL, *document = NULL;
	char hash[SIGNATURE_ACS3_SIZE];
	char *text;

	parameters_hash(&request->params, hash);
	kept = json_pack("{s:s, s:O}", "Parameters", hash, "Answer", answer);
	text = json_dumps(kept, JSON_COMPACT);
	secret = secret_new(text, strlen(text));
	wipe(text, strlen(text));
	free(text);
	sealed = vault_seal(api->vault, key, secret);
	document = json_pack("{s:I, s:s}", "ExpireTime",
		(json_int_t)(request->now_ms + TOKEN_HOURS * 3600 * INT64_C(1000)), "Sealed",
		sealed);
	value = json_dumps(document, JSON_COMPACT);
	change_op(change, &(struct store_op){ .key = key,
				  .value = value,
				  .value_size = strlen(value),
				  .expected = revision });
}

/* With each other or, when one was used anew meanwhile, not now. */
static int delete_old(const struct api *api, const struct store_entries *entries, int64_t now_ms)
{
	AUTO_FREE struct store_op *ops = xcalloc(entries->len + 1, sizeof(*ops));
	size_t len = 0;
	int err;

	for (size_t i = 0; i < entries->len; i++) {
		const struct store_entry *entry = &entries->items[i];
		json_auto_t *document = json_loads(entry->value, JSON_REJECT_DUPLICATES, NULL);

		if (expire_time(document) <= now_ms)
			ops[len++] =
				(struct store_op){ .key = entry->key, .expected = entry->revision };
	}
	err = len ? store_commit(api->store, ops, len, NULL, NULL) : 0;
	return err == -ESTALE ? 0 : err;
}

int token_expire(const struct api *api, int64_t now_ms)
{
	AUTO_FREE char *after = NULL;
	int err = 0;
	size_t len;

	do {
		struct store_entries entries = { 0 };

		err = store_list(api->store, PREFIX, after, EXPIRE_BATCH, &entries);
		if (err < 0)
			return err;
		len = entries.len;
		err = delete_old(api, &entries, now_ms);
		if (len) {
			free(after);
			after = xstrdup(entries.items[len - 1].key);
		}
		store_entries_clear(&entries);
	} while (len == EXPIRE_BATCH && !err);
	return err;
}
