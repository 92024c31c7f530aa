/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an error notify means to a user: pure, from the numbers in it and where in the negotiation
 * it was sent. Knows RFC 7296 section 3.10.1 and RFC 2408 section 3.14.1, whose error types share
 * one number space where both define them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "charon/proto.h"

struct refusal {
	unsigned int version; /* of IKE: 1 or 2 */
	uint16_t notify;      /* its type */
	bool ours;            /* we sent it */
	bool child;           /* said about a CHILD_SA, not about the IKE_SA */
	bool configured;      /* a connection of ours matches the peer's address */
};

/* The reason to report, or 0: normal course of things, or told by an alert of charon's. */
enum charon_reason reason_of_refusal(const struct refusal *refusal);
