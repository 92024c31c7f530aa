/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system calls that are left to vpngw-api once it serves: its store and log files, connections
 * it accepts, doorbells, memory, time. It starts no program, looks into no other process and calls
 * nobody on a network.
 */
#pragma once

#include "base/alloc.h"

/* After everything was opened. -errno. */
MUST_CHECK int api_sandbox_enter(void);
