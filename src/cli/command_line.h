/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the arguments of a command on resources.
 */
#pragma once

#include "cli/run.h"

/* Flags that every command on resources has, beside profile_flags; ends with a NULL name. */
struct general_flag {
	const char *name, *value; /* value NULL: takes none */
	unsigned int options;     /* of enum command_option the command must have; 0: any */
	const char *doc;
};
extern const struct general_flag general_flags[];

/*
 * argv[0] is the first argument after the verb. Fills all but the profile. -EINVAL with
 * *ret_problem, an own sentence for the user.
 */
MUST_CHECK int command_line_read(
	struct context *context, int argc, char **argv, char **ret_problem);
/* Presets for what was not given, then: is everything there that the action requires? Same. */
MUST_CHECK int command_line_complete(struct context *context, char **ret_problem);
