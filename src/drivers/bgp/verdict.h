/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a BGP session is not up, in the words of the API: which field of which resource is at fault.
 * Pure.
 */
#pragma once

#include "reconcile/world.h"

/* Nothing happens for so long: the peer does not answer. */
#define BGP_SILENT_MS 5000

struct bgp_verdict {
	bool is_up;
	enum reason reason; /* REASON_NONE: it is up */
	char message[240];
};

struct bgp_evidence {
	bool is_up;
	int carries, may_carry; /* 1, 0, -EAGAIN: the tunnel's state */
	/* The last error of BGP itself as BIRD words it, since it was up or its settings changed;
	 * "": none. */
	const char *error;
	int64_t down_ms;     /* how long it has not been up while its tunnel was */
	bool has_bad_keys;   /* segments with a wrong key have come into the VPC */
	bool is_only_silent; /* and no other session of the VPC waits for its peer */
};

/* Does this error tell more than that nobody answers? Only such are kept. */
bool bgp_error_is_telling(const char *error);
struct bgp_verdict bgp_judge(const struct vpn_connection *connection,
	const struct customer_gateway *peer, const struct bgp_evidence *evidence);
