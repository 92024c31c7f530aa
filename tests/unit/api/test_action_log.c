/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log of a connection: its period out of From, To and MinutePeriod, its pages, its form; and
 * its events.
 */
#include "store/log.h"
#include "unit/api/test_action_world.h"

#define NOW_S 1700000000

static char *connection;

static int set_up(void **state)
{
	AUTO_FREE char *vpc = NULL, *gateway = NULL, *peer = NULL;

	now_ms = NOW_S * 1000LL;
	action_world_init(state);
	vpc = new_vpc();
	gateway = new_gateway(vpc);
	peer = new_customer_gateway("198.51.100.1");
	connection = new_connection(gateway, peer);
	report("vpn-connection", connection, false);
	now_ms = NOW_S * 1000LL;
	return 0;
}

static int tear_down(void **state)
{
	free(connection);
	return action_world_done(state);
}

/* What the agent does; type "": a plain line. */
static void keep(
	int64_t time_ms, const char *level, const char *type, const char *text, const char *data)
{
	AUTO_FREE char *key = xasprintf("desired/vpn-connection/%s", connection);
	struct store_log_entry entry = { .key = key,
		.time_ms = time_ms,
		.level = level,
		.source = "vpngw",
		.type = type,
		.text = text,
		.data = data };

	assert_int_equal(store_log_append(world.api.store, &entry, 1), 0);
}

/* The last characters of the lines found. */
static void expect(json_t *answer, const char *ends)
{
	const json_t *lines = at(answer, "Data.Logs");
	char seen[64] = "";
	const json_t *line;
	size_t i;

	json_array_foreach ((json_t *)(uintptr_t)lines, i, line) {
		const char *text = json_string_value(line);

		seen[i] = text[strlen(text) - 1];
	}
	assert_string_equal(seen, ends);
	assert_number(answer, "Count", (json_int_t)strlen(ends));
	assert_bool(answer, "IsCompleted", true);
	drop(answer);
}

#define LOGS "DescribeVpnConnectionLogs", "VpnConnectionId", connection

static void lines_have_the_clouds_form(void **state)
{
	json_t *answer;
	AUTO_FREE char *line = NULL;

	(void)state;
	keep((NOW_S - 30) * 1000LL + 999, "ERROR", "", "it hangs", "");
	answer = call(LOGS, "MinutePeriod", "1", NULL);
	line = xasprintf("2023-11-14 22:12:50 %s [ERROR]: it hangs", connection);
	assert_text(answer, "Data.Logs.0", line);
	assert_number(answer, "PageNumber", 1);
	assert_number(answer, "PageSize", 10);
	assert_number(answer, "Count", 1);
	assert_bool(answer, "IsCompleted", true);
	drop(answer);
	/* all of the last second belongs to the period */
	answer = call(LOGS, "From", "1699999970", "To", "1699999970", NULL);
	assert_number(answer, "Count", 1);
	drop(answer);
}

/* Lines at 0, 100, ... seconds before now, named from the oldest. */
static void fill(void)
{
	char text[2] = "?";

	for (int i = 0; i < 10; i++) {
		text[0] = (char)('a' + i);
		keep((NOW_S - (9 - i) * 100) * 1000LL, "INFO", "", text, "");
	}
}

static void periods(void **state)
{
	(void)state;
	fill();
	expect(call(LOGS, "MinutePeriod", "1", NULL), "j");
	expect(call(LOGS, "MinutePeriod", "10", NULL), "defghij");
	expect(call(LOGS, "From", "1699999400", "To", "1699999800", NULL), "defgh");
	expect(call(LOGS, "From", "1699999400", "MinutePeriod", "3", NULL), "de");
	expect(call(LOGS, "To", "1699999400", "MinutePeriod", "3", NULL), "cd");
	expect(call(LOGS, "From", "1699999400", "To", "1699999460", "MinutePeriod", "1", NULL),
		"d");
	expect(call(LOGS, "From", "1699999401", "To", "1699999499", NULL), "");
	expect(call(LOGS, "From", "0", "To", "253402300799", NULL), "abcdefghij");
	expect(call(LOGS, "To", "60", "MinutePeriod", "10", NULL), "");
}

static void pages(void **state)
{
	(void)state;
	fill();
	expect(call(LOGS, "From", "0", "To", "1700000000", "PageSize", "4", NULL), "abcd");
	expect(call(LOGS, "From", "0", "To", "1700000000", "PageSize", "4", "PageNumber", "3",
		       NULL),
		"ij");
	expect(call(LOGS, "From", "0", "To", "1700000000", "PageSize", "4", "PageNumber", "4",
		       NULL),
		"");
}

static void wrong_periods_are_refused(void **state)
{
	(void)state;
	refuse("MissingMinutePeriod", LOGS, NULL);
	refuse("InvalidFrom", LOGS, "From", "1700000000", NULL);
	assert_non_null(strstr(last_fault.rule, "needs To or MinutePeriod"));
	refuse("InvalidTo", LOGS, "To", "1700000000", NULL);
	refuse("InvalidFrom", LOGS, "From", "1700000001", "To", "1700000000", NULL);
	refuse("InvalidFrom", LOGS, "From", "1700000000000", "To", "1700000000001", NULL);
	refuse("InvalidFrom", LOGS, "From", "-1", "To", "1700000000", NULL);
	refuse("InvalidMinutePeriod", LOGS, "MinutePeriod", "0", NULL);
	refuse("InvalidMinutePeriod", LOGS, "MinutePeriod", "11", NULL);
	refuse("InvalidMinutePeriod", LOGS, "From", "1700000000", "To", "1700000061",
		"MinutePeriod", "1", NULL);
	refuse("InvalidPageSize", LOGS, "MinutePeriod", "1", "PageSize", "51", NULL);
	refuse("UnsupportedFeature", LOGS, "MinutePeriod", "1", "TunnelId", "tun-1", NULL);
	refuse("InvalidVpnConnectionInstanceId.NotFound", "DescribeVpnConnectionLogs",
		"VpnConnectionId", "vco-nobody", "MinutePeriod", "1", NULL);
	refuse("MissingVpnConnectionId", "DescribeVpnConnectionLogs", "MinutePeriod", "1", NULL);
}

#define EVENTS "DescribeVpnConnectionEvents", "VpnConnectionId", connection

static void events_are_structured(void **state)
{
	json_t *answer;

	(void)state;
	fill();
	keep(5000, "INFO", "IpsecUp", "up", "");
	keep(7000, "WARN", "IpsecDown", "down",
		"{\"Reason\":\"PeerGone\",\"UpMs\":2000,\"DetectionMs\":9}");
	answer = call(EVENTS, NULL);
	assert_text(answer, "VpnConnectionId", connection);
	assert_number(answer, "TotalCount", 2);
	assert_text(answer, "Events.Event.0.Type", "IpsecDown");
	assert_number(answer, "Events.Event.0.Time", 7000);
	assert_text(answer, "Events.Event.0.Level", "WARN");
	assert_text(answer, "Events.Event.0.Source", "vpngw");
	assert_text(answer, "Events.Event.0.Reason", "PeerGone");
	assert_text(answer, "Events.Event.0.Message", "down");
	assert_number(answer, "Events.Event.0.UpMs", 2000);
	assert_number(answer, "Events.Event.0.DetectionMs", 9);
	assert_text(answer, "Events.Event.1.Type", "IpsecUp");
	assert_text(answer, "Events.Event.1.Reason", "");
	drop(answer);
	answer = call(EVENTS, "PageSize", "1", "PageNumber", "2", "To", "7", NULL);
	assert_text(answer, "Events.Event.0.Type", "IpsecUp");
	assert_number(answer, "TotalCount", 2);
	drop(answer);
	answer = call(EVENTS, "From", "6", NULL);
	assert_number(answer, "TotalCount", 1);
	drop(answer);
	refuse("InvalidFrom", EVENTS, "From", "8", "To", "7", NULL);
	refuse("InvalidVpnConnectionInstanceId.NotFound", "DescribeVpnConnectionEvents",
		"VpnConnectionId", "vco-nobody", NULL);
}

/* The log goes with the connection. */
static void deleted_with_the_connection(void **state)
{
	AUTO_FREE char *key = xasprintf("desired/vpn-connection/%s", connection);
	struct store_log_query query = { .key = key, .to_ms = INT64_MAX, .max = 10 };
	struct store_log_entries found;

	(void)state;
	fill();
	drop(call("DeleteVpnConnection", "VpnConnectionId", connection, NULL));
	refuse("InvalidVpnConnectionInstanceId.NotFound", LOGS, "MinutePeriod", "1", NULL);
	assert_int_equal(store_log_read(world.api.store, &query, &found), 0);
	assert_int_equal(found.total, 0);
	store_log_entries_clear(&found);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines_have_the_clouds_form),
		TEST(periods),
		TEST(pages),
		TEST(wrong_periods_are_refused),
		TEST(events_are_structured),
		TEST(deleted_with_the_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
