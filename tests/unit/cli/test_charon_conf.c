/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/charon_conf: what our charon must be told, and never to log keys.
 */
#include "support/unit.h"

#include "base/log.h"
#include "cli/charon_conf.h"
#include "resource/config.h"

static void assert_line(const char *text, const char *line)
{
	AUTO_FREE char *whole = xasprintf("\n%s\n", line);

	if (!strstr(text, whole))
		fail_msg("missing: %s, text: %s", line, text);
}

static void test_settings(void **state)
{
	char run_dir[] = "/run/here";
	const struct config config = { .run_dir = run_dir, .log_level = LEVEL_INFO };
	AUTO_FREE char *text = charon_conf_render(&config);

	(void)state;
	assert_line(text, "  install_routes = no");
	assert_line(text, "  routing_table = 0");
	assert_line(text, "  i_dont_care_about_security_and_use_aggressive_mode_psk = yes");
	assert_line(text, "  accept_unencrypted_mainmode_messages = yes");
	assert_line(text, "  dos_protection = yes");
	assert_line(text, "      socket = \"unix:///run/here/charon/vici.sock\"");
	assert_line(text, "      espd = \"/run/here/espd/ike.sock\"");
	assert_line(text, "      agent = \"/run/here/charon/agent.sock\"");
	assert_non_null(strstr(text, " vpngw kernel-netlink ")); /* ours provides kernel-ipsec */
	assert_null(strstr(text, "kernel-libipsec"));
	assert_null(strstr(text, "socket-default"));
}

/* dpd_delay 10 s and four unanswered intervals are 30 s, for IKEv2 as for IKEv1. */
static void test_dead_peer_in_30_s(void **state)
{
	char run_dir[] = "/run/here";
	const struct config config = { .run_dir = run_dir };
	AUTO_FREE char *text = charon_conf_render(&config);

	(void)state;
	assert_line(text, "  retransmit_base = 1");
	assert_line(text, "  retransmit_timeout = 5");
	assert_line(text, "  retransmit_tries = 3");
}

static void test_log_levels(void **state)
{
	static const struct {
		uint32_t ours;
		const char *theirs;
	} levels[] = { { LEVEL_ERR, "      default = 0" }, { LEVEL_WARN, "      default = 0" },
		{ LEVEL_NOTICE, "      default = 1" }, { LEVEL_INFO, "      default = 1" },
		{ LEVEL_DEBUG, "      default = 2" } };
	char run_dir[] = "/run/here";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		const struct config config = { .run_dir = run_dir, .log_level = levels[i].ours };
		AUTO_FREE char *text = charon_conf_render(&config);

		assert_line(text, levels[i].theirs);
		assert_line(text, "    default = -1"); /* and nothing into the journal beside */
	}
}

/* The parser takes one setting a line; brackets must match. */
static void test_shape(void **state)
{
	char run_dir[] = "/run/here";
	const struct config config = { .run_dir = run_dir };
	AUTO_FREE char *text = charon_conf_render(&config);
	char *rest = text;
	int depth = 0;

	(void)state;
	for (char *line; (line = strsep(&rest, "\n"));) {
		const char *first = line + strspn(line, " ");

		if (!*first || *first == '#')
			continue;
		if (line[strlen(line) - 1] == '{')
			depth++;
		else if (!strcmp(first, "}"))
			depth--;
		else
			assert_non_null(strstr(first, " = "));
		assert_true(depth >= 0);
	}
	assert_int_equal(depth, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_dead_peer_in_30_s),
		cmocka_unit_test(test_log_levels),
		cmocka_unit_test(test_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
