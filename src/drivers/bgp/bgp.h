/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The BGP driver: one BIRD per VPC, run by whoever supervises programs, and configured by files
 * that this driver writes (text.h, files.h):
 *
 *   vpc             main      what starts a BIRD; there as long as one connection speaks BGP
 *   vpn_gateway     gateway   its table and what it advertises
 *   vpn_connection  session   with the peer at the other end of its tunnel
 *
 * Over each BIRD's control socket it has files read again, asks once a second how the sessions are
 * and what they learned, and ends a session at once whose tunnel no longer carries.
 */
#pragma once

#include "drivers/bgp/client.h"
#include "reconcile/driver.h"

#include <sys/types.h>

struct bgp;
struct loop;

struct bgp_parts {
	struct loop *loop;
	const struct clock *clock;
	const struct world *world;
	const char *dir; /* run_dir/bird; copied */
	gid_t group;     /* BIRD's: may read the files */
	/* Has the data plane SAs for this connection: 1, 0, or -EAGAIN. */
	int (*carries)(void *arg, uint32_t number);
	/* The same, and its health check does not forbid to use them. */
	int (*may_carry)(void *arg, uint32_t number);
	/* How many TCP segments came into this VPC with a wrong key, or without the one they should
	 * have. NULL: nobody counts. */
	int (*key_failures)(void *arg, const char *vpc_id, uint64_t *ret);
	void (*mark)(void *arg, enum kind kind, const char *id);
	void *arg; /* of all of them */
	/* NULL: bird_client_open(). */
	struct bird_port (*open)(struct loop *loop, const struct clock *clock, const char *path,
		const struct bird_calls *calls);
};

extern const struct driver bgp_driver; /* its ctx is a struct bgp */

struct bgp *bgp_new(const struct bgp_parts *parts);
void bgp_free(struct bgp *bgp); /* leaves files and BIRDs as they are; NULL is fine */
/* What carries() or may_carry() says of this connection has changed. */
void bgp_carrying_changed(struct bgp *bgp, uint32_t number);
