/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line of vpngw-espd.
 */
#pragma once

#include "base/alloc.h"
#include "espd/crypto_pick.h"

#include <stdbool.h>
#include <stdint.h>

struct options {
	const char *run_dir;
	uint32_t uid, gid;              /* what it becomes */
	uint32_t agent_gid, charon_gid; /* the groups of the two sockets; UINT32_MAX = own */
	enum crypto_wish crypto;
	bool without_super_packets;
	bool debug;
};

/* -EINVAL: a line on standard error says why. */
MUST_CHECK int options_parse(int argc, char **argv, struct options *ret);
