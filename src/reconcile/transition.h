/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a change of a connection's status is called in its log: up, down and why, settings applied
 * or not. Exactly one event for each.
 */
#pragma once

#include "reconcile/connection_log.h"
#include "resource/status.h"

/* was: as reported so far; is: as observed now, conditions that are not known are left alone. */
void transition_tell(struct connection_log *log, const struct status *was, const struct status *is,
	uint64_t wall_ms);
