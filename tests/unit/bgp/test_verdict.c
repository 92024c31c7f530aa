/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a session is not up, in terms of the fields that decide it.
 */
#include "support/unit.h"

#include "drivers/bgp/verdict.h"

#include <arpa/inet.h>
#include <errno.h>

struct row {
	struct bgp_evidence evidence;
	enum reason reason;
	const char *words;
};

#define TUNNEL .carries = 1, .may_carry = 1

static void test_verdicts(void **state)
{
	static const struct row rows[] = {
		{ { TUNNEL, .is_up = true, .error = "Error: Bad peer AS" }, REASON_NONE, "" },
		{ { .carries = 0, .error = "" }, REASON_BGP_TUNNEL_DOWN, "" },
		{ { .carries = 1, .may_carry = 0, .error = "Received: Bad peer AS" },
			REASON_HEALTH_CHECK, "" },
		{ { TUNNEL, .error = "Received: Bad peer AS" }, REASON_BGP_ASN_MISMATCH,
			"LocalAsn 45104" },
		{ { TUNNEL, .error = "Error: Bad peer AS" }, REASON_BGP_ASN_MISMATCH,
			"Asn 65001 of customer gateway cgw-a" },
		{ { TUNNEL, .error = "Error: Hold timer expired" }, REASON_BGP_HOLD_EXPIRED,
			"15 s" },
		{ { TUNNEL, .error = "Automatic shutdown: Import limit exceeded" },
			REASON_BGP_PREFIX_LIMIT, "100" },
		{ { TUNNEL, .error = "Received: Administrative shutdown" }, REASON_BGP_REFUSED,
			"Received: Administrative shutdown" },
		{ { TUNNEL, .error = "", .has_bad_keys = true, .is_only_silent = true },
			REASON_BGP_KEY_MISMATCH, "the peer comes with another key" },
		{ { TUNNEL, .error = "", .has_bad_keys = true }, REASON_BGP_KEY_MISMATCH,
			"maybe this one" },
		{ { TUNNEL, .error = "", .down_ms = BGP_SILENT_MS - 1 }, REASON_BGP_CONNECTING,
			"" },
		{ { TUNNEL, .error = "", .down_ms = BGP_SILENT_MS }, REASON_BGP_PEER_SILENT,
			"169.254.10.2: no BGP there" },
		{ { .carries = -EAGAIN, .may_carry = -EAGAIN, .error = "" }, REASON_BGP_CONNECTING,
			"" },
	};
	static const struct vpn_connection connection = {
		.bgp_config = { .local_asn = 45104 },
	};
	struct vpn_connection with_address = connection;
	struct customer_gateway peer = { .meta.id = (char[]){ "cgw-a" }, .asn = 65001 };

	(void)state;
	with_address.bgp_config.local_bgp_ip.v4 = inet_addr("169.254.10.1");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bgp_verdict verdict = bgp_judge(&with_address, &peer, &rows[i].evidence);

		if (verdict.reason != rows[i].reason || !strstr(verdict.message, rows[i].words))
			fail_msg(
				"row %zu: %s, %s", i, reason_code(verdict.reason), verdict.message);
		assert_int_equal(verdict.is_up, rows[i].reason == REASON_NONE);
	}
}

static void test_telling(void **state)
{
	(void)state;
	assert_false(bgp_error_is_telling(""));
	assert_false(bgp_error_is_telling("Socket: Connection refused"));
	assert_true(bgp_error_is_telling("Error: Hold timer expired"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_telling),
	};

	return cmocka_run_group_tests_name("bgp verdict", tests, NULL, NULL);
}
