/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the action tables promise about parameters, checked before a handler sees them.
 */
#pragma once

#include "api/action.h"

/*
 * The declared parameters, against their rows. Others are ignored (clients send many), but all text
 * must be UTF-8. An empty value of an optional parameter counts as not given. 0 or -EINVAL.
 */
MUST_CHECK int check_parameters(
	const struct action *action, const struct params *params, struct fault *fault);
/* "true" or "false"; false when absent or empty. -EINVAL with the fault. */
MUST_CHECK int check_bool(
	const struct params *params, const char *name, bool *ret, struct fault *fault);
/* Fills the fault with the code "Invalid<name>". Returns -EINVAL. */
int refuse_invalid(struct fault *fault, const char *name, const char *value, const char *rule,
	const char *remedy);
