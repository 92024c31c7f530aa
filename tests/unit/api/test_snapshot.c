/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The snapshot against the slow way: whatever two processes commit, after a synchronisation every
 * list and every resource is what reading all documents gives.
 */
#include "support/unit.h"

#include "api/actions/find.h"
#include "api/actions/guard.h"
#include "support/temp_dir.h"
#include "unit/api/world.h"

#include "store/backend.h"

#include <errno.h>

#define REGION "cn-test"

struct fixture {
	struct test_world world;
	struct api api;       /* reads through the snapshot */
	struct store *other;  /* another process's */
	struct api other_api; /* for encoding with change_put() */
	char *dir;
};

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	test_world_init(&f->world);
	f->dir = temp_dir_new();
	f->api = f->other_api = f->world.api;
	assert_int_equal(store_open_sqlite(NULL, f->dir, &f->api.store), 0);
	assert_int_equal(store_open_sqlite(NULL, f->dir, &f->other), 0);
	f->other_api.store = f->other;
	f->api.snapshot = snapshot_new(f->api.store);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	snapshot_free(f->api.snapshot);
	store_free(f->other);
	store_free(f->api.store);
	temp_dir_free(f->dir);
	test_world_done(&f->world);
	free(f);
	return 0;
}

static void set_text(char **at, const char *text)
{
	free(*at);
	*at = xstrdup(text);
}

static struct vpn_connection *make(unsigned int number, unsigned int gateway, unsigned int peer)
{
	struct vpn_connection *connection = resource_new(KIND_VPN_CONNECTION);

	resource_set_defaults(KIND_VPN_CONNECTION, connection);
	free(connection->meta.id);
	connection->meta.id = xasprintf("vco-%017u", number);
	/* several at the same time, and not in the order of their ids */
	connection->meta.create_time_ms = 1700000000000 + (number * 7919) % 40;
	free(connection->vpn_gateway_id);
	connection->vpn_gateway_id = xasprintf("vpn-%017u", gateway);
	free(connection->customer_gateway_id);
	connection->customer_gateway_id = xasprintf("cgw-%017u", peer);
	set_text(&connection->meta.region_id, number % 5 ? REGION : "cn-far");
	set_text(&connection->meta.resource_group_id, "rg-default");
	set_text(&connection->meta.name, number % 3 ? "office" : "Say \"vpn-1.\" \\ twice");
	connection->local_subnet = (struct prefixes){ xcalloc(1, sizeof(struct prefix)), 1 };
	connection->remote_subnet = (struct prefixes){ xcalloc(1, sizeof(struct prefix)), 1 };
	connection->number = number + 1;
	secret_free(connection->ike_config.psk);
	connection->ike_config.psk = secret_new("0123456789", 10);
	return connection;
}

static void commit(const struct api *api, struct store *store, struct change *change)
{
	for (size_t i = 0; i < change->len; i++)
		change->ops[i].expected = STORE_ANY;
	assert_int_equal(store_commit(store, change->ops, change->len, NULL, NULL), 0);
	change_clear(change);
	(void)api;
}

static void put(const struct fixture *f, struct store *store, enum kind kind, void *resource)
{
	struct change change = {};

	change_put(&change, &f->api, kind, resource);
	commit(&f->api, store, &change);
	resource_free(kind, resource);
}

static void put_raw(struct store *store, const char *key, const char *value)
{
	struct store_op op = { .key = key,
		.value = value,
		.value_size = value ? strlen(value) : 0,
		.expected = STORE_ANY };

	assert_int_equal(store_commit(store, &op, 1, NULL, NULL), 0);
}

static void remove_one(struct store *store, unsigned int number)
{
	AUTO_FREE char *key = xasprintf("desired/vpn-connection/vco-%017u", number);

	put_raw(store, key, NULL);
}

static int by_creation(const void *a, const void *b)
{
	const struct resource *x = *(void *const *)a, *y = *(void *const *)b;

	if (x->create_time_ms != y->create_time_ms)
		return x->create_time_ms < y->create_time_ms ? -1 : 1;
	return strcmp(x->id, y->id);
}

/* What find_all() must give: every document read and decoded. *ret_len; -EBADMSG as it does. */
static int slow_way(const struct fixture *f, enum kind kind, const char *below, const char *mention,
	void ***ret, size_t *ret_len)
{
	AUTO_FREE char *prefix =
		xasprintf("desired/%s/%s", kind_info(kind)->name, below ? below : "");
	AUTO_FREE char *needle = mention ? xasprintf("\"%s\"", mention) : NULL;
	struct store_entries entries;
	void **items;
	size_t len = 0;
	int err = 0;

	assert_int_equal(store_list(f->api.store, prefix, NULL, 0, &entries), 0);
	items = xcalloc(entries.len + 1, sizeof(*items));
	for (size_t i = 0; i < entries.len; i++) {
		json_auto_t *document = json_loads(entries.items[i].value, 0, NULL);
		struct resource *resource = resource_new(kind);
		struct fault fault;

		if (needle && !strstr(entries.items[i].value, needle)) {
			free(resource);
			continue;
		}
		items[len++] = resource;
		if (!document ||
			resource_decode(kind, document, f->api.vault, resource, &fault) < 0)
			err = -EBADMSG;
		resource->revision = entries.items[i].revision;
	}
	store_entries_clear(&entries);
	if (!err)
		qsort(items, len, sizeof(*items), by_creation);
	*ret = items;
	*ret_len = len;
	return err;
}

static void assert_one(const struct fixture *f, const struct found *found, size_t i, void *expected)
{
	const struct resource *listed = found->items[i].resource, *wanted = expected;
	void *opened, *by_id;

	assert_string_equal(listed->id, wanted->id);
	assert_int_equal(listed->revision, wanted->revision);
	assert_int_equal(found_open(&f->api, found, i, &opened), 0);
	assert_int_equal(find_by_id(&f->api, found->kind, wanted->id, &by_id), 0);
	assert_true(resource_equal(found->kind, opened, expected));
	assert_true(resource_equal(found->kind, by_id, expected));
	assert_int_equal(((struct resource *)by_id)->revision, wanted->revision);
	resource_free(found->kind, opened);
	resource_free(found->kind, by_id);
}

/* How many there are. */
static int compare(const struct fixture *f, enum kind kind, const char *below, const char *mention)
{
	AUTO_FOUND struct found found = {};
	void **expected;
	size_t len;
	int err = slow_way(f, kind, below, mention, &expected, &len);

	assert_int_equal(find_all(&f->api, kind, below, mention, &found), err);
	if (!err)
		assert_int_equal(found.len, len);
	for (size_t i = 0; i < len; i++) {
		if (!err)
			assert_one(f, &found, i, expected[i]);
		resource_free(kind, expected[i]);
	}
	free(expected);
	return err ? err : (int)len;
}

static void compare_region(const struct fixture *f, const char *region)
{
	struct snapshot_list list =
		snapshot_of_region(f->api.snapshot, KIND_VPN_CONNECTION, region);
	void **all;
	size_t len, at = 0;

	if (slow_way(f, KIND_VPN_CONNECTION, NULL, NULL, &all, &len) == 0) {
		for (size_t i = 0; i < len; i++)
			if (strcmp(((struct resource *)all[i])->region_id, region) == 0) {
				const struct resource *resource = list.items[at++]->resource;

				assert_string_equal(resource->id, ((struct resource *)all[i])->id);
			}
		assert_int_equal(at, list.len);
	}
	for (size_t i = 0; i < len; i++)
		resource_free(KIND_VPN_CONNECTION, all[i]);
	free(all);
}

static void compare_all(const struct fixture *f)
{
	static const char *const mentions[] = { "vpn-00000000000000001", "cgw-00000000000000003",
		"vpn-1.", "0.0.0.0/0", "ikev2", "rg-default", "office", "Psk", "nothing", "",
		"Say \\\"vpn-1.\\\" \\\\ twice", "vpn-\\", "203.0.113.9" };
	static const char *const parts[] = { "vpn-00000000000000001.",
		"vpn-00000000000000001.vco-00000000000000004.",
		"vpn-00000000000000001.vco-00000000000000004.10.", "vpn-0000000000000000", "vpn-2.",
		"" };

	compare(f, KIND_VPN_CONNECTION, NULL, NULL);
	compare(f, KIND_VPN_ROUTE_ENTRY, NULL, NULL);
	for (size_t i = 0; i < ARRAY_LEN(mentions); i++)
		compare(f, KIND_VPN_CONNECTION, NULL, mentions[i]);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		compare(f, KIND_VPN_ROUTE_ENTRY, parts[i], NULL);
		compare(f, KIND_VPN_ROUTE_ENTRY, parts[i], "vco-00000000000000004");
	}
	compare_region(f, REGION);
	compare_region(f, "cn-far");
	compare_region(f, "cn-none");
}

static struct vpn_route_entry *make_route(
	unsigned int gateway, unsigned int connection, unsigned int net)
{
	struct vpn_route_entry *route = resource_new(KIND_VPN_ROUTE_ENTRY);
	char text[PREFIX_TEXT_SIZE];

	resource_set_defaults(KIND_VPN_ROUTE_ENTRY, route);
	free(route->vpn_gateway_id);
	route->vpn_gateway_id = xasprintf("vpn-%017u", gateway);
	free(route->next_hop);
	route->next_hop = xasprintf("vco-%017u", connection);
	snprintf(text, sizeof(text), "10.0.%u.0/24", net);
	assert_int_equal(prefix_parse(text, &route->route_dest), 0);
	route->weight = 100;
	free(route->meta.id);
	route->meta.id =
		vpn_route_entry_id(route->vpn_gateway_id, route->next_hop, route->route_dest);
	set_text(&route->meta.region_id, REGION);
	set_text(&route->meta.resource_group_id, "rg-default");
	route->meta.create_time_ms = 1700000000000 + net;
	return route;
}

static unsigned int below(unsigned int end)
{
	return (unsigned int)(unit_next() % end);
}

static void change_something(const struct fixture *f, struct store *store)
{
	unsigned int number = below(60);
	AUTO_FREE char *key = NULL;

	switch (below(6)) {
	case 0:
	case 1:
		put(f, store, KIND_VPN_CONNECTION, make(number, below(3), below(5)));
		break;
	case 2:
		put(f, store, KIND_VPN_ROUTE_ENTRY, make_route(below(3), below(6), below(9)));
		break;
	case 3:
		key = xasprintf("status/vpn-connection/vco-%017u", number);
		put_raw(store, key, below(4) ? "{}" : NULL);
		break;
	case 4:
		put_raw(store, "desired/vpn-connection/vco-broken",
			below(8) ? NULL : "{\"VpnGatewayId\":\"vpn-00000000000000001\"");
		break;
	default:
		remove_one(store, number);
	}
}

static void test_as_the_slow_way(void **state)
{
	struct fixture *f = *state;

	/* so few that a turn can lose changes */
	f->api.store->tombstones = f->other->tombstones = 8;
	put_raw(f->other, "desired/kind-of-tomorrow/x", "{}");
	put(f, f->other, KIND_VPN_CONNECTION, make(3, 1, 1));
	put(f, f->other, KIND_VPN_ROUTE_ENTRY, make_route(1, 4, 1));
	assert_int_equal(snapshot_sync(f->api.snapshot), 0);
	assert_int_equal(compare(f, KIND_VPN_CONNECTION, NULL, "vpn-00000000000000001"), 1);
	assert_int_equal(compare(f, KIND_VPN_ROUTE_ENTRY, "vpn-00000000000000001.", NULL), 1);
	for (int turn = 0; turn < 20; turn++) {
		unsigned int len = below(8) ? below(6) : 40;

		for (unsigned int i = 0; i < len; i++)
			change_something(f, below(2) ? f->other : f->api.store);
		assert_int_equal(snapshot_sync(f->api.snapshot), 0);
		compare_all(f);
	}
}

static void test_starts_with_what_is_there(void **state)
{
	struct fixture *f = *state;

	for (unsigned int i = 0; i < 300; i++)
		put(f, f->other, KIND_VPN_CONNECTION, make(i, i % 3, i % 5));
	assert_int_equal(snapshot_sync(f->api.snapshot), 0);
	compare_all(f);
}

static void test_stands_still_in_between(void **state)
{
	struct fixture *f = *state;
	struct vpn_connection *connection = NULL;

	put(f, f->other, KIND_VPN_CONNECTION, make(1, 1, 1));
	assert_int_equal(snapshot_sync(f->api.snapshot), 0);
	remove_one(f->other, 1);
	assert_int_equal(
		find_by_id(&f->api, KIND_VPN_CONNECTION, "vco-00000000000000001", &connection), 0);
	resource_free(KIND_VPN_CONNECTION, connection);
	assert_int_equal(snapshot_sync(f->api.snapshot), 0);
	assert_int_equal(
		find_by_id(&f->api, KIND_VPN_CONNECTION, "vco-00000000000000001", &connection),
		-ENOENT);
}

/* Nothing that was opened stays: the bytes of a key are nowhere in what the snapshot holds. */
static void test_holds_no_secret(void **state)
{
	struct fixture *f = *state;
	const struct snapshot_item *item;
	const struct vpn_connection *listed;
	struct vpn_connection *opened;

	put(f, f->other, KIND_VPN_CONNECTION, make(1, 1, 1));
	assert_int_equal(snapshot_sync(f->api.snapshot), 0);
	assert_int_equal(
		find_by_id(&f->api, KIND_VPN_CONNECTION, "vco-00000000000000001", &opened), 0);
	assert_int_equal(opened->ike_config.psk->size, 10);
	resource_free(KIND_VPN_CONNECTION, opened);
	item = snapshot_get(f->api.snapshot, KIND_VPN_CONNECTION, "vco-00000000000000001");
	listed = item->resource;
	assert_null(listed->ike_config.psk);
	assert_null(strstr(item->document, "0123456789"));
	assert_non_null(item->sealed);
}

/* A set read from the snapshot must not be older than the guard that was taken for it. */
static void test_guard_taken_by_another_process(void **state)
{
	struct fixture *f = *state;
	struct change change = {};
	uint32_t number;

	put_raw(f->other, "meta/guard/vpn-1", "1");
	put_raw(f->other, "meta/number/vpn-connection", "7");
	assert_int_equal(snapshot_sync(f->api.snapshot), 0);
	assert_int_equal(guard_take(&f->api, &change, "vpn-1"), 0);
	put_raw(f->other, "meta/guard/vpn-1", "2");
	put_raw(f->other, "meta/number/vpn-connection", "8");
	assert_int_equal(guard_take(&f->api, &change, "vpn-1"), -ESTALE);
	assert_int_equal(guard_remove(&f->api, &change, "vpn-1"), -ESTALE);
	assert_int_equal(number_next(&f->api, &change, KIND_VPN_CONNECTION, &number), -ESTALE);
	assert_int_equal(snapshot_sync(f->api.snapshot), 0);
	assert_int_equal(number_next(&f->api, &change, KIND_VPN_CONNECTION, &number), 0);
	assert_int_equal(number, 9);
	change_clear(&change);
}

static void test_status(void **state)
{
	static const char document[] =
		"{\"Id\":\"vco-1\",\"AppliedRevision\":3,\"Conditions\":[],\"Negotiated\":"
		"{\"IkeProposal\":\"\",\"EspProposal\":\"\",\"Initiator\":false,\"NatDetected\":"
		"false,\"PeerAddress\":\"0.0.0.0\",\"PeerPort\":0}}";
	struct fixture *f = *state;
	const struct status *status;

	assert_int_equal(snapshot_sync(f->api.snapshot), 0);
	assert_int_equal(
		snapshot_status(f->api.snapshot, KIND_VPN_CONNECTION, "vco-1", &status), 0);
	assert_null(status);
	put_raw(f->other, "status/vpn-connection/vco-1", document);
	put_raw(f->other, "status/vpn-connection/vco-2", "{}");
	assert_int_equal(snapshot_sync(f->api.snapshot), 0);
	assert_int_equal(
		snapshot_status(f->api.snapshot, KIND_VPN_CONNECTION, "vco-1", &status), 0);
	assert_int_equal(status->applied_revision, 3);
	assert_int_equal(
		snapshot_status(f->api.snapshot, KIND_VPN_CONNECTION, "vco-2", &status), -EBADMSG);
	put_raw(f->other, "status/vpn-connection/vco-1", NULL);
	assert_int_equal(snapshot_sync(f->api.snapshot), 0);
	assert_int_equal(
		snapshot_status(f->api.snapshot, KIND_VPN_CONNECTION, "vco-1", &status), 0);
	assert_null(status);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_as_the_slow_way),
		TEST(test_starts_with_what_is_there),
		TEST(test_stands_still_in_between),
		TEST(test_holds_no_secret),
		TEST(test_guard_taken_by_another_process),
		TEST(test_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
