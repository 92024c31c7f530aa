/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets of a connection that the data plane dropped, in words: once a minute at most, and while
 * it goes on ever more seldom, so that one talkative host does not push everything else out of the
 * connection log. Pure.
 */
#pragma once

#include "base/instant.h"
#include "espd/proto.h"

#include <jansson.h>
#include <stdbool.h>

#define DROPS_TOLD_MS 60000
#define DROPS_TOLD_MAX_MS (60 * DROPS_TOLD_MS)

struct drops_told {
	bool is_known; /* false: what was counted before is not known, so it is not news */
	bool was_told;
	struct mono at;
	int64_t pause_ms;                     /* until the next time */
	struct espd_tunnel_counters counters; /* as told */
};

/*
 * True when something was dropped that is to be told now: text says what, *ret_data how much of
 * each since last time, a new object. Counters that start again (espd did) are taken as they are.
 */
bool drops_tell(struct drops_told *told, const struct espd_tunnel_counters *counters,
	struct mono now, char *text, size_t size, json_t **ret_data);
