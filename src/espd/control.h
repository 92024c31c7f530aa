/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control side of espd: two listening sockets, one client of each role, their requests carried
 * to the plane and the plane's events to them. Owns the plane.
 */
#pragma once

#include "base/alloc.h"
#include "espd/proto.h"

#include <stdbool.h>

struct loop;
struct control;

/* Takes both listening descriptors. */
struct control *control_new(
	struct loop *loop, int agent_listener, int charon_listener, bool super_packets);
/* What every agent is told when it connects, copied. */
void control_set_crypto(struct control *control, const struct espd_crypto *crypto);
void control_free(struct control *control);
DEFINE_CLEANUP(struct control, control_free)
