/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access keys. Knows how they are stored and made, nothing of signatures.
 */
#include "api/keys.h"

#include "base/fd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ALPHABET "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define ID_PREFIX "LTAI"
#define ID_RANDOM 20
#define SECRET_SIZE 30
#define ID_MAX 128

static int decode(const struct api *api, const char *text, struct access_key *ret)
{
	json_auto_t *document = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	struct fault fault = { 0 };

	if (!document)
		return -EBADMSG;
	return resource_decode(KIND_ACCESS_KEY, document, api->vault, ret, &fault);
}

int keys_get(const struct api *api, const char *access_key_id, struct access_key *ret)
{
	AUTO_FREE char *key = NULL;
	struct store_entry entry = { 0 };
	int err;

	if (!*access_key_id || strlen(access_key_id) > ID_MAX || strchr(access_key_id, '/'))
		return -ENOENT;
	key = xasprintf("desired/%s/%s", kind_info(KIND_ACCESS_KEY)->name, access_key_id);
	err = store_get(api->store, key, &entry);
	if (err < 0)
		return err;
	err = decode(api, entry.value, ret);
	ret->meta.revision = entry.revision;
	store_entry_clear(&entry);
	return err < 0 ? -EBADMSG : 0;
}

void keys_fill(struct access_key *key, int64_t now_ms)
{
	char id[ID_RANDOM + 1], secret[SECRET_SIZE + 1];

	random_text(ALPHABET, id, ID_RANDOM);
	random_text(ALPHABET, secret, SECRET_SIZE);
	free(key->meta.id);
	key->meta.id = xasprintf(ID_PREFIX "%s", id);
	key->meta.create_time_ms = (uint64_t)now_ms;
	secret_free(key->secret);
	key->secret = secret_new(secret, SECRET_SIZE);
	key->enabled = true;
	wipe(secret, sizeof(secret));
}

/* Standard error may be a log: the secret goes there only when a person is looking at it. */
static int show(const struct api *api, const struct access_key *key)
{
	AUTO_FREE char *path = config_path(api->config->state_dir, "first-access-key");
	char text[256];
	int size = snprintf(text, sizeof(text), "AccessKeyId=%s\nAccessKeySecret=%s\n",
		key->meta.id, (const char *)key->secret->bytes);
	int err = file_replace(path, text, (size_t)size, 0600);

	if (!err)
		fprintf(stderr, "The first access key is in %s\n%s", path,
			isatty(STDERR_FILENO) ? text : "");
	wipe(text, sizeof(text));
	return err;
}

static void set_text(char **at, const char *text)
{
	free(*at);
	*at = xstrdup(text);
}

int keys_make_first(const struct api *api, int64_t now_ms, bool *ret_is_first)
{
	struct access_key *key;
	struct change change = { 0 };
	uint64_t count;
	int err = store_count(api->store, "desired/access-key/", &count);

	if (err < 0)
		return err;
	*ret_is_first = count == 0;
	if (count)
		return 0;
	key = resource_new(KIND_ACCESS_KEY);
	resource_set_defaults(KIND_ACCESS_KEY, key);
	keys_fill(key, now_ms);
	set_text(&key->meta.region_id, api->config->regions[0].id);
	set_text(&key->meta.resource_group_id, api->config->resource_groups[0]);
	change_put(&change, api, KIND_ACCESS_KEY, key);
	/* Shown first: a key that is stored but unknown to anybody would lock everybody out. */
	err = show(api, key);
	if (!err)
		err = store_commit(api->store, change.ops, change.len, NULL, NULL);
	change_clear(&change);
	resource_free(KIND_ACCESS_KEY, key);
	return err;
}
