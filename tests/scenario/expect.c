/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a scenario expects: of the status documents, of charon, of the other parts.
 */
#include "scenario/steps.h"

#include "base/parse.h"

#include <string.h>

static char *compare_texts(const char *what, const char *is, const char *expected)
{
	if (strcmp(is, expected) == 0)
		return NULL;
	return xasprintf("%s is \"%s\", expected \"%s\"", what, is, expected);
}

static char *compare_numbers(const char *what, uint32_t is, const char *min, const char *max)
{
	uint32_t low, high;

	if (parse_u32(min, 0, UINT32_MAX, &low) < 0 || parse_u32(max, 0, UINT32_MAX, &high) < 0)
		return xasprintf("%s: not a number", what);
	if (is >= low && is <= high)
		return NULL;
	return xasprintf("%s is %u, expected %u to %u", what, is, low, high);
}

/* "up", "ike" (phase 1 only), "down Reason". */
static char *expect_tunnel(const struct status *status, char **words, size_t len)
{
	const struct condition *ike = &status->conditions[CONDITION_IKE];
	const struct condition *ipsec = &status->conditions[CONDITION_IPSEC];
	const char *is = ipsec->is_true ? "up" : ike->is_true ? "ike" : "down";
	char *wrong = compare_texts("tunnel", is, words[3]);

	if (wrong || len < 5)
		return wrong;
	return compare_texts("reason", reason_code(ipsec->reason), words[4]);
}

static char *expect_message(const struct status *status, const char *part)
{
	const char *message = status->conditions[CONDITION_IPSEC].message;

	if (message && strstr(message, part))
		return NULL;
	return xasprintf(
		"message is \"%s\", expected to contain \"%s\"", message ? message : "", part);
}

/* "up-for 60": for at least so many seconds, as the document says. */
static char *expect_up_for(const struct play *play, const struct status *status, const char *word)
{
	const struct condition *ipsec = &status->conditions[CONDITION_IPSEC];
	int64_t since_s = (lab_wall_ms(play->lab) - (int64_t)ipsec->since_ms) / 1000;

	if (!ipsec->is_true)
		return xstrdup("it is not up");
	return compare_numbers("seconds", (uint32_t)since_s, word, "4000000000");
}

/* EXPECT status a up | down PskMismatch | state active | none */
static char *expect_status(struct play *play, char **words, size_t len)
{
	enum kind kind = strcmp(words[1], "gateway") == 0 ? KIND_VPN_GATEWAY : KIND_VPN_CONNECTION;
	struct status status = { 0 };
	char id[32], *wrong;

	step_id(kind_info(kind)->id_prefix, words[2], id);
	if (lab_status(play->lab, kind, id, &status) < 0)
		return compare_texts("status", "none", words[3]);
	if (strcmp(words[3], "none") == 0)
		wrong = xstrdup("there is a status, expected none");
	else if (strcmp(words[3], "message") == 0)
		wrong = len > 4 ? expect_message(&status, words[4]) : xstrdup("message what");
	else if (strcmp(words[3], "up-for") == 0)
		wrong = len > 4 ? expect_up_for(play, &status, words[4]) : xstrdup("up for what");
	else if (strcmp(words[3], "unapplied") == 0)
		wrong = status.applied_revision < lab_revision(play->lab, kind, id)
				? NULL
				: xstrdup("the newest revision counts as applied");
	else if (strcmp(words[3], "active") == 0 || strcmp(words[3], "updating") == 0)
		wrong = compare_texts("state",
			status_state(&status, lab_revision(play->lab, kind, id)), words[3]);
	else
		wrong = expect_tunnel(&status, words, len);
	status_clear(&status);
	return wrong;
}

static char *expect_charon(struct play *play, char **words, size_t len)
{
	const struct fake_charon *charon = lab_charon(play->lab);
	char id[32];

	step_id("vco-", words[2], id);
	if (len < 5)
		return compare_texts("charon",
			fake_charon_has_connection(charon, id) ? "connection" : "no-connection",
			words[3]);
	if (strcmp(words[3], "sas") == 0)
		return compare_numbers("sas", fake_charon_sas(charon, id), words[4], words[4]);
	if (strcmp(words[3], "children") == 0)
		return compare_numbers(
			"children", fake_charon_children(charon, id), words[4], words[4]);
	if (strcmp(words[3], "keys") == 0)
		return compare_numbers("keys", fake_charon_keys(charon, id), words[4], words[4]);
	return xasprintf("unknown: charon %s", words[3]);
}

static char *expect_setting(struct play *play, char **words, size_t len)
{
	char id[32];
	AUTO_FREE char *is = NULL;

	step_id("vco-", words[2], id);
	is = fake_charon_setting(lab_charon(play->lab), id, words[3]);
	return compare_texts(words[3], is ? is : "", len > 4 ? words[4] : "");
}

static char *expect_count(struct play *play, char **words, size_t len)
{
	char id[32];

	step_id("vco-", words[3], id);
	return compare_numbers(words[2], fake_charon_count(lab_charon(play->lab), words[2], id),
		words[4], len > 5 ? words[5] : words[4]);
}

static char *expect_events(struct play *play, char **words, size_t len)
{
	char id[32];

	step_id("vco-", words[2], id);
	return compare_numbers(words[3], lab_events(play->lab, id, words[3], ""), words[4],
		len > 5 ? words[5] : words[4]);
}

static char *expect_lines(struct play *play, char **words, size_t len)
{
	char id[32];

	step_id("vco-", words[2], id);
	return compare_numbers(words[3], lab_events(play->lab, id, "", words[3]), words[4],
		len > 5 ? words[5] : words[4]);
}

static char *expect_part(struct play *play, char **words, size_t len)
{
	const struct fake_parts *parts =
		strcmp(words[1], "net") == 0 ? lab_net(play->lab) : lab_esp(play->lab);
	const char *prefix = strcmp(words[3], "table") == 0       ? "vpn-"
			     : strcmp(words[3], "namespace") == 0 ? "vpc-"
								  : "vco-";
	AUTO_FREE char *key = NULL;
	char id[32];

	step_id(prefix, words[4], id);
	key = strcmp(words[3], "foreign") == 0 ? xstrdup(words[4])
					       : xasprintf("%s/%s", words[3], id);
	(void)len;
	return compare_texts(key, fake_parts_has(parts, key) ? "has" : "lacks", words[2]);
}

static char *expect_nat(struct play *play, char **words, size_t len)
{
	int is = fake_charon_nat_traversal(lab_charon(play->lab), words[2]);

	(void)len;
	return compare_texts("nat", is < 0 ? "untold" : is ? "on" : "off", words[3]);
}

static char *expect_unchanged(struct play *play, char **words, size_t len)
{
	uint32_t before = lab_effects(play->lab)->count;
	uint32_t seconds;

	(void)len;
	if (parse_u32(words[2], 0, 1000000, &seconds) < 0)
		return xstrdup("unchanged how long");
	(void)lab_run(play->lab, (int64_t)seconds * 1000);
	if (lab_effects(play->lab)->count == before)
		return NULL;
	return xasprintf(
		"%u effects although nothing was to do", lab_effects(play->lab)->count - before);
}

char *step_expect(struct play *play, char **words, size_t len)
{
	static const struct {
		const char *word;
		size_t min;
		bool is_history; /* not after a crash */
		char *(*call)(struct play *play, char **words, size_t len);
	} expectations[] = {
		{ "status", 4, false, expect_status },
		{ "gateway", 4, false, expect_status },
		{ "charon", 4, false, expect_charon },
		{ "setting", 4, false, expect_setting },
		{ "count", 5, true, expect_count },
		{ "events", 5, true, expect_events },
		{ "lines", 5, true, expect_lines },
		{ "net", 5, false, expect_part },
		{ "esp", 5, false, expect_part },
		{ "nat", 4, false, expect_nat },
		{ "unchanged", 3, false, expect_unchanged },
	};

	for (size_t i = 0; len > 1 && i < ARRAY_LEN(expectations); i++) {
		if (strcmp(expectations[i].word, words[1]) != 0)
			continue;
		if (len < expectations[i].min)
			return xasprintf("%s: too few words", words[1]);
		if (play->is_sweep && expectations[i].is_history)
			return NULL;
		return expectations[i].call(play, words, len);
	}
	return xasprintf("unknown expectation %s", len > 1 ? words[1] : "");
}
