/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection log on virtual time: one commit a second at most, a share for each connection, and
 * what a change of status is called.
 */
#include "support/unit.h"

#include "reconcile/connection_log.h"
#include "reconcile/transition.h"
#include "scenario/virtual_clock.h"
#include "store/log.h"

#define ID "vco-a"
#define OTHER "vco-b"

struct fixture {
	struct virtual_clock *time;
	struct clock clock;
	struct store *store;
	struct connection_log *log;
};

static void put(struct store *store, const char *id)
{
	AUTO_FREE char *key = xasprintf("desired/vpn-connection/%s", id);
	struct store_op op = { .key = key, .value = "{}", .value_size = 2, .expected = STORE_ANY };

	assert_int_equal(store_commit(store, &op, 1, NULL, NULL), 0);
}

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->time = virtual_clock_new();
	f->clock = virtual_clock_of(f->time);
	assert_int_equal(store_open_memory(NULL, &f->store), 0);
	put(f->store, ID);
	put(f->store, OTHER);
	f->log = connection_log_new(f->store, &f->clock);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	connection_log_free(f->log);
	store_free(f->store);
	virtual_clock_free(f->time);
	free(f);
	return 0;
}

static void pass(struct fixture *f, int64_t ms)
{
	int64_t until_ms = virtual_clock_ms(f->time) + ms;

	while (virtual_clock_step(f->time, until_ms))
		continue;
}

static struct store_log_entries read_all(struct fixture *f, const char *id)
{
	AUTO_FREE char *key = xasprintf("desired/vpn-connection/%s", id);
	struct store_log_query query = { .key = key, .to_ms = INT64_MAX, .max = 100000 };
	struct store_log_entries found;

	assert_int_equal(store_log_read(f->store, &query, &found), 0);
	return found;
}

static size_t count(struct fixture *f, const char *id)
{
	struct store_log_entries found = read_all(f, id);
	size_t len = found.len;

	store_log_entries_clear(&found);
	return len;
}

/* Of the newest entry. */
static void assert_last(struct fixture *f, const char *level, const char *type, const char *text)
{
	struct store_log_entries found = read_all(f, ID);
	const struct store_log_entry *last;

	assert_true(found.len > 0);
	last = &found.items[found.len - 1];
	assert_string_equal(last->level, level);
	assert_string_equal(last->type, type);
	if (!strstr(last->text, text))
		fail_msg("%s lacks %s", last->text, text);
	store_log_entries_clear(&found);
}

static void line(struct fixture *f, const char *id, const char *text)
{
	connection_log_line(f->log, id, CONNECTION_LOG_INFO, "%s", text);
}

static void event(struct fixture *f, const char *type)
{
	connection_log_add(f->log, &(struct connection_log_entry){ .connection_id = ID,
					   .type = type,
					   .level = CONNECTION_LOG_ERROR,
					   .reason = REASON_PEER_GONE,
					   .text = "text",
					   .data = json_pack("{s:i}", "UpMs", 5) });
}

static void test_one_commit_a_second(void **state)
{
	struct fixture *f = *state;

	line(f, ID, "first");
	assert_int_equal(count(f, ID), 0);
	pass(f, 1);
	assert_int_equal(count(f, ID), 1);
	line(f, ID, "second");
	pass(f, 990);
	assert_int_equal(count(f, ID), 1);
	line(f, OTHER, "third");
	pass(f, 10);
	assert_int_equal(count(f, ID), 2);
	assert_int_equal(count(f, OTHER), 1);
	assert_last(f, "INFO", "", "second");
}

static void test_the_end_writes(void **state)
{
	struct fixture *f = *state;

	line(f, ID, "last words");
	connection_log_free(f->log);
	f->log = NULL;
	assert_last(f, "INFO", "", "last words");
}

static void test_nobody_keeps_a_log(void **state)
{
	(void)state;
	connection_log_add(
		NULL, &(struct connection_log_entry){ .text = "x", .data = json_object() });
}

static void test_entries(void **state)
{
	struct fixture *f = *state;
	struct store_log_entries found;
	char text[3000];

	event(f, "IpsecDown");
	pass(f, 1);
	found = read_all(f, ID);
	assert_string_equal(found.items[0].data, "{\"Reason\":\"PeerGone\",\"UpMs\":5}");
	assert_string_equal(found.items[0].source, "vpngw");
	assert_int_equal(found.items[0].time_ms, f->clock.wall_ms(f->clock.ctx) - 1);
	store_log_entries_clear(&found);
	/* ä is two bytes: the cut would go through the middle of one */
	memset(text, 'x', sizeof(text));
	for (size_t i = 1; i + 1 < sizeof(text); i += 2)
		memcpy(&text[i], "\xc3\xa4", 2);
	text[sizeof(text) - 1] = '\0';
	text[5] = text[6] = '\n';
	connection_log_add(
		f->log, &(struct connection_log_entry){
				.connection_id = ID, .text = text, .wall_ms = INT64_MAX });
	pass(f, 1000);
	found = read_all(f, ID);
	assert_int_equal(found.items[1].time_ms, INT64_MAX);
	assert_int_equal(strlen(found.items[1].text), STORE_LOG_TEXT_MAX - 1);
	assert_null(strchr(found.items[1].text, '\n'));
	store_log_entries_clear(&found);
}

/* A connection that says much gets its burst and then its share; another one loses nothing. */
static void test_share(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < CONNECTION_LOG_LINE_BURST + 50; i++)
		line(f, ID, "flap");
	line(f, OTHER, "quiet");
	event(f, "IpsecDown");
	pass(f, 1);
	/* the lines, the event, and what is missing told before it */
	assert_int_equal(count(f, ID), CONNECTION_LOG_LINE_BURST + 2);
	assert_int_equal(count(f, OTHER), 1);
	for (int second = 0; second < 20; second++) {
		pass(f, 1000);
		for (int i = 0; i < 10; i++)
			line(f, ID, "flap");
	}
	pass(f, 1000);
	/* two lines a second, and one about the rest */
	assert_in_range(count(f, ID), CONNECTION_LOG_LINE_BURST + 2 + 20 * 2,
		CONNECTION_LOG_LINE_BURST + 2 + 21 * 4);
}

static void test_missing_is_told_without_more_to_say(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < CONNECTION_LOG_LINE_BURST + 7; i++)
		line(f, ID, "flap");
	pass(f, 1);
	assert_int_equal(count(f, ID), CONNECTION_LOG_LINE_BURST);
	pass(f, 1000);
	assert_int_equal(count(f, ID), CONNECTION_LOG_LINE_BURST + 1);
	assert_last(f, "WARN", "", "7 entries are missing here");
}

/* Many connections at once: nothing is lost, but no commit is large. */
static void test_size_of_a_commit(void **state)
{
	struct fixture *f = *state;
	size_t before = 0;

	for (int i = 0; i < 20; i++) {
		AUTO_FREE char *id = xasprintf("vco-%d", i);

		put(f->store, id);
		for (int n = 0; n < 250; n++)
			line(f, id, "all at once");
	}
	for (int turn = 0; turn < 5000 / CONNECTION_LOG_COMMIT; turn++) {
		size_t after = 0;

		pass(f, turn ? CONNECTION_LOG_BACKLOG_MS : 1);
		for (int i = 0; i < 20; i++) {
			AUTO_FREE char *id = xasprintf("vco-%d", i);

			after += count(f, id);
		}
		assert_int_equal(after - before, CONNECTION_LOG_COMMIT);
		before = after;
	}
	assert_int_equal(before, 5000);
}

static void test_share_of_events(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < CONNECTION_LOG_EVENT_BURST + 3; i++)
		event(f, "IpsecDown");
	line(f, ID, "still here");
	pass(f, 1);
	assert_int_equal(count(f, ID), CONNECTION_LOG_EVENT_BURST + 2);
	assert_last(f, "INFO", "", "still here");
}

static struct status observed(bool ike, bool ipsec, enum reason reason)
{
	struct status status = { .id = xstrdup(ID), .applied_revision = 1 };

	(void)status_set(&status, CONDITION_APPLIED, true, REASON_NONE, "", 1);
	(void)status_set(&status, CONDITION_IKE, ike, ike ? REASON_NONE : reason, "", 1);
	(void)status_set(
		&status, CONDITION_IPSEC, ipsec, ipsec ? REASON_NONE : reason, "both values", 1);
	status.negotiated.ike_proposal = xstrdup("AES_CBC_128");
	status.negotiated.esp_proposal = xstrdup("AES_CBC_256");
	return status;
}

/* How many entries this transition makes. */
static size_t transition(struct fixture *f, struct status was, struct status is)
{
	size_t before = count(f, ID);

	transition_tell(f->log, &was, &is, 5001);
	status_clear(&was);
	status_clear(&is);
	pass(f, 1000);
	return count(f, ID) - before;
}

static void test_transitions(void **state)
{
	struct fixture *f = *state;
	struct status is;

	is = observed(false, false, REASON_NEGOTIATING);
	assert_int_equal(transition(f, (struct status){ 0 }, is), 1);
	assert_last(f, "INFO", "SettingsApplied", "applied");
	assert_int_equal(transition(f, observed(false, false, REASON_NEGOTIATING),
				 observed(false, false, REASON_NEGOTIATING)),
		0);
	assert_int_equal(transition(f, observed(false, false, REASON_NEGOTIATING),
				 observed(true, false, REASON_NEGOTIATING)),
		1);
	assert_last(f, "INFO", "IkeUp", "AES_CBC_128");
	assert_int_equal(transition(f, observed(true, false, REASON_NEGOTIATING),
				 observed(true, true, REASON_NONE)),
		1);
	assert_last(f, "INFO", "IpsecUp", "AES_CBC_256");
	assert_int_equal(
		transition(f, observed(true, true, REASON_NONE), observed(true, true, REASON_NONE)),
		0);
	assert_int_equal(transition(f, observed(true, true, REASON_NONE),
				 observed(true, false, REASON_DATA_PLANE_LOST)),
		1);
	assert_last(f, "WARN", "IpsecDown", "the data plane holds no SA");
	assert_int_equal(transition(f, observed(true, true, REASON_NONE),
				 observed(false, false, REASON_PEER_GONE)),
		2);
	assert_last(f, "WARN", "IpsecDown", "stopped answering");
	assert_int_equal(transition(f, observed(false, false, REASON_NEGOTIATING),
				 observed(false, false, REASON_WAITING_FOR_TRAFFIC)),
		1);
	assert_last(f, "INFO", "", "waiting for traffic");
}

static struct status observed_bgp(bool is_up, enum reason reason)
{
	struct status status = observed(true, true, REASON_NONE);

	(void)status_set(&status, CONDITION_BGP, is_up, is_up ? REASON_NONE : reason, "why", 1);
	return status;
}

static void test_bgp_transitions(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(transition(f, observed_bgp(false, REASON_BGP_CONNECTING),
				 observed_bgp(true, REASON_NONE)),
		1);
	assert_last(f, "INFO", "BgpUp", "BGP is up");
	assert_int_equal(transition(f, observed_bgp(true, REASON_NONE),
				 observed_bgp(false, REASON_BGP_HOLD_EXPIRED)),
		1);
	assert_last(f, "WARN", "BgpDown", "hold time (why)");
	assert_int_equal(transition(f, observed_bgp(false, REASON_BGP_CONNECTING),
				 observed_bgp(false, REASON_BGP_ASN_MISMATCH)),
		1);
	assert_last(f, "WARN", "", "AS numbers of the BGP session differ (why)");
	/* What passes by itself is no news. */
	assert_int_equal(transition(f, observed_bgp(false, REASON_BGP_ASN_MISMATCH),
				 observed_bgp(false, REASON_BGP_CONNECTING)),
		0);
	/* BGP was turned off. */
	assert_int_equal(
		transition(f, observed_bgp(true, REASON_NONE), observed(true, true, REASON_NONE)),
		0);
}

static void test_down_says_how_long_it_was_up(void **state)
{
	struct fixture *f = *state;
	struct store_log_entries found;

	(void)transition(
		f, observed(true, true, REASON_NONE), observed(true, false, REASON_PEER_GONE));
	found = read_all(f, ID);
	assert_string_equal(found.items[0].data, "{\"Reason\":\"PeerGone\",\"UpMs\":5000}");
	store_log_entries_clear(&found);
}

static void test_settings(void **state)
{
	struct fixture *f = *state;
	struct status is = observed(true, true, REASON_NONE);

	is.applied_revision = 2;
	assert_int_equal(transition(f, observed(true, true, REASON_NONE), is), 1);
	assert_last(f, "INFO", "SettingsApplied", "applied");
	is = observed(true, true, REASON_NONE);
	(void)status_set(&is, CONDITION_APPLIED, false, REASON_APPLY_FAILED, "no route", 1);
	assert_int_equal(transition(f, observed(true, true, REASON_NONE), is), 1);
	assert_last(f, "ERROR", "SettingsFailed", "no route");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_one_commit_a_second),
		TEST(test_the_end_writes),
		TEST(test_nobody_keeps_a_log),
		TEST(test_entries),
		TEST(test_share),
		TEST(test_missing_is_told_without_more_to_say),
		TEST(test_size_of_a_commit),
		TEST(test_share_of_events),
		TEST(test_transitions),
		TEST(test_bgp_transitions),
		TEST(test_down_says_how_long_it_was_up),
		TEST(test_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
