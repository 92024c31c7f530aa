/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A name, a description, a pre-shared key and two identities (lines of the input) from the API's
 * parameters through the stored document to charon's messages. What is accepted comes back byte for
 * byte from the document, out of the JSON text of the answer, and out of VICI.
 */
#include "drivers/ike/settings.h"
#include "resource/resource.h"
#include "resource/vault.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NAME, DESCRIPTION, PSK, LOCAL_ID, REMOTE_ID, TEXTS };

static struct vault *vault;

static void start(void)
{
	char dir[] = "/tmp/vpngw-fuzz-XXXXXX", path[64];

	if (!mkdtemp(dir))
		abort();
	snprintf(path, sizeof(path), "%s/key", dir);
	if (vault_open(path, true, &vault) < 0)
		abort();
	(void)unlink(path);
	(void)rmdir(dir);
}

static bool set(struct vpn_connection *connection, const char *name, const char *text)
{
	struct fault fault = { 0 };
	const struct field *field = field_find(kind_info(KIND_VPN_CONNECTION)->fields, name);

	assert(field);
	if (field_set_text(field, connection, text, &fault) == 0)
		return true;
	assert(fault.reason != REASON_NONE && fault_status(&fault) == 400);
	return false;
}

/* As a client sends it, in the JSON text of IkeConfig. */
static bool set_ike(struct vpn_connection *connection, const char *name, const char *text)
{
	json_auto_t *object = json_pack("{s:s}", name, text);
	AUTO_FREE char *json = object ? json_dumps(object, 0) : NULL;

	return json && set(connection, "IkeConfig", json);
}

static void check_answer(const struct vpn_connection *connection, const char *const *texts)
{
	json_auto_t *answer = fields_to_json(kind_info(KIND_VPN_CONNECTION)->fields, connection);
	AUTO_FREE char *text = json_dumps(answer, 0);
	json_auto_t *again = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	const json_t *ike = json_object_get(again, "IkeConfig");

	assert(ike);
	assert(!strcmp(json_string_value(json_object_get(again, "Name")), texts[NAME]));
	assert(!strcmp(json_string_value(json_object_get(ike, "Psk")), texts[PSK]));
	assert(!strcmp(json_string_value(json_object_get(ike, "RemoteId")), texts[REMOTE_ID]));
}

/* Through the text of the document, as the store keeps it. The key is not in it. */
static struct vpn_connection *store(const struct vpn_connection *connection, const char *psk)
{
	json_auto_t *document = resource_encode(KIND_VPN_CONNECTION, connection, vault);
	AUTO_FREE char *text = json_dumps(document, JSON_SORT_KEYS);
	json_auto_t *again = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	struct vpn_connection *read = resource_new(KIND_VPN_CONNECTION);
	struct fault fault = { 0 };

	assert(again &&
		(strlen(psk) < 8 || !strstr(text, psk) || strstr(connection->meta.name, psk) ||
			strstr(connection->meta.description, psk) ||
			strstr(connection->ike_config.local_id, psk) ||
			strstr(connection->ike_config.remote_id, psk) ||
			strstr("cn-test rg-default vco-0123456789abcdefg "
			       "vpn-0123456789abcdefg cgw-0123456789abcdefg",
				psk)));
	if (resource_decode(KIND_VPN_CONNECTION, again, vault, read, &fault) < 0)
		abort();
	assert(resource_equal(KIND_VPN_CONNECTION, connection, read));
	return read;
}

static void check_shared(const struct ike_settings *settings, const char *psk)
{
	struct vici_message message = { 0 };
	struct vici_tree tree;
	const struct vici_node *owners, *data;
	size_t len = 0;

	ike_load_shared(settings, "key", &message);
	assert(!message.failed && vici_parse(message.bytes, message.size, &tree) == 0);
	data = vici_find(&tree, vici_root(&tree), "data");
	assert(data->value_size == strlen(psk) && !memcmp(data->value, psk, strlen(psk)));
	owners = vici_find(&tree, vici_root(&tree), "owners");
	for (const struct vici_node *one = vici_first(&tree, owners); one;
		one = vici_next(&tree, one))
		len++;
	assert(len == 2);
	vici_tree_clear(&tree);
	vici_message_clear(&message);
}

/* The identities stand whole at the end of what charon is told ("fqdn:", then the text). */
static void check_identity(const struct vici_tree *tree, const struct vici_node *node,
	const char *name, const char *id)
{
	AUTO_FREE char *text = vici_value_text(vici_find(tree, vici_find(tree, node, name), "id"));
	struct addr addr;

	assert(text);
	if (addr_parse(id, &addr) < 0)
		assert(strlen(text) >= strlen(id) && !strcmp(text + strlen(text) - strlen(id), id));
}

static void check_conn(const struct ike_settings *settings, const char *const *texts)
{
	struct vici_message message = { 0 };
	struct vici_tree tree;
	const struct vici_node *node;

	ike_load_conn(settings->connection->meta.id, settings, 1, &message);
	assert(!message.failed && vici_parse(message.bytes, message.size, &tree) == 0);
	node = vici_find(&tree, vici_root(&tree), settings->connection->meta.id);
	assert(node && !vici_next(&tree, node));
	check_identity(&tree, node, "local", texts[LOCAL_ID]);
	check_identity(&tree, node, "remote", texts[REMOTE_ID]);
	vici_tree_clear(&tree);
	vici_message_clear(&message);
}

static void through(struct vpn_connection *connection, const char *const *texts)
{
	struct vpn_gateway *gateway = resource_new(KIND_VPN_GATEWAY);
	struct customer_gateway *peer = resource_new(KIND_CUSTOMER_GATEWAY);
	struct vpn_connection *stored = store(connection, texts[PSK]);
	struct ike_settings settings = { stored, gateway, peer };

	check_answer(connection, texts);
	check_shared(&settings, texts[PSK]);
	check_conn(&settings, texts);
	resource_free(KIND_VPN_CONNECTION, stored);
	resource_free(KIND_VPN_GATEWAY, gateway);
	resource_free(KIND_CUSTOMER_GATEWAY, peer);
}

static bool fill(struct vpn_connection *connection, const char *const *texts)
{
	bool is_good = set(connection, "VpnGatewayId", "vpn-0123456789abcdefg") &&
		       set(connection, "CustomerGatewayId", "cgw-0123456789abcdefg") &&
		       set(connection, "LocalSubnet", "0.0.0.0/0") &&
		       set(connection, "RemoteSubnet", "0.0.0.0/0");

	assert(is_good);
	free(connection->meta.id);
	connection->meta.id = xstrdup("vco-0123456789abcdefg");
	/* An empty key or identity means the default, which is none of the text's business. */
	return *texts[PSK] && *texts[LOCAL_ID] && *texts[REMOTE_ID] &&
	       set(connection, "Name", texts[NAME]) &&
	       set(connection, "Description", texts[DESCRIPTION]) &&
	       set_ike(connection, "Psk", texts[PSK]) &&
	       set_ike(connection, "LocalId", texts[LOCAL_ID]) &&
	       set_ike(connection, "RemoteId", texts[REMOTE_ID]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = NULL;
	const char *texts[TEXTS];
	char *at;
	struct vpn_connection *connection;
	struct fault fault = { 0 };

	if (!vault)
		start();
	if (size > 4096)
		return 0;
	text = xstrndup((const char *)data, size);
	at = text;
	for (size_t i = 0; i < TEXTS; i++) {
		texts[i] = at;
		at += strcspn(at, "\n");
		if (*at)
			*at++ = '\0';
	}
	connection = resource_new(KIND_VPN_CONNECTION);
	resource_set_defaults(KIND_VPN_CONNECTION, connection);
	if (fill(connection, texts) && resource_check(KIND_VPN_CONNECTION, connection, &fault) == 0)
		through(connection, texts);
	resource_free(KIND_VPN_CONNECTION, connection);
	return 0;
}
