/* SPDX-License-Identifier: Apache-2.0 */
/* The table of verbs: which there are, what `vpngw help` says of them. */
#pragma once

#include "base/alloc.h"

struct verb {
	const char *name;
	const char *arguments;
	const char *summary;
	int (*run)(int argc, char **argv);
};

/* Ends with a verb without a name. */
extern const struct verb verbs[];

/* NULL: there is none. -h and --help are help, --version is version. */
const struct verb *verb_find(const char *name);
/* What `vpngw help` prints; an own string. */
char *verbs_help(void);
