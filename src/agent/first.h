/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first start of the agent after all programs were down (a boot, `vpngw down` and `up`, or a
 * crash of everything): nothing of what was observed before is true any more.
 */
#pragma once

#include "base/alloc.h"

struct store;

/* Takes every status out of the store; what is configured and the logs stay. */
MUST_CHECK int first_forget(struct store *store);
/* Listens at run_dir/agent/ready.sock: from here on nobody is told anything old. The descriptor,
 * which stays open as long as the agent runs, or -errno. */
MUST_CHECK int first_ready(const char *run_dir);
