/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One of charon's alerts in the words of the connection log: what failed, both sides' values, what
 * to do, and how sure that is. Pure.
 */
#pragma once

#include "charon/proto.h"
#include "resource/fault.h"

struct verdict {
	enum reason reason;
	const char *type;      /* of the event */
	const char *certainty; /* "certain", "likely", "only the peer knows" */
	char text[1024];
};

/* REASON_NONE when it is no alert we know. */
enum reason verdict_reason(uint32_t alert_reason);
/* peer: its address as a text. The alert is one we know. */
void verdict_of(const struct charon_alert *alert, const char *peer, struct verdict *ret);
