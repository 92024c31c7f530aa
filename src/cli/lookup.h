/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the gateway knows is not asked of the user: names instead of ids, the gateway of a
 * connection, the weight and priority a route has now, the kind of a resource with tags.
 */
#pragma once

#include "cli/run.h"

/*
 * Completes the settings. -EINVAL with *ret_problem, an own sentence, when a name is not unique or
 * unknown; or an error of run_ask(), already told.
 */
MUST_CHECK int lookup(struct context *context, char **ret_problem);
