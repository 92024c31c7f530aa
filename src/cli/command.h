/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands on resources: "connection create" is the action CreateVpnConnection. Here stand the
 * words and what a person need not type; parameters and their rules are the action's own.
 */
#pragma once

#include "cli/catalogue.h"

#include <stddef.h>

struct context;

/* A value that is sent where the user gives none. */
struct preset {
	const char *parameter, *member, *value;
	const char *unless; /* not when this parameter is given */
	bool is_fixed;      /* belongs to the command: there is no flag for it */
	bool unless_aead;   /* not beside an encryption that needs no authentication */
};

#define COMMAND_POSITIONALS 3
#define COMMAND_PRESETS 6

enum command_option {
	COMMAND_ASKS = 1,  /* destroys something: needs a yes */
	COMMAND_WAITS = 2, /* has --wait: until the gateway has done it */
	COMMAND_SHOWS_SECRETS = 4,
	COMMAND_FOLLOWS = 8, /* has --follow */
};

struct command {
	const char *noun, *verb, *action;
	/* Parameters that need no flag, in this order. */
	const char *positionals[COMMAND_POSITIONALS];
	struct preset presets[COMMAND_PRESETS];
	/* Of a list: "ID:VpcId NAME:VpcName", members of members with a dot. */
	const char *columns;
	unsigned int options; /* of enum command_option */
	/* Instead of asking the API and showing the answer; the exit status. */
	int (*run)(struct context *context);
	const char *doc; /* NULL: the action's */
};

/* Ends with a NULL noun; the commands of a noun lie side by side. */
extern const struct command commands[];

const struct command *command_find(const char *noun, const char *verb);
/* The first command of the noun, or NULL. */
const struct command *command_of_noun(const char *noun);
/* The catalogue's row; never NULL for a row of the table (there is a test). */
const struct catalogue_action *command_action(const struct command *command);
/* Has the command fixed this parameter's value? command: a struct command. */
bool command_hides(const void *command, const char *parameter);
const char *command_doc(const struct command *command);
