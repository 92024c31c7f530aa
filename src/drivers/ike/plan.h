/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges the SAs of one connection: is it up, what is too much, what is missing. Pure.
 */
#pragma once

#include "drivers/ike/seen.h"

/* When even the youngest of several is this old, they are no passing state of a rekeying or of two
 * crossing negotiations any more. */
#define DUPLICATE_AGE_S 3
/* The end that goes first. */
#define DUPLICATE_AGE_FIRST_S 1

struct ike_plan {
	const struct ike_sa_seen *sa;       /* the one to keep, established; NULL: none */
	const struct ike_child_seen *child; /* installed in it, or with its successor; NULL: none */
	bool is_connecting;                 /* a negotiation is under way */
	bool has_young_duplicate;           /* look again later */
	uint32_t *old_sas, *old_children;   /* charon's ids of what has to go */
	size_t old_sas_len, old_children_len;
};

void ike_plan_of(const struct ike_seen *seen, struct ike_plan *ret);
void ike_plan_clear(struct ike_plan *plan);
/* The tunnel is up, once, and nothing is under way. */
bool ike_plan_is_settled(const struct ike_plan *plan);
/* The tunnel is down, and nothing is under way or has to go. */
bool ike_plan_is_quiet(const struct ike_plan *plan);
