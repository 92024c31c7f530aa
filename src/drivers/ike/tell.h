/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the driver writes into the connection log. All of it may be called without a log.
 */
#pragma once

#include "drivers/ike/ike_private.h"

/* A failure that repeats is an event once; then it is a line now and then, with its number. */
void tell_alert(struct ike *ike, struct tunnel *tunnel, const struct charon_alert *alert);
/* An attempt has started; the tunnel knows when the next one is due. */
void tell_attempt(struct ike *ike, const struct tunnel *tunnel);
void tell_new_settings(struct ike *ike, const char *id);
void tell_duplicates(struct ike *ike, const char *id, const struct ike_plan *plan);
/* event: charon's name for it; others than rekeyings are no news here. */
void tell_event(struct ike *ike, const char *event, const char *id);
/* A line of charon's own. */
void tell_line(struct ike *ike, const struct charon_line *line);
