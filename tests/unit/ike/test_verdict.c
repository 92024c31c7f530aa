/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the connection log says of a failed negotiation: what, both values, what to do, and no guess
 * where only the peer knows.
 */
#include "support/unit.h"

#include "drivers/ike/verdict.h"

#include <string.h>

static struct verdict verdict(enum charon_reason reason, const char *local, const char *remote)
{
	struct charon_alert alert = { .reason = reason };
	struct verdict verdict;

	(void)snprintf(alert.local, sizeof(alert.local), "%s", local);
	(void)snprintf(alert.remote, sizeof(alert.remote), "%s", remote);
	verdict_of(&alert, "203.0.113.9", &verdict);
	return verdict;
}

static void expect(const struct verdict *verdict, const char *text)
{
	if (!strstr(verdict->text, text))
		fail_msg("\"%s\" lacks \"%s\"", verdict->text, text);
}

static void test_both_values(void **state)
{
	struct verdict v =
		verdict(CHARON_IKE_PROPOSAL_MISMATCH, "IKE:AES_CBC_128", "IKE:AES_CBC_256");

	(void)state;
	assert_string_equal(v.text,
		"phase 1 failed: the peer 203.0.113.9 offers no IKE proposal that fits ours; ours: "
		"IKE:AES_CBC_128; the peer's: IKE:AES_CBC_256. Set the same IkeVersion, IkeEncAlg, "
		"IkeAuthAlg and IkePfs on both sides.");
	assert_string_equal(v.certainty, "certain");
	assert_string_equal(v.type, "NegotiationFailed");
	assert_int_equal(v.reason, REASON_IKE_PROPOSAL_MISMATCH);
}

static void test_only_the_peer_knows(void **state)
{
	struct verdict v =
		verdict(CHARON_PSK_MISMATCH, "10.0.0.1...10.0.0.2", "AUTHENTICATION_FAILED");

	(void)state;
	expect(&v, "rejects our pre-shared key or our identity");
	expect(&v, "(AUTHENTICATION_FAILED; only the peer knows why); ours: 10.0.0.1...10.0.0.2.");
	expect(&v, "Set the same Psk on both sides");
	assert_string_equal(v.certainty, "only the peer knows");
	v = verdict(CHARON_PSK_MISMATCH, "10.0.0.1...10.0.0.2", "10.0.0.2...10.0.0.1");
	expect(&v, "the pre-shared key of the peer 203.0.113.9 is not ours");
	assert_string_equal(v.certainty, "certain");
}

/* An identity is whatever the peer calls itself. */
static void test_identity_in_capitals(void **state)
{
	struct verdict v = verdict(CHARON_IDENTITY_MISMATCH, "HEAD_OFFICE", "BRANCH_OFFICE");

	(void)state;
	expect(&v, "calls itself something else than expected; ours: HEAD_OFFICE; the peer's: "
		   "BRANCH_OFFICE.");
	assert_string_equal(v.certainty, "certain");
	v = verdict(CHARON_IDENTITY_MISMATCH, "HEAD_OFFICE", "AUTHENTICATION_FAILED");
	expect(&v, "rejects our identity");
}

static void test_silence(void **state)
{
	struct verdict v = verdict(CHARON_PEER_SILENT, "", "");

	(void)state;
	expect(&v, "the peer 203.0.113.9 does not answer. Check that its address is right");
	assert_string_equal(v.certainty, "likely");
	v = verdict(CHARON_DPD_TIMEOUT, "", "");
	assert_string_equal(v.type, "PeerGone");
	assert_int_equal(v.reason, REASON_PEER_GONE);
}

/* Every alert of the protocol has words, and the longest values fit. */
static void test_all(void **state)
{
	char text[CHARON_TEXT_MAX];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (uint32_t reason = CHARON_IKE_PROPOSAL_MISMATCH; reason <= CHARON_DPD_TIMEOUT;
		reason++) {
		struct verdict v = verdict(reason, text, text);

		assert_int_not_equal(verdict_reason(reason), REASON_NONE);
		expect(&v, "203.0.113.9");
		assert_int_equal(v.text[strlen(v.text) - 1], '.');
		v = verdict(reason, text, "SOME_NOTIFY");
		expect(&v, "SOME_NOTIFY");
		assert_int_equal(v.text[strlen(v.text) - 1], '.');
	}
	assert_int_equal(verdict_reason(0), REASON_NONE);
	assert_int_equal(verdict_reason(CHARON_DPD_TIMEOUT + 1), REASON_NONE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_values),
		cmocka_unit_test(test_only_the_peer_knows),
		cmocka_unit_test(test_identity_in_capitals),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
