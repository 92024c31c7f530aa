/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run of a command on resources: what the command line said, and asking the API.
 */
#pragma once

#include "cli/command.h"
#include "cli/profile.h"
#include "cli/settings.h"
#include "cli/transport.h"

struct context {
	const struct command *command;
	const struct catalogue_action *action;
	struct flags flags;
	struct settings settings;
	struct profile_options profile_options;
	struct profile profile;
	const char *region_id, *client_token; /* NULL: not given */
	bool is_json, has_yes, must_wait, is_dry_run, must_follow, wants_help;
	uint32_t timeout_s;
};

void context_clear(struct context *context);
#define AUTO_CONTEXT CLEANUP(context_clear)

/* argv[0] is the first argument behind the command's words; the exit status. */
int run_command(const struct command *command, int argc, char **argv);
/* argv[0] is the noun; the exit status. */
int run_noun(int argc, char **argv);
/*
 * Asks the API for an action of the catalogue. 0, or -EIO and -EACCES (a refusal) after a line on
 * stderr that says why.
 */
MUST_CHECK int run_ask(
	const struct context *context, const char *action, const char *form, struct reply *ret);
/* The answer as --output wants it; the exit status. */
int run_show(const struct context *context, const struct reply *reply);
/* The same with all pages of a list in one answer, of an action with PageNumber or NextToken. */
MUST_CHECK int run_ask_all(
	const struct context *context, const char *action, const char *form, struct reply *ret);
