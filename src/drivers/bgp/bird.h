/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One running BIRD as the driver sees it: is it there, which sessions has it, what did they learn,
 * and why is one not up. Asks once a second, and marks a connection when its answer changes.
 */
#pragma once

#include "drivers/bgp/bgp.h"
#include "drivers/bgp/verdict.h"

#define BIRD_POLL_MS 1000
#define BIRD_GRACE_MS 5000 /* that a BIRD may take to answer for the first time */

struct bird;

/* parts are borrowed. Connects, and again, until it is freed. */
struct bird *bird_new(const struct bgp_parts *parts, const char *vpc_id);
void bird_free(struct bird *bird); /* NULL is fine */
/* Files have changed: BIRD reads them soon, once for all that change in a moment. */
void bird_reload(struct bird *bird);
/* This session's settings are others: what was found out about it before no longer counts. */
void bird_forget(struct bird *bird, uint32_t number);
/* Its tunnel has come or gone. */
void bird_carrying_changed(struct bird *bird, uint32_t number);
/* Nothing can be said yet, because this process has just begun to talk to it: what a former one
 * found out stands. */
bool bird_is_unknown(const struct bird *bird);
struct bgp_verdict bird_verdict(const struct bird *bird, uint32_t number);
/* What this session learned; NULL: that is not known now. Borrowed. */
const struct learned_routes *bird_learned(const struct bird *bird, uint32_t number);
/* What BIRD said when it refused the files; "": it has taken them, or is not there. */
const char *bird_refusal(const struct bird *bird);
