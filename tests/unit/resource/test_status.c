/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions: when `since` moves, the document's round trip and what it refuses, and the API's
 * words derived from them.
 */
#include "resource/status.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <string.h>

static void since_moves_with_the_state_only(void **state)
{
	struct status status = {};
	const struct condition *ike = &status.conditions[CONDITION_IKE];

	(void)state;
	assert_true(status_set(&status, CONDITION_IKE, false, REASON_PEER_SILENT, "a", 10));
	assert_int_equal(ike->since_ms, 10);
	assert_false(status_set(&status, CONDITION_IKE, false, REASON_PEER_SILENT, "a", 20));
	assert_true(status_set(&status, CONDITION_IKE, false, REASON_PEER_SILENT, "b", 30));
	assert_int_equal(ike->since_ms, 10);
	assert_string_equal(ike->message, "b");
	assert_true(status_set(&status, CONDITION_IKE, false, REASON_PSK_MISMATCH, "b", 40));
	assert_int_equal(ike->since_ms, 40);
	assert_true(status_set(&status, CONDITION_IKE, true, REASON_NONE, NULL, 50));
	assert_int_equal(ike->since_ms, 50);
	status_clear(&status);
}

static struct status sample(void)
{
	struct status status = { .id = xstrdup("vco-1"), .applied_revision = 7 };

	status_set(&status, CONDITION_APPLIED, true, REASON_NONE, "", 1);
	status_set(
		&status, CONDITION_IPSEC, false, REASON_SELECTOR_MISMATCH, "ours x, theirs y", 2);
	status.negotiated.ike_proposal = xstrdup("AES_CBC_128");
	status.negotiated.esp_proposal = xstrdup("");
	status.negotiated.local_selectors = xstrdup("10.1.0.0/16");
	status.negotiated.remote_selectors = xstrdup("10.2.0.0/16 10.3.0.0/16");
	status.negotiated.nat_detected = true;
	status.negotiated.peer_port = 4500;
	assert_int_equal(addr_parse("198.51.100.1", &status.negotiated.peer_address), 0);
	return status;
}

static void documents_go_there_and_back(void **state)
{
	struct status status = sample(), again;
	json_auto_t *document = status_encode(&status), *second = NULL;

	(void)state;
	assert_non_null(document);
	assert_int_equal(status_decode(document, &again), 0);
	second = status_encode(&again);
	assert_true(json_equal(document, second));
	assert_false(again.conditions[CONDITION_IKE].known);
	assert_int_equal(again.conditions[CONDITION_IPSEC].reason, REASON_SELECTOR_MISMATCH);
	status_clear(&status);
	status_clear(&again);
}

static void broken_documents_are_refused(void **state)
{
	struct status status = sample(), again;
	json_auto_t *document = status_encode(&status);
	static const struct {
		const char *name, *json;
	} cases[] = {
		{ "Id", "1" },
		{ "Extra", "1" },
		{ "AppliedRevision", "-1" },
		{ "Conditions", "{}" },
		{ "Conditions", "[{}]" },
		{ "Conditions", "[{\"Type\":\"X\",\"Status\":true,\"Reason\":\"\",\"Message\":\"\","
				"\"Since\":1}]" },
		{ "Conditions", "[{\"Type\":\"Ike\",\"Status\":true,\"Reason\":\"Nonsense\","
				"\"Message\":\"\",\"Since\":1}]" },
		{ "Negotiated", "{}" },
		{ "Learned", "{}" },
		{ "Learned", "[{}]" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_auto_t *changed = json_deep_copy(document);

		json_object_set_new(
			changed, cases[i].name, json_loads(cases[i].json, JSON_DECODE_ANY, NULL));
		if (status_decode(changed, &again) == 0)
			fail_msg("%s = %s", cases[i].name, cases[i].json);
	}
	status_clear(&status);
}

static void add_learned(struct learned_routes *routes, const char *destination, const char *path)
{
	routes->items = xreallocarray(routes->items, routes->len + 1, sizeof(*routes->items));
	routes->items[routes->len] =
		(struct learned_route){ .as_path = xstrdup(path), .community = xstrdup("65001:7") };
	assert_int_equal(prefix_parse(destination, &routes->items[routes->len++].destination), 0);
}

static void learned_routes_keep_their_time(void **state)
{
	struct status status = sample(), again;
	struct learned_routes routes = {};
	json_auto_t *document = NULL, *broken = NULL;

	(void)state;
	add_learned(&routes, "10.1.0.0/16", "65001");
	add_learned(&routes, "10.3.0.0/16", "65001");
	status_learn(&status, &routes, 100);
	assert_int_equal(routes.len, 0);
	add_learned(&routes, "10.1.0.0/16", "65001 65002");
	add_learned(&routes, "10.2.0.0/16", "65001");
	add_learned(&routes, "10.3.0.0/16", "65001");
	assert_false(learned_routes_equal(&routes, &status.learned));
	status_learn(&status, &routes, 200);
	assert_int_equal(status.learned.len, 3);
	assert_int_equal(status.learned.items[0].since_ms, 100);
	assert_int_equal(status.learned.items[1].since_ms, 200);
	assert_int_equal(status.learned.items[2].since_ms, 100);
	document = status_encode(&status);
	assert_int_equal(status_decode(document, &again), 0);
	assert_true(learned_routes_equal(&again.learned, &status.learned));
	assert_int_equal(again.learned.items[1].since_ms, 200);
	free(again.learned.items[1].as_path);
	again.learned.items[1].as_path = xstrdup("1");
	assert_false(learned_routes_equal(&again.learned, &status.learned));
	status_clear(&again);
	broken = json_deep_copy(document);
	json_object_set_new(json_array_get(json_object_get(broken, "Learned"), 1), "Destination",
		json_string("10.0.0.1/8"));
	assert_true(status_decode(broken, &again) < 0);
	status_learn(&status, &routes, 300);
	assert_int_equal(status.learned.len, 0);
	status_clear(&status);
}

static void state_is_active_once_applied(void **state)
{
	struct status status = {};

	(void)state;
	assert_string_equal(status_state(&status, 0), "updating");
	status.applied_revision = 7;
	assert_string_equal(status_state(&status, 7), "updating");
	status_set(&status, CONDITION_APPLIED, false, REASON_APPLY_FAILED, "x", 1);
	assert_string_equal(status_state(&status, 7), "updating");
	status_set(&status, CONDITION_APPLIED, true, REASON_NONE, "", 1);
	assert_string_equal(status_state(&status, 7), "active");
	assert_string_equal(status_state(&status, 6), "active");
	assert_string_equal(status_state(&status, 8), "updating");
	status_clear(&status);
}

static void negotiation_words(void **state)
{
	enum { UNKNOWN, NO, YES };
	static const struct {
		int ike, ipsec;
		enum reason reason;
		const char *word;
	} cases[] = {
		{ UNKNOWN, UNKNOWN, REASON_NONE, "ike_sa_not_established" },
		{ NO, UNKNOWN, REASON_NONE, "ike_sa_not_established" },
		{ NO, NO, REASON_SELECTOR_MISMATCH, "ike_sa_not_established" },
		{ YES, UNKNOWN, REASON_NONE, "ike_sa_established" },
		{ YES, NO, REASON_NEGOTIATING, "ike_sa_established" },
		{ YES, NO, REASON_WAITING_FOR_TRAFFIC, "ike_sa_established" },
		{ YES, NO, REASON_SELECTOR_MISMATCH, "ipsec_sa_not_established" },
		{ YES, NO, REASON_CHILD_PROPOSAL_MISMATCH, "ipsec_sa_not_established" },
		{ YES, NO, REASON_DATA_PLANE_LOST, "ipsec_sa_not_established" },
		{ YES, YES, REASON_NONE, "ipsec_sa_established" },
		{ NO, YES, REASON_NONE, "ipsec_sa_established" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct status status = {};

		if (cases[i].ike != UNKNOWN)
			status_set(&status, CONDITION_IKE, cases[i].ike == YES,
				cases[i].ike == YES ? REASON_NONE : REASON_PEER_SILENT, "", 1);
		if (cases[i].ipsec != UNKNOWN)
			status_set(&status, CONDITION_IPSEC, cases[i].ipsec == YES, cases[i].reason,
				"", 1);
		assert_string_equal(status_negotiation(&status), cases[i].word);
		status_clear(&status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(since_moves_with_the_state_only),
		cmocka_unit_test(documents_go_there_and_back),
		cmocka_unit_test(broken_documents_are_refused),
		cmocka_unit_test(learned_routes_keep_their_time),
		cmocka_unit_test(state_is_active_once_applied),
		cmocka_unit_test(negotiation_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
