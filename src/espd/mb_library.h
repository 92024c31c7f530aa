/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intel's multi-buffer library as a loaded object: is it there, does it fit, and job managers out
 * of it. A manager is the state of the vector lanes, for one worker. Knows nothing of ESP.
 */
#pragma once

#include "base/alloc.h"

#include <intel-ipsec-mb.h>

/*
 * Narrow code finishes a few packets soon (SSE, with SHA extensions where the processor has them),
 * wide code many packets fast (the widest vectors there are). Their keys are the same but for GCM.
 */
enum mb_width { MB_NARROW, MB_WIDE, MB_WIDTHS };

/* -EOPNOTSUPP: ret_why, static text. ret_what: own string, "1.3.0 avx2". */
MUST_CHECK int mb_library_load(const char **ret_why, char **ret_what);
/* Aborts without memory, as everything at start does. */
IMB_MGR *mb_manager_new(enum mb_width width);
void mb_manager_free(IMB_MGR *manager);
