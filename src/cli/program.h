/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of programs that make up a gateway, in their order of start; they are stopped in the
 * opposite order. Everything the supervisor knows of a program is its row.
 */
#pragma once

#include "base/alloc.h"

#include <stdbool.h>
#include <stdint.h>

struct config;

enum program_id { PROGRAM_ESPD, PROGRAM_CHARON, PROGRAM_AGENT, PROGRAM_API, PROGRAMS };

/* What a start needs to know; paths are absolute. */
struct launch {
	const struct config *config;
	char *config_path;
	char *paths[PROGRAMS]; /* of the executables */
	char *plugin;          /* charon's */
};

#define ARGUMENTS_MAX 16

struct arguments {
	char *values[ARGUMENTS_MAX + 1]; /* ends with NULL */
	uint32_t len;
};

struct program {
	const char *name;
	const char *room;  /* its folder in the build tree; NULL: the configuration names it */
	const char *ready; /* the socket in run_dir that answers when it is ready; NULL: at once */
	uint32_t stop_ms;  /* from SIGTERM to SIGKILL */
	const char *first; /* argument of the first start, when nothing ran before; may be NULL */
	void (*arguments)(const struct launch *launch, struct arguments *arguments);
	/* In the child, before exec; NULL: the program gives up its rights itself. */
	int (*enter)(const struct launch *launch);
};

extern const struct program programs[PROGRAMS];

/*
 * Finds every executable and the plug-in: beside the running binary first (in its folder, then as
 * the build tree has them), then where they are installed. -ENOENT with *ret_missing set, an own
 * string that names what is missing and where it was looked for.
 */
MUST_CHECK int launch_find(struct launch *launch, char **ret_missing);
void launch_done(struct launch *launch);
/* Takes ownership of value; the table of programs knows how many there are. */
void arguments_add(struct arguments *arguments, char *value);
void arguments_add_number(struct arguments *arguments, const char *option, uint32_t number);
void arguments_done(struct arguments *arguments);
