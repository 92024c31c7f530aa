/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the driver remembers of a connection between passes, and may forget: when to try next, that
 * it was asked to come up, why it failed last. Everything else is observed.
 */
#pragma once

#include "drivers/ike/plan.h"
#include "reconcile/clock.h"

#include <uthash.h>

/* The failure its log was told last, until it comes up or goes down. */
struct told {
	char *text;       /* NULL: none */
	struct mono at;   /* when it was told */
	uint32_t repeats; /* since then */
};

struct tunnel {
	char *id;
	/* charon's connection it was seen in or loaded into last; "" = none yet */
	char group[IKE_NAME_SIZE];
	uint32_t failures;    /* attempts in a row that led to nothing lasting */
	struct mono next_try; /* not before */
	bool is_demanded;     /* by traffic or after a dead peer, until it is up */
	bool must_reset;      /* its SAs are to go, once, although they look well */
	bool is_up;           /* as last observed */
	struct mono up_since;
	struct mono lost_at; /* when it was first seen down again; 0 = never */
	enum reason reason;  /* of the last alert, until it is up */
	char message[512];
	/* What was heard of last that takes its SAs away, and when. */
	enum reason loss;
	struct mono loss_at;
	bool is_loss_spent; /* it came up after that */
	struct told told;
	struct clock_timer *look; /* marks the key when it is time to look again */
	void (*mark)(void *arg, const char *id);
	void *mark_arg;
	const struct clock *clock;
	UT_hash_handle hh;
};

struct tunnels {
	struct tunnel *items;
	const struct clock *clock;
	void (*mark)(void *arg, const char *id);
	void *mark_arg;
};

struct tunnel *tunnels_get(struct tunnels *tunnels, const char *id); /* made when missing */
struct tunnel *tunnels_find(const struct tunnels *tunnels, const char *id);
/* It was heard of as a child of this group of charon's; what is known already stands. */
void tunnels_learn_group(struct tunnels *tunnels, const char *id, const char *name);
void tunnels_remove(struct tunnels *tunnels, const char *id);
void tunnels_clear(struct tunnels *tunnels);

/* Charon was looked at: keeps count of how long it was up. */
void tunnel_observed(struct tunnel *tunnel, const struct ike_plan *plan);
/* New settings: everything starts afresh, the first attempt is due at once. */
void tunnel_reset(struct tunnel *tunnel);
/* Asked to come up, whatever EffectImmediately says. */
void tunnel_demand(struct tunnel *tunnel);
/* Heard of something that takes its SAs away. */
void tunnel_note_loss(struct tunnel *tunnel, enum reason reason);
/* That, when it was at most so long ago; else REASON_NONE. */
enum reason tunnel_loss_within(const struct tunnel *tunnel, int64_t ms);
/* It was up, and was first seen down at most that long ago. */
bool tunnel_lost_within(const struct tunnel *tunnel, int64_t ms);
bool tunnel_may_try(const struct tunnel *tunnel);
/* An attempt starts now: the next one comes after a growing delay; the key is marked then. */
void tunnel_tried(struct tunnel *tunnel);
/* Marks the key after delay_ms, or when the next attempt is due, whichever is asked last. */
void tunnel_look_in(struct tunnel *tunnel, uint64_t delay_ms);
void tunnel_look_at_next_try(struct tunnel *tunnel);
void told_clear(struct told *told);
