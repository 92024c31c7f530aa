/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Switches of routes between connections, on virtual time: which are told, once, with what cause
 * and cost, and what a restart makes of them.
 */
#include "support/unit.h"

#include "reconcile/connection_log.h"
#include "reconcile/failover.h"
#include "resource/status.h"
#include "scenario/virtual_clock.h"
#include "store/log.h"
#include "unit/reconcile/documents.h"

#include <errno.h>

#define A 7
#define B 8

struct bench {
	struct virtual_clock *time;
	struct clock clock;
	struct store *store;
	struct connection_log *log;
	struct world *world;
	struct failover *failover;
	int carries[10]; /* by number */
	enum reason cause;
	struct mono proof;
	bool is_silent; /* the data plane does not answer */
	struct failover_traffic traffic;
	uint64_t asked; /* the last ticket */
};

static int carries(void *arg, uint32_t number)
{
	return ((struct bench *)arg)->carries[number];
}

static enum reason cause(void *arg, const struct vpn_connection *connection, struct mono *ret_proof)
{
	struct bench *bench = arg;

	assert_non_null(connection);
	if (bench->proof.ns)
		*ret_proof = bench->proof;
	return bench->cause;
}

static void traffic(void *arg, uint32_t number, uint64_t ticket)
{
	struct bench *bench = arg;

	assert_true(number == A || number == B);
	bench->asked = ticket;
	if (!bench->is_silent)
		failover_traffic_seen(bench->failover, ticket, &bench->traffic);
}

static void start(struct bench *bench)
{
	bench->failover = failover_new(&(struct failover_parts){ .clock = &bench->clock,
		.world = bench->world,
		.store = bench->store,
		.log = bench->log,
		.carries = carries,
		.cause = cause,
		.traffic = traffic,
		.arg = bench });
}

static void put(struct bench *bench, const char *key, const char *text)
{
	struct store_op op = {
		.key = key, .value = text, .value_size = strlen(text), .expected = STORE_ANY
	};

	assert_int_equal(store_commit(bench->store, &op, 1, NULL, NULL), 0);
}

static int set_up(void **state)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));

	bench->time = virtual_clock_new();
	bench->clock = virtual_clock_of(bench->time);
	assert_int_equal(store_open_memory(NULL, &bench->store), 0);
	put(bench, "desired/vpn-connection/vco-a", "{}");
	put(bench, "desired/vpn-connection/vco-b", "{}");
	bench->log = connection_log_new(bench->store, &bench->clock);
	bench->world = world_sample();
	bench->cause = REASON_PEER_GONE;
	start(bench);
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	failover_free(bench->failover);
	connection_log_free(bench->log);
	world_free(bench->world);
	store_free(bench->store);
	virtual_clock_free(bench->time);
	free(bench);
	return 0;
}

static void pass(struct bench *bench, int64_t ms)
{
	int64_t until_ms = virtual_clock_ms(bench->time) + ms;

	while (virtual_clock_step(bench->time, until_ms))
		continue;
}

static void set(struct bench *bench, uint32_t number, int carrying)
{
	bench->carries[number] = carrying;
	failover_changed(bench->failover, number);
}

/* Both carry; the route of weight 100 is vco-a's. */
static void begin(struct bench *bench)
{
	bench->carries[A] = bench->carries[B] = 1;
	failover_changed(bench->failover, 0);
	pass(bench, 5000);
}

/* Data of the newest event in the log of vco-a or vco-b, and how many there are. */
static json_t *newest(struct bench *bench, const char *id, size_t *ret_len)
{
	AUTO_FREE char *key = xasprintf("desired/vpn-connection/%s", id);
	struct store_log_query query = { .key = key,
		.to_ms = INT64_MAX,
		.max = 100,
		.is_events = true,
		.is_newest_first = true };
	struct store_log_entries found;
	json_t *data = NULL;

	pass(bench, 3000);
	assert_int_equal(store_log_read(bench->store, &query, &found), 0);
	*ret_len = found.len;
	for (size_t i = 0; i < found.len; i++)
		assert_string_equal(found.items[i].type, "RoutesSwitched");
	if (found.len)
		data = json_loads(found.items[0].data, 0, NULL);
	store_log_entries_clear(&found);
	return data;
}

static size_t count(struct bench *bench, const char *id)
{
	size_t len;

	json_decref(newest(bench, id, &len));
	return len;
}

static void assert_text(const json_t *data, const char *name, const char *text)
{
	assert_non_null(json_object_get(data, name));
	assert_string_equal(json_string_value(json_object_get(data, name)), text);
}

static void assert_number(const json_t *data, const char *name, json_int_t number)
{
	assert_true(json_is_integer(json_object_get(data, name)));
	assert_int_equal(json_integer_value(json_object_get(data, name)), number);
}

static void a_switch_and_the_way_back(void **state)
{
	struct bench *bench = *state;
	size_t len;
	json_t *data;

	begin(bench);
	assert_int_equal(count(bench, "vco-a"), 0);
	bench->traffic = (struct failover_traffic){ virtual_clock_ms(bench->time) - 2700, 271 };
	set(bench, A, 0);
	for (size_t i = 0; i < 2; i++) {
		data = newest(bench, i ? "vco-a" : "vco-b", &len);
		assert_int_equal(len, 1);
		assert_text(data, "From", "vco-a");
		assert_text(data, "To", "vco-b");
		assert_text(data, "Reason", "PeerGone");
		assert_text(data, "Destinations", "10.9.0.0/16");
		assert_number(data, "Routes", 1);
		assert_number(data, "DetectionMs", 2700);
		assert_number(data, "PacketsLost", 271);
		json_decref(data);
	}
	set(bench, A, 1);
	data = newest(bench, "vco-b", &len);
	assert_int_equal(len, 2);
	assert_text(data, "From", "vco-b");
	assert_text(data, "To", "vco-a");
	assert_text(data, "Reason", "Recovered");
	assert_number(data, "DetectionMs", 0);
	assert_number(data, "PacketsLost", 0);
	json_decref(data);
}

/* However often it is said to have changed. */
static void each_is_told_once(void **state)
{
	struct bench *bench = *state;

	begin(bench);
	for (int i = 0; i < 5; i++) {
		set(bench, A, 0);
		failover_changed(bench->failover, 0);
		pass(bench, 7);
	}
	assert_int_equal(count(bench, "vco-a"), 1);
	failover_changed(bench->failover, 0);
	assert_int_equal(count(bench, "vco-a"), 1);
}

static void nothing_else_carries(void **state)
{
	struct bench *bench = *state;
	json_t *data;
	size_t len;

	begin(bench);
	set(bench, B, 0);
	set(bench, A, 0);
	pass(bench, 1000);
	set(bench, A, 1);
	assert_int_equal(count(bench, "vco-a"), 0);
	/* the standby comes back first: the switch was decided when the active one went */
	set(bench, A, 0);
	pass(bench, 4000);
	bench->traffic = (struct failover_traffic){ virtual_clock_ms(bench->time) - 4100, 9 };
	set(bench, B, 1);
	data = newest(bench, "vco-b", &len);
	assert_int_equal(len, 1);
	assert_number(data, "DetectionMs", 100);
	json_decref(data);
}

/* The kernel's routes went with it. */
static void shorter_than_a_look(void **state)
{
	struct bench *bench = *state;

	begin(bench);
	set(bench, A, 0);
	set(bench, A, 1);
	assert_int_equal(count(bench, "vco-a"), 2);
	set(bench, A, 1);
	assert_int_equal(count(bench, "vco-a"), 2);
}

static void not_known_is_as_before(void **state)
{
	struct bench *bench = *state;

	begin(bench);
	set(bench, A, -EAGAIN);
	assert_int_equal(count(bench, "vco-a"), 0);
	set(bench, A, 0);
	assert_int_equal(count(bench, "vco-a"), 1);
}

static void without_traffic_before(void **state)
{
	struct bench *bench = *state;
	json_t *data;
	size_t len;

	begin(bench);
	pass(bench, FAILOVER_PROOF_MAX_MS);
	bench->traffic = (struct failover_traffic){ 1, 5000 };
	set(bench, A, 0);
	data = newest(bench, "vco-a", &len);
	assert_null(json_object_get(data, "DetectionMs"));
	assert_null(json_object_get(data, "PacketsLost"));
	json_decref(data);
}

/* One host is dead, others behind the tunnel still answer. */
static void a_probe_is_the_proof(void **state)
{
	struct bench *bench = *state;
	int64_t now_ms;
	json_t *data;
	size_t len;

	begin(bench);
	now_ms = virtual_clock_ms(bench->time);
	bench->cause = REASON_HEALTH_CHECK;
	bench->proof = (struct mono){ (now_ms - 3000) * 1000000 };
	bench->traffic = (struct failover_traffic){ now_ms - 5, 1 };
	set(bench, A, 0);
	data = newest(bench, "vco-a", &len);
	assert_text(data, "Reason", "HealthCheckFailed");
	assert_number(data, "DetectionMs", 3000);
	assert_null(json_object_get(data, "PacketsLost"));
	json_decref(data);
	set(bench, A, 1);
	pass(bench, 5000);
	/* nothing comes out at all: the packets are the better proof */
	now_ms = virtual_clock_ms(bench->time);
	bench->proof = (struct mono){ (now_ms - 3000) * 1000000 };
	bench->traffic = (struct failover_traffic){ now_ms - 2500, 250 };
	set(bench, A, 0);
	data = newest(bench, "vco-a", &len);
	assert_int_equal(len, 3);
	assert_number(data, "DetectionMs", 2500);
	assert_number(data, "PacketsLost", 250);
	json_decref(data);
}

/* The news of why comes after the news that. */
static void cause_and_traffic_come_late(void **state)
{
	struct bench *bench = *state;
	json_t *data;
	size_t len;

	begin(bench);
	bench->is_silent = true;
	bench->cause = REASON_NONE;
	set(bench, A, 0);
	pass(bench, FAILOVER_CAUSE_MS - 50);
	bench->cause = REASON_PEER_DELETED;
	pass(bench, 500);
	failover_traffic_seen(bench->failover, bench->asked,
		&(struct failover_traffic){ virtual_clock_ms(bench->time) - 1000, 3 });
	data = newest(bench, "vco-a", &len);
	assert_int_equal(len, 1);
	assert_text(data, "Reason", "PeerDeleted");
	assert_number(data, "PacketsLost", 3);
	json_decref(data);
}

static void an_answer_that_never_comes(void **state)
{
	struct bench *bench = *state;
	json_t *data;
	size_t len;

	begin(bench);
	bench->is_silent = true;
	set(bench, A, 0);
	pass(bench, FAILOVER_ANSWER_MS);
	data = newest(bench, "vco-a", &len);
	assert_int_equal(len, 1);
	assert_null(json_object_get(data, "PacketsLost"));
	json_decref(data);
	failover_traffic_seen(bench->failover, bench->asked, &(struct failover_traffic){ 0 });
}

static void routes_that_are_changed(void **state)
{
	struct bench *bench = *state;
	json_t *data;
	size_t len;

	begin(bench);
	world_drop(bench->world, "vpn-route-entry/vpn-a.vco-a.10.9.0.0-16");
	failover_changed(bench->failover, 0);
	data = newest(bench, "vco-b", &len);
	assert_int_equal(len, 1);
	assert_text(data, "Reason", "RoutesChanged");
	json_decref(data);
}

static void a_connection_that_is_deleted(void **state)
{
	struct bench *bench = *state;
	json_t *data;
	size_t len;

	begin(bench);
	world_drop(bench->world, "vpn-route-entry/vpn-a.vco-a.10.9.0.0-16");
	world_drop(bench->world, "vpn-connection/vco-a");
	failover_changed(bench->failover, 0);
	data = newest(bench, "vco-b", &len);
	assert_text(data, "Reason", "SettingsChanged");
	json_decref(data);
}

/* Many routes are one event; so are those of other kinds. */
static void many_routes(void **state)
{
	struct bench *bench = *state;
	json_t *data;
	size_t len;

	for (int i = 0; i < 40; i++) {
		AUTO_FREE char *key = xasprintf("vpn-route-entry/%d", i);

		for (int to = 0; to < 2; to++) {
			AUTO_FREE char *text =
				xasprintf("{'VpnGatewayId':'vpn-a','NextHop':'%s','RouteDest':"
					  "'10.8.%d.0/24','Weight':%d,'PublishVpc':true}",
					to ? "vco-b" : "vco-a", i, to ? 0 : 100);
			AUTO_FREE char *id = xasprintf("%s-%d", key, to);

			world_put(bench->world, id, text);
		}
	}
	for (int to = 0; to < 2; to++) {
		AUTO_FREE char *text = xasprintf(
			"{'VpnGatewayId':'vpn-a','NextHop':'%s','RouteSource':'10.0.0.0/24',"
			"'RouteDest':'10.7.0.0/24','Priority':10,'Weight':%d,'PublishVpc':true}",
			to ? "vco-b" : "vco-a", to ? 0 : 100);

		world_put(
			bench->world, to ? "vpn-pbr-route-entry/b" : "vpn-pbr-route-entry/a", text);
	}
	begin(bench);
	set(bench, A, 0);
	data = newest(bench, "vco-a", &len);
	assert_int_equal(len, 1);
	assert_number(data, "Routes", 42);
	assert_non_null(strstr(json_string_value(json_object_get(data, "Destinations")), ", ..."));
	json_decref(data);
}

/* Published routes of one VPC stand in for each other also across its gateways. */
static void across_gateways(void **state)
{
	struct bench *bench = *state;
	json_t *data;
	size_t len;

	world_put(bench->world, "vpn-gateway/vpn-b",
		"{'VpcId':'vpc-a','Number':4,'Bandwidth':5,'LocalIp':'192.0.2.2'}");
	world_drop(bench->world, "vpn-route-entry/vpn-a.vco-b.10.9.0.0-16");
	world_put(bench->world, "vpn-connection/vco-b",
		"{'VpnGatewayId':'vpn-b','CustomerGatewayId':'cgw-b','Number':8,"
		"'LocalSubnet':'0.0.0.0/0','RemoteSubnet':'0.0.0.0/0'}");
	world_put(bench->world, "vpn-route-entry/other",
		"{'VpnGatewayId':'vpn-b','NextHop':'vco-b','RouteDest':'10.9.0.0/16',"
		"'Weight':0,'PublishVpc':true}");
	begin(bench);
	set(bench, A, 0);
	data = newest(bench, "vco-b", &len);
	assert_int_equal(len, 1);
	assert_number(data, "Routes", 1);
	json_decref(data);
}

static void record(struct bench *bench, const char *id, bool is_up)
{
	AUTO_FREE char *key = xasprintf("status/vpn-connection/%s", id);
	struct status status = { .id = xstrdup(id) };
	json_t *document;
	char *text;

	(void)status_set(
		&status, CONDITION_IPSEC, is_up, is_up ? REASON_NONE : REASON_NEGOTIATING, "", 1);
	document = status_encode(&status);
	text = json_dumps(document, 0);
	put(bench, key, text);
	free(text);
	json_decref(document);
	status_clear(&status);
}

/* The new agent knows from the records who carried before. */
static void a_switch_while_the_agent_was_away(void **state)
{
	struct bench *bench = *state;
	json_t *data;
	size_t len;

	failover_free(bench->failover);
	record(bench, "vco-a", true);
	record(bench, "vco-b", true);
	bench->carries[A] = bench->carries[B] = -EAGAIN;
	start(bench);
	failover_changed(bench->failover, 0);
	assert_int_equal(count(bench, "vco-a"), 0);
	set(bench, B, 1);
	bench->cause = REASON_PEER_DELETED;
	set(bench, A, 0);
	data = newest(bench, "vco-a", &len);
	assert_int_equal(len, 1);
	assert_text(data, "Reason", "AgentAway");
	json_decref(data);
}

/* What was told stays told. */
static void a_restart_tells_nothing_twice(void **state)
{
	struct bench *bench = *state;

	begin(bench);
	set(bench, A, 0);
	assert_int_equal(count(bench, "vco-a"), 1);
	failover_free(bench->failover);
	record(bench, "vco-a", false);
	record(bench, "vco-b", true);
	start(bench);
	set(bench, A, 0);
	set(bench, B, 1);
	assert_int_equal(count(bench, "vco-a"), 1);
}

/* An agent that stops does not take what it knows with it. */
static void the_end_writes_what_waits(void **state)
{
	struct bench *bench = *state;

	begin(bench);
	set(bench, A, 0);
	pass(bench, FAILOVER_LOOK_MS);
	failover_free(bench->failover);
	assert_int_equal(count(bench, "vco-a"), 1);
	start(bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_switch_and_the_way_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(each_is_told_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_else_carries, set_up, tear_down),
		cmocka_unit_test_setup_teardown(shorter_than_a_look, set_up, tear_down),
		cmocka_unit_test_setup_teardown(not_known_is_as_before, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_traffic_before, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_probe_is_the_proof, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cause_and_traffic_come_late, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_answer_that_never_comes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(routes_that_are_changed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_connection_that_is_deleted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(many_routes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(across_gateways, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_switch_while_the_agent_was_away, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_restart_tells_nothing_twice, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_end_writes_what_waits, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
