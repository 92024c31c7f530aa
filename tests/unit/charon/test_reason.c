/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reason_of_refusal(): every error notify a user can act on, and those that are no news.
 */
#include "charon/reason.h"
#include "support/unit.h"

#define OURS .ours = true
#define CHILD .child = true
#define KNOWN .configured = true

static const struct {
	struct refusal refusal;
	enum charon_reason reason;
} cases[] = {
	/* what a peer says */
	{ { .version = 2, .notify = 14, KNOWN }, CHARON_IKE_PROPOSAL_MISMATCH },
	{ { .version = 2, .notify = 14, KNOWN, CHILD }, CHARON_CHILD_PROPOSAL_MISMATCH },
	{ { .version = 2, .notify = 24, KNOWN, CHILD }, CHARON_PSK_MISMATCH },
	{ { .version = 2, .notify = 38, KNOWN, CHILD }, CHARON_SELECTOR_MISMATCH },
	{ { .version = 2, .notify = 34, KNOWN, CHILD }, CHARON_PEER_REFUSED },
	{ { .version = 1, .notify = 14, KNOWN }, CHARON_IKE_PROPOSAL_MISMATCH },
	{ { .version = 1, .notify = 14, KNOWN, CHILD }, CHARON_CHILD_PROPOSAL_MISMATCH },
	{ { .version = 1, .notify = 18, KNOWN }, CHARON_IDENTITY_MISMATCH },
	{ { .version = 1, .notify = 18, KNOWN, CHILD }, CHARON_SELECTOR_MISMATCH },
	{ { .version = 1, .notify = 24, KNOWN }, CHARON_PSK_MISMATCH },
	{ { .version = 1, .notify = 16, KNOWN }, CHARON_PSK_MISMATCH },
	{ { .version = 1, .notify = 23, KNOWN }, CHARON_PSK_MISMATCH },
	{ { .version = 1, .notify = 16, KNOWN, CHILD }, CHARON_PEER_REFUSED },
	{ { .version = 1, .notify = 17, KNOWN }, CHARON_PEER_REFUSED },
	/* the normal course of things */
	{ { .version = 2, .notify = 17, KNOWN }, 0 },
	{ { .version = 2, .notify = 43, KNOWN, CHILD }, 0 },
	{ { .version = 2, .notify = 44, KNOWN, CHILD }, 0 },
	{ { .version = 2, .notify = 16384, KNOWN }, 0 },
	{ { .version = 2, .notify = 16390, KNOWN }, 0 },
	{ { .version = 1, .notify = 36136, KNOWN, CHILD }, 0 },
	/* what we say */
	{ { .version = 2, .notify = 14, OURS }, CHARON_NO_CONNECTION },
	{ { .version = 1, .notify = 14, OURS }, CHARON_NO_CONNECTION },
	{ { .version = 1, .notify = 14, OURS, KNOWN }, CHARON_IKE_PROPOSAL_MISMATCH },
	{ { .version = 1, .notify = 14, OURS, KNOWN, CHILD }, CHARON_CHILD_PROPOSAL_MISMATCH },
	{ { .version = 1, .notify = 18, OURS, KNOWN, CHILD }, CHARON_SELECTOR_MISMATCH },
	{ { .version = 1, .notify = 18, OURS, KNOWN }, CHARON_IDENTITY_MISMATCH },
	/* what charon raises an alert for, or answers to garbage */
	{ { .version = 2, .notify = 14, OURS, KNOWN, CHILD }, 0 },
	{ { .version = 2, .notify = 24, OURS, KNOWN, CHILD }, 0 },
	{ { .version = 2, .notify = 38, OURS, KNOWN, CHILD }, 0 },
	{ { .version = 2, .notify = 7, OURS, KNOWN }, 0 },
	{ { .version = 1, .notify = 24, OURS, KNOWN }, 0 },
	{ { .version = 1, .notify = 16, OURS, KNOWN }, 0 },
	{ { .version = 1, .notify = 7, OURS, KNOWN }, 0 },
};

static void test_every_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct refusal *refusal = &cases[i].refusal;

		if (reason_of_refusal(refusal) != cases[i].reason)
			fail_msg("case %zu: version %u, notify %u: %u", i, refusal->version,
				(unsigned int)refusal->notify,
				(unsigned int)reason_of_refusal(refusal));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_case),
	};

	return cmocka_run_group_tests_name("charon-reason", tests, NULL, NULL);
}
