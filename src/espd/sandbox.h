/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system calls that are left to espd once it has started: reading and writing descriptors it
 * got, memory, time. Anything else ends the process.
 */
#pragma once

#include "base/alloc.h"

/* After everything was opened and loaded. -errno. */
MUST_CHECK int sandbox_enter(void);
