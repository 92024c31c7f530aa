/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The IKE driver: one item per vpn_connection, which stands for the connection and the shared key
 * loaded in charon, the plug-in's NAT traversal setting, and the tunnel being up once.
 *
 * An edit unloads, terminates, and loads anew, in an order in which a crash at any point leaves
 * something that does not look finished. The agent alone initiates: at once, on a packet
 * (EffectImmediately = no), or after a peer died; and for ever, with capped growing delays.
 */
#pragma once

#include "charon/proto.h"
#include "drivers/ike/vici.h"
#include "reconcile/clock.h"
#include "reconcile/connection_log.h"
#include "reconcile/driver.h"

struct ike;
struct loop;

/* The plug-in's side channel, as the driver sees it. */
struct peer_port {
	/* Starts to connect; called when the store has been read. */
	void (*start)(void *ctx);
	bool (*is_ready)(void *ctx); /* connected and greeted */
	/* 0, or -errno: not told. */
	int (*set_nat_traversal)(void *ctx, struct addr local, struct addr remote, bool is_on);
	int (*settings_complete)(void *ctx);
	void *ctx;
};

struct ike_parts {
	const struct world *world;
	const struct clock *clock;
	struct connection_log *log; /* may be NULL */
	struct vici_port vici;
	struct peer_port peers; /* start NULL: charon runs without our plug-in */
	const struct secret *fingerprint_key;
	/* Marks a resource dirty; id NULL: everything. */
	void (*mark)(void *arg, enum kind kind, const char *id);
	void *mark_arg;
};

extern const struct driver ike_driver; /* its ctx is a struct ike */
/* What of charon's events the driver wants to hear; NULL-terminated. */
extern const char *const ike_events[];

/* Everything in parts is borrowed. */
struct ike *ike_new(const struct ike_parts *parts);
/* NULL is fine. When the port will not call back any more; nor does the driver. */
void ike_free(struct ike *ike);

/* Traffic wants this connection: espd found a packet without an SA. */
void ike_wake(struct ike *ike, uint32_t number);
/* The connection's SAs are to be made anew, although its settings are the same. */
void ike_reset(struct ike *ike, const char *id);
/* Why this connection's SAs went a moment ago; unless something else was heard of, the peer ended
 * them. */
enum reason ike_loss(const struct ike *ike, const char *id);
/* charon is reachable, or no longer: nothing known of it holds any more. */
void ike_charon_changed(struct ike *ike);
/* An event of charon's; name: which. */
void ike_event(struct ike *ike, const char *name, const struct vici_tree *message);
/* The plug-in connected: tells it every peer's setting and marks everything. */
void ike_peers_ready(struct ike *ike);
void ike_alert(struct ike *ike, const struct charon_alert *alert);
/* A line of charon's log. */
void ike_line(struct ike *ike, const struct charon_line *line);
