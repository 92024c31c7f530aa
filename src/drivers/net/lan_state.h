/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a LAN link was before a VPC took it, so that it can be given back the same: whether it was
 * up, its group, its addresses and its alias. It is kept in the link's own alias, in the kernel,
 * where it outlives the agent and ends with the link. Pure text.
 *
 *   vpngw-lan up 0 10.1.0.1/24,10.2.0.1/16 what the operator's alias said
 */
#pragma once

#include "drivers/net/rt.h"

#define LAN_ADDRESSES_MAX 10

struct lan_state {
	bool is_up;
	uint32_t group;
	struct prefix addresses[LAN_ADDRESSES_MAX]; /* host bits kept */
	size_t addresses_len;
	char alias[RT_ALIAS_SIZE];
};

/* -ENOSPC: it does not fit into an alias. */
MUST_CHECK int lan_state_format(const struct lan_state *state, char ret[static RT_ALIAS_SIZE]);
/* -EINVAL: the alias is none of these. */
MUST_CHECK int lan_state_parse(const char *alias, struct lan_state *ret);
