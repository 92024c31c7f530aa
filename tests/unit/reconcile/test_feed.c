/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which resources a change of a document touches.
 */
#include "support/unit.h"

#include "base/loop.h"
#include "reconcile/feed.h"
#include "unit/reconcile/documents.h"

#define CONNECTION                                                                                 \
	"{'VpnConnectionId':'vco-a','VpnGatewayId':'vpn-a','CustomerGatewayId':'cgw-a','Number':"  \
	"7,"                                                                                       \
	"'LocalSubnet':'0.0.0.0/0','RemoteSubnet':'0.0.0.0/0','Name':'%s'}"
#define ROUTE                                                                                      \
	"{'Id':'vpn-a.vco-a.10.9.0.0-16','VpnGatewayId':'vpn-a','NextHop':'vco-a',"                \
	"'RouteDest':'10.9.0.0/16'}"
#define POLICY                                                                                     \
	"{'Id':'vpn-a.vco-a.10.0.0.0-8.10.9.0.0-16','VpnGatewayId':'vpn-a','NextHop':'vco-a',"     \
	"'RouteSource':'10.0.0.0/8','RouteDest':'10.9.0.0/16'}"

struct bench {
	struct loop *loop;
	struct clock clock;
	struct store *store;
	struct world *world;
	struct feed *feed;
	unsigned int changed[KIND_COUNT], completed, pending;
};

static void complete(void *arg)
{
	((struct bench *)arg)->completed++;
}

static void changed(void *arg, enum kind kind, const char *id)
{
	assert_non_null(id);
	((struct bench *)arg)->changed[kind]++;
}

static void pending(void *arg)
{
	((struct bench *)arg)->pending++;
}

/* Takes what waits. */
static void turn(struct bench *bench)
{
	for (int i = 0; i < 100 && !bench->pending; i++)
		loop_run_once(bench->loop, 10);
	assert_true(bench->pending);
	bench->pending = 0;
	feed_apply(bench->feed);
}

/* text: the document with ' for "; NULL: the resource goes. */
static void put(struct bench *bench, const char *key, const char *text)
{
	AUTO_FREE char *plain = text ? xstrdup(text) : NULL;
	struct store_op op = { .key = key, .value = plain, .expected = STORE_ANY };
	uint64_t revision;

	for (char *at = plain; at && *at; at++)
		if (*at == '\'')
			*at = '"';
	op.value_size = plain ? strlen(plain) : 0;
	assert_int_equal(store_commit(bench->store, &op, 1, &revision, NULL), 0);
	memset(bench->changed, 0, sizeof(bench->changed));
	turn(bench);
}

static void put_connection(struct bench *bench, const char *name)
{
	AUTO_FREE char *text = xasprintf(CONNECTION, name);

	put(bench, "desired/vpn-connection/vco-a", text);
}

static int setup(void **state)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));
	const struct feed_calls calls = {
		.complete = complete, .changed = changed, .pending = pending, .arg = bench
	};

	bench->loop = loop_new();
	bench->clock = clock_of_loop(bench->loop);
	bench->world = world_new(NULL);
	assert_int_equal(store_open_memory(bench->loop, &bench->store), 0);
	bench->feed = feed_new(bench->store, bench->world, &bench->clock, &calls);
	feed_start(bench->feed);
	turn(bench);
	assert_int_equal(bench->completed, 1);
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	feed_free(bench->feed);
	store_free(bench->store);
	world_free(bench->world);
	loop_free(bench->loop);
	free(bench);
	return 0;
}

static void assert_changed(const struct bench *bench, unsigned int connections, unsigned int routes,
	unsigned int policy)
{
	assert_int_equal(bench->changed[KIND_VPN_CONNECTION], connections);
	assert_int_equal(bench->changed[KIND_VPN_ROUTE_ENTRY], routes);
	assert_int_equal(bench->changed[KIND_VPN_PBR_ROUTE_ENTRY], policy);
}

/* Routes wait for their connection, and are left alone when it is only edited. */
static void test_routes_of_a_connection(void **state)
{
	struct bench *bench = *state;

	put(bench, "desired/vpn-route-entry/vpn-a.vco-a.10.9.0.0-16", ROUTE);
	assert_changed(bench, 0, 1, 0);
	put(bench, "desired/vpn-pbr-route-entry/vpn-a.vco-a.10.0.0.0-8.10.9.0.0-16", POLICY);
	assert_changed(bench, 0, 0, 1);
	put_connection(bench, "new");
	assert_changed(bench, 1, 1, 1);
	put_connection(bench, "edited");
	assert_changed(bench, 1, 0, 0);
	put(bench, "desired/vpn-connection/vco-a", NULL);
	assert_changed(bench, 1, 1, 1);
	put(bench, "desired/vpn-connection/vco-a", "{}"); /* not understood: nothing is new */
	assert_changed(bench, 1, 0, 0);
	put_connection(bench, "good again");
	assert_changed(bench, 1, 1, 1);
}

/* A link that was made anew lost its routes; rules lead to tables and stay. */
static void test_routes_into_a_new_link(void **state)
{
	struct bench *bench = *state;

	put(bench, "desired/vpn-route-entry/vpn-a.vco-a.10.9.0.0-16", ROUTE);
	put(bench, "desired/vpn-pbr-route-entry/vpn-a.vco-a.10.0.0.0-8.10.9.0.0-16", POLICY);
	memset(bench->changed, 0, sizeof(bench->changed));
	feed_tell_routes(bench->feed, "vco-a");
	assert_changed(bench, 0, 1, 0);
	feed_tell_routes(bench->feed, "vco-b");
	assert_changed(bench, 0, 1, 0);
}

static void test_what_uses_a_gateway(void **state)
{
	struct bench *bench = *state;

	put_connection(bench, "new");
	put(bench, "desired/vpn-gateway/vpn-a",
		"{'VpnGatewayId':'vpn-a','VpcId':'vpc-a','Number':3,'Bandwidth':5,'LocalIp':'192.0."
		"2.1'}");
	assert_changed(bench, 1, 0, 0);
	assert_int_equal(bench->changed[KIND_VPN_GATEWAY], 1);
	put(bench, "desired/vpc/vpc-a", "{'VpcId':'vpc-a','Number':1,'CidrBlock':'10.0.0.0/16'}");
	assert_changed(bench, 1, 0, 0);
	assert_int_equal(bench->changed[KIND_VPC], 1);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_routes_of_a_connection),
		TEST(test_routes_into_a_new_link),
		TEST(test_what_uses_a_gateway),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
