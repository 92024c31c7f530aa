/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keyed BLAKE2b over the very messages charon would be given.
 */
#include "drivers/ike/fingerprint.h"

#include "base/encode.h"
#include "base/fd.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

static void hash(const struct ike_settings *settings, const char *group, const struct secret *key,
	char ret[static FINGERPRINT_TEXT_SIZE])
{
	struct vici_message message = { 0 };
	uint8_t bytes[crypto_generichash_BYTES_MIN > 16 ? crypto_generichash_BYTES_MIN : 16];

	ike_load_conn(group, settings, 1, &message);
	ike_load_shared(settings, settings->connection->meta.id, &message);
	vici_value(&message, "nat", settings->connection->enable_nat_traversal ? "yes" : "no");
	/* Only once it was reset: the fingerprints of all others stay what they were. */
	if (settings->connection->resets)
		vici_value_u32(&message, "resets", settings->connection->resets);
	crypto_generichash(
		bytes, sizeof(bytes), message.bytes, message.size, key->bytes, key->size);
	vici_message_clear(&message);
	hex_encode(bytes, FINGERPRINT_SIZE, ret);
}

void fingerprint_of(const struct ike_settings *settings, const struct secret *key,
	char ret[static FINGERPRINT_TEXT_SIZE])
{
	char group[IKE_NAME_SIZE];

	ike_group_name(settings, key, group);
	hash(settings, group, key, ret);
}

char *fingerprint_key_id(const struct ike_settings *settings, const struct secret *key)
{
	const char *id = settings->connection->meta.id;
	char group[IKE_NAME_SIZE], fingerprint[FINGERPRINT_TEXT_SIZE];

	ike_group_name(settings, key, group);
	hash(settings, group, key, fingerprint);
	if (strcmp(group, id) == 0)
		return xasprintf("%s:%s", id, fingerprint);
	return xasprintf("%s:%s:%s", id, fingerprint, group);
}

bool fingerprint_split(const char *key_id, char ret_id[static IKE_NAME_SIZE])
{
	const char *colon = strchr(key_id, ':');

	if (!colon || !ike_is_our_id(key_id, (size_t)(colon - key_id)))
		return false;
	memcpy(ret_id, key_id, IKE_ID_SIZE);
	ret_id[IKE_ID_SIZE] = '\0';
	return true;
}

void fingerprint_group(const char *key_id, char ret_name[static IKE_NAME_SIZE])
{
	const char *last = strrchr(key_id, ':') + 1;
	bool has_group = ike_is_group_name(last, strlen(last));

	(void)snprintf(ret_name, IKE_NAME_SIZE, "%s", has_group ? last : key_id);
}

static int make_key(const char *path, struct secret **ret)
{
	uint8_t bytes[FINGERPRINT_KEY_SIZE];
	int err;

	random_bytes(bytes, sizeof(bytes));
	err = file_replace(path, bytes, sizeof(bytes), 0600);
	if (err == 0)
		*ret = secret_new(bytes, sizeof(bytes));
	wipe(bytes, sizeof(bytes));
	return err;
}

int fingerprint_key_open(const char *path, struct secret **ret)
{
	char *bytes = NULL;
	size_t size = 0;
	int err = file_read(path, FINGERPRINT_KEY_SIZE, &bytes, &size);

	if (err == -ENOENT)
		return make_key(path, ret);
	if (err < 0)
		return err;
	if (size == FINGERPRINT_KEY_SIZE)
		*ret = secret_new(bytes, size);
	wipe(bytes, size);
	free(bytes);
	/* A torn one costs one negotiation of each connection, no more. */
	return size == FINGERPRINT_KEY_SIZE ? 0 : make_key(path, ret);
}
