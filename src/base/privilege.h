/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Least privilege, in the order a daemon calls it at start: become its own user, keep only the
 * named capabilities, never gain any again, leave no core dump. -errno on failure; the caller must
 * stop then.
 */
#pragma once

#include "base/alloc.h"

#include <stdint.h>
#include <sys/types.h>

/*
 * Becomes uid:gid with the supplementary groups, keeping the capabilities in `keep` (a mask of
 * 1 << CAP_x) as effective and permitted and clearing the bounding, inheritable and ambient sets.
 * uid 0 stays root with just these. A process that is uid:gid already and asks for no groups and no
 * capabilities needs no privilege for the call. Sets no_new_privs. The signal at the parent's death
 * (PR_SET_PDEATHSIG) is kept, so that a supervisor's end is noticed.
 */
MUST_CHECK int privilege_drop(
	uid_t uid, gid_t gid, const gid_t *groups, size_t groups_len, uint64_t keep);
/*
 * For a program that gives up root by itself: what it executes from here on has no capability but
 * those in keep, whoever it is, no supplementary group and no_new_privs.
 */
MUST_CHECK int privilege_bound(uint64_t keep);
/* No core dump, no ptrace by equals: for processes that hold keys. */
MUST_CHECK int privilege_hide_memory(void);
