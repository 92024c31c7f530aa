/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tunnel: one TUN device under the connection's number, with its counters and the packets that
 * wait for an SA; and the set of all tunnels. SAs point to their tunnel, so it is retired after
 * them.
 */
#pragma once

#include "base/alloc.h"
#include "espd/counters.h"
#include "espd/device.h"
#include "espd/kept.h"
#include "espd/proto.h"

#include <stddef.h>
#include <stdint.h>

#define TUNNELS_MAX 16384
#define TUNNEL_MTU_MIN 576 /* RFC 791: what every host accepts */
#define TUNNEL_MTU_MAX 65535

struct loop_io;
struct worker;

struct tunnel {
	struct espd_tunnel config; /* the control side's */
	struct device device;      /* its descriptor is the tunnel's own */
	struct loop_io *io;        /* the worker's watch on it */
	struct worker *worker;     /* who reads it */
	struct kept kept;
	int64_t woken_ms;      /* of the last WAKE event, 0 = never */
	int64_t kept_after_ms; /* not before, the kept packets are sent */
	struct tunnel_counters counters[WORKERS_MAX];
	uint32_t told_inbound, told_outbound; /* of the last TUNNEL_SAS event */
};

/* 0 or -EINVAL: if_id 0 or an impossible MTU. */
MUST_CHECK int tunnel_check(const struct espd_tunnel *config);
/* Takes the descriptor. */
struct tunnel *tunnel_new(const struct espd_tunnel *config, const struct device *device);
void tunnel_free(struct tunnel *tunnel);
void tunnel_set(struct tunnel *tunnel, const struct espd_tunnel *config);
/* A packet came out of it; counters: the worker's own. */
void tunnel_note_in(const struct tunnel *tunnel, struct tunnel_counters *counters, int64_t now_ms);
/* The sum over the workers, as the agent gets it, without the SA counts. */
void tunnel_counters_get(const struct tunnel *tunnel, struct espd_tunnel_counters *ret);

struct tunnels {
	struct tunnel **items; /* by if_id */
	size_t len;
};

/* NULL: none. */
struct tunnel *tunnels_get(const struct tunnels *tunnels, uint32_t if_id);
/* The first one above if_id, for walks that pause; NULL at the end. */
struct tunnel *tunnels_next(const struct tunnels *tunnels, uint32_t if_id);
/* Takes tunnel. -EEXIST, -ENOSPC. */
MUST_CHECK int tunnels_add(struct tunnels *tunnels, struct tunnel *tunnel);
/* Takes it out of the set; the caller owns it. NULL: none. */
struct tunnel *tunnels_take(struct tunnels *tunnels, uint32_t if_id);
/* Frees all. */
void tunnels_done(struct tunnels *tunnels);
