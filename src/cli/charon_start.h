/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a process becomes our charon: Debian's binary finds our plug-in in its own folder of
 * plug-ins, but nothing of the system is changed.
 */
#pragma once

#include "base/alloc.h"

struct launch;

/*
 * Called in the child, before exec: a mount namespace of its own in which strongSwan's folder of
 * plug-ins holds those we load and ours, charon's user without any capability, the environment.
 * -errno; the reason is logged.
 */
MUST_CHECK int charon_enter(const struct launch *launch);
