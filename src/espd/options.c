/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See options.h.
 */
#include "espd/options.h"

#include "base/parse.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { RUN_DIR = 1, UID, GID, AGENT_GID, IKE_GID, CRYPTO, NO_SUPER_PACKETS, DEBUG };

static const struct option table[] = {
	{ "run-dir", required_argument, NULL, RUN_DIR },
	{ "uid", required_argument, NULL, UID },
	{ "gid", required_argument, NULL, GID },
	{ "agent-gid", required_argument, NULL, AGENT_GID },
	{ "ike-gid", required_argument, NULL, IKE_GID },
	{ "crypto", required_argument, NULL, CRYPTO },
	{ "no-super-packets", no_argument, NULL, NO_SUPER_PACKETS },
	{ "debug", no_argument, NULL, DEBUG },
	{ 0 },
};

static int usage(const char *why)
{
	(void)fprintf(stderr,
		"vpngw-espd: %s\nusage: vpngw-espd --run-dir DIR [--uid N --gid N] [--agent-gid N] "
		"[--ike-gid N] [--crypto auto|openssl|ipsec-mb] [--no-super-packets] "
		"[--debug]\n",
		why);
	return -EINVAL;
}

static bool parse_crypto(const char *text, enum crypto_wish *ret)
{
	static const char *const names[] = {
		[CRYPTO_AUTO] = "auto", [CRYPTO_OPENSSL] = "openssl", [CRYPTO_IPSEC_MB] = "ipsec-mb"
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i], text) == 0) {
			*ret = (enum crypto_wish)i;
			return true;
		}
	return false;
}

int options_parse(int argc, char **argv, struct options *ret)
{
	struct options options = { .uid = geteuid(),
		.gid = getegid(),
		.agent_gid = UINT32_MAX,
		.charon_gid = UINT32_MAX };
	uint32_t *const numbers[] = {
		[UID] = &options.uid,
		[GID] = &options.gid,
		[AGENT_GID] = &options.agent_gid,
		[IKE_GID] = &options.charon_gid,
	};
	int option;

	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (option == RUN_DIR)
			options.run_dir = optarg;
		else if (option == DEBUG)
			options.debug = true;
		else if (option == NO_SUPER_PACKETS)
			options.without_super_packets = true;
		else if (option == CRYPTO && !parse_crypto(optarg, &options.crypto))
			return usage("--crypto is auto, openssl or ipsec-mb");
		else if (option == CRYPTO)
			continue;
		else if (option < UID || option > IKE_GID)
			return usage("unknown option");
		else if (parse_u32(optarg, 0, UINT32_MAX - 1, numbers[option]) < 0)
			return usage("a user or group is a number");
	}
	if (optind != argc)
		return usage("unexpected argument");
	if (!options.run_dir)
		return usage("--run-dir is missing");
	*ret = options;
	return 0;
}
