/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pairs of networks a connection in protected-data-flows mode protects: every block of
 * LocalSubnet with every one of RemoteSubnet.
 */
#pragma once

#include "resource/resource.h"

struct selector_pair {
	struct prefix local, remote;
};

/*
 * Refuses what could not work: a block that lies where no host is, blocks of one side that overlap
 * or stand there twice, a local one that overlaps a remote one, and a remote one that no route may
 * lead to. 0.0.0.0/0 may stand alone on a side.
 */
MUST_CHECK int selectors_check(const struct vpn_connection *connection, struct fault *fault);

/* The first pair of a that some pair of b has a packet in common with. */
bool selectors_overlap(const struct vpn_connection *a, const struct vpn_connection *b,
	struct selector_pair *ret_a, struct selector_pair *ret_b);
/* The first pair that both have. */
bool selectors_share(
	const struct vpn_connection *a, const struct vpn_connection *b, struct selector_pair *ret);
