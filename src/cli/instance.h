/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One supervisor per run_dir, and nothing left of a former one: the lock, and the record of the
 * processes it has started.
 */
#pragma once

#include "base/alloc.h"

#include <sys/types.h>

/* The lock, kept as long as the descriptor is open. -EBUSY with *ret_holder = the other's pid. */
MUST_CHECK int instance_lock(const char *run_dir, pid_t *ret_holder);
/* Writes down which processes are ours now. */
MUST_CHECK int instance_record(const char *run_dir, const pid_t *pids, size_t len);
/*
 * Ends what the record of a former instance names and is still the same process, and waits until it
 * is gone. How many there were, or -errno. The caller holds the lock.
 */
MUST_CHECK int instance_sweep(const char *run_dir);
