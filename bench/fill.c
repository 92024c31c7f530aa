/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts many customer gateways and connections straight into a store, each connection like the first
 * one there is but to a peer of its own: thousands of signed requests would take minutes. What the
 * API would write beside them, the number of the last connection, is written too.
 *
 *     bench-fill STATE_DIR KEY_FILE FIRST PEERS CONNECTIONS
 *
 * makes PEERS customer gateways with the addresses 8.0.0.0 + FIRST, + FIRST + 1, ..., the first
 * CONNECTIONS of them with a connection, and prints "cgw-... vco-..." or "cgw-... -" for each.
 */
#include "base/instant.h"
#include "base/parse.h"
#include "resource/resource.h"
#include "resource/vault.h"
#include "store/store.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BATCH 250 /* peers a commit */
#define NUMBER "meta/number/vpn-connection"
#define PEERS_MAX 100000
#define FIRST_ADDRESS 0x08000000

struct filling {
	struct store *store;
	struct vault *vault;
	struct vpn_connection *connection; /* the first there is, and its peer */
	struct customer_gateway *peer;
	uint64_t number; /* of the last connection */
};

/* The documents of one commit. */
struct batch {
	struct store_op ops[2 * BATCH + 1];
	size_t len;
};

static void must(int err, const char *what)
{
	if (err >= 0)
		return;
	fprintf(stderr, "bench-fill: %s: %s\n", what, strerror(-err));
	exit(1);
}

static void *decode(const struct filling *filling, enum kind kind, const char *text)
{
	json_auto_t *document = json_loads(text, 0, NULL);
	void *resource = resource_new(kind);
	struct fault fault = {};

	must(resource_decode(kind, document, filling->vault, resource, &fault), "a document");
	return resource;
}

static void read_template(struct filling *filling)
{
	AUTO_FREE char *key = NULL;
	struct store_entries first = {};
	struct store_entry entry = {};

	must(store_list(filling->store, "desired/vpn-connection/", NULL, 1, &first), "the store");
	must(first.len ? 0 : -1, "the first connection");
	filling->connection = decode(filling, KIND_VPN_CONNECTION, first.items[0].value);
	key = xasprintf("desired/customer-gateway/%s", filling->connection->customer_gateway_id);
	must(store_get(filling->store, key, &entry), key);
	filling->peer = decode(filling, KIND_CUSTOMER_GATEWAY, entry.value);
	store_entry_clear(&entry);
	store_entries_clear(&first);
	must(store_get(filling->store, NUMBER, &entry), NUMBER);
	must(parse_u64(entry.value, 0, UINT32_MAX, &filling->number), NUMBER);
	store_entry_clear(&entry);
}

static void add(struct batch *batch, char *key, char *value, uint64_t expected)
{
	batch->ops[batch->len++] = (struct store_op){
		.key = key, .value = value, .value_size = strlen(value), .expected = expected
	};
}

static void put(
	const struct filling *filling, struct batch *batch, enum kind kind, const void *resource)
{
	const struct resource *meta = resource;
	json_auto_t *document = resource_encode(kind, resource, filling->vault);

	add(batch, xasprintf("desired/%s/%s", kind_info(kind)->name, meta->id),
		json_dumps(document, JSON_COMPACT | JSON_SORT_KEYS), 0);
}

static void rename_new(enum kind kind, struct resource *meta)
{
	char id[RESOURCE_ID_SIZE];

	resource_make_id(kind_info(kind)->id_prefix, id);
	free(meta->id);
	meta->id = xstrdup(id);
	meta->create_time_ms = (uint64_t)wall_now_ms();
}

static void add_connection(
	struct filling *filling, struct batch *batch, const struct customer_gateway *peer)
{
	struct vpn_connection *connection = resource_dup(KIND_VPN_CONNECTION, filling->connection);
	char address[ADDR_TEXT_SIZE];

	rename_new(KIND_VPN_CONNECTION, &connection->meta);
	free(connection->customer_gateway_id);
	connection->customer_gateway_id = xstrdup(peer->meta.id);
	addr_format(peer->ip_address, address);
	free(connection->ike_config.remote_id);
	connection->ike_config.remote_id = xstrdup(address);
	connection->number = (uint32_t)++filling->number;
	put(filling, batch, KIND_VPN_CONNECTION, connection);
	printf(" %s\n", connection->meta.id);
	resource_free(KIND_VPN_CONNECTION, connection);
}

static void add_peer(struct filling *filling, struct batch *batch, uint32_t at, bool is_connected)
{
	struct customer_gateway *peer = resource_dup(KIND_CUSTOMER_GATEWAY, filling->peer);

	rename_new(KIND_CUSTOMER_GATEWAY, &peer->meta);
	peer->ip_address = (struct addr){ .v4 = htonl(FIRST_ADDRESS + at) };
	put(filling, batch, KIND_CUSTOMER_GATEWAY, peer);
	printf("%s", peer->meta.id);
	if (is_connected)
		add_connection(filling, batch, peer);
	else
		printf(" -\n");
	resource_free(KIND_CUSTOMER_GATEWAY, peer);
}

static void commit(struct filling *filling, struct batch *batch)
{
	add(batch, xstrdup(NUMBER), xasprintf("%" PRIu64, filling->number), STORE_ANY);
	must(store_commit(filling->store, batch->ops, batch->len, NULL, NULL), "a commit");
	for (size_t i = 0; i < batch->len; i++) {
		free((char *)(uintptr_t)batch->ops[i].key);
		free((char *)(uintptr_t)batch->ops[i].value);
	}
	batch->len = 0;
}

int main(int argc, char **argv)
{
	struct filling filling = {};
	struct batch batch = {};
	uint32_t first, peers, connections;

	if (argc != 6 || parse_u32(argv[3], 0, PEERS_MAX, &first) < 0 ||
		parse_u32(argv[4], 1, PEERS_MAX, &peers) < 0 ||
		parse_u32(argv[5], 0, peers, &connections) < 0)
		return 2;
	must(vault_open(argv[2], false, &filling.vault), argv[2]);
	must(store_open_sqlite(NULL, argv[1], &filling.store), argv[1]);
	read_template(&filling);
	for (uint32_t i = 0; i < peers; i++) {
		add_peer(&filling, &batch, first + i, i < connections);
		if (batch.len >= 2 * BATCH - 1 || i + 1 == peers)
			commit(&filling, &batch);
	}
	resource_free(KIND_VPN_CONNECTION, filling.connection);
	resource_free(KIND_CUSTOMER_GATEWAY, filling.peer);
	store_free(filling.store);
	vault_free(filling.vault);
	return 0;
}
