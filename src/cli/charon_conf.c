/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Renders strongswan.conf. The section of charon-systemd is its own name; its parser wants one
 * setting a line. Every value that is not a default says why.
 */
#include "cli/charon_conf.h"

#include "base/log.h"
#include "base/strbuf.h"
#include "resource/config.h"

/*
 * Half-open IKE_SAs. After a power cut of a region a thousand peers come back at once, many behind
 * one NAT address: they must not be taken for an attack, so cookies (which cost a peer one round
 * trip) come early and refusals late. espd limits datagrams per source before charon sees them.
 */
static const char floods[] = "  dos_protection = yes\n"
			     "  cookie_threshold = 100\n"
			     "  cookie_threshold_ip = 20\n"
			     "  block_threshold = 200\n"
			     "  init_limit_half_open = 5000\n"
			     "  half_open_timeout = 20\n";

/*
 * IKEv2 has no dpd_timeout: a dead peer is given up after dpd_delay (10 s) and four intervals of
 * 5 s, 30 s in all, as with IKEv1's dpd_timeout.
 */
static const char retransmission[] = "  retransmit_base = 1\n"
				     "  retransmit_timeout = 5\n"
				     "  retransmit_tries = 3\n";

/* A thousand connections; lookups stay short. */
static const char size[] = "  threads = 32\n"
			   "  ikesa_table_size = 1024\n"
			   "  ikesa_table_segments = 16\n";

/*
 * Routes and rules are the agent's (without a table charon would try to add its own rule);
 * aggressive mode and what some peers send unencrypted must work.
 */
static const char behaviour[] = "  install_routes = no\n"
				"  routing_table = 0\n"
				"  install_virtual_ip = no\n"
				"  i_dont_care_about_security_and_use_aggressive_mode_psk = yes\n"
				"  accept_unencrypted_mainmode_messages = yes\n";

/* Level 3 and 4 would print raw data and keys: never. */
static unsigned int charon_level(uint32_t level)
{
	if (level >= LEVEL_DEBUG)
		return 2;
	return level >= LEVEL_NOTICE ? 1 : 0;
}

char *charon_conf_render(const struct config *config)
{
	struct strbuf text = STRBUF_INIT(16384);

	strbuf_add(&text, "# Written by vpngw up at each start.\n"
			  "charon-systemd {\n"
			  "  load = " CHARON_PLUGINS "\n");
	strbuf_add(&text, behaviour);
	strbuf_add(&text, size);
	strbuf_add(&text, floods);
	strbuf_add(&text, retransmission);
	strbuf_addf(&text,
		"  plugins {\n"
		"    vici {\n"
		"      socket = \"unix://%s/charon/vici.sock\"\n"
		"    }\n"
		"    vpngw {\n"
		"      espd = \"%s/espd/ike.sock\"\n"
		"      agent = \"%s/charon/agent.sock\"\n"
		"    }\n"
		"  }\n",
		config->run_dir, config->run_dir, config->run_dir);
	/* its log goes where ours goes, and not a second time into the journal */
	strbuf_addf(&text,
		"  journal {\n"
		"    default = -1\n"
		"  }\n"
		"  filelog {\n"
		"    stderr {\n"
		"      default = %u\n"
		"      flush_line = yes\n"
		"    }\n"
		"  }\n"
		"}\n",
		charon_level(config->log_level));
	return strbuf_take(&text);
}
