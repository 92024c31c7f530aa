/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vpngw access-key: the actions on access keys in short words. Everything else is vpngw call.
 */
#include "base/alloc.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <string.h>

#define ARGUMENTS_MAX 32

/* What a command becomes; its arguments follow as parameters in this order. */
static const struct command {
	const char *name, *action;
	const char *parameters[3];
	int required;     /* how many of them */
	const char *more; /* a further parameter, as it is */
} commands[] = {
	{ "list", "ListAccessKeys", { NULL }, 0, NULL },
	{ "create", "CreateAccessKey", { "Policy", "Name", "Description" }, 1, NULL },
	{ "policy", "UpdateAccessKey", { "UserAccessKeyId", "Policy" }, 2, NULL },
	{ "enable", "UpdateAccessKey", { "UserAccessKeyId" }, 1, "Status=Active" },
	{ "disable", "UpdateAccessKey", { "UserAccessKeyId" }, 1, "Status=Inactive" },
	{ "delete", "DeleteAccessKey", { "UserAccessKeyId" }, 1, NULL },
	{},
};

/* The options of call all take a value: "--name value" or "--name=value". */
static int skip_options(int argc, char **argv)
{
	int at = 1;

	while (at < argc && !strncmp(argv[at], "--", 2))
		at += strchr(argv[at], '=') ? 1 : 2;
	return at;
}

static const struct command *find(const char *name)
{
	for (const struct command *command = commands; command->name; command++)
		if (!strcmp(command->name, name))
			return command;
	return NULL;
}

static int count_parameters(const struct command *command)
{
	size_t count = 0;

	while (count < ARRAY_LEN(command->parameters) && command->parameters[count])
		count++;
	return (int)count;
}

int verb_access_key(int argc, char **argv)
{
	int at = skip_options(argc, argv), given = argc - at - 1, len = 0, status;
	const struct command *command = at < argc ? find(argv[at]) : NULL;
	char *arguments[ARGUMENTS_MAX] = { NULL };

	if (!command || given < command->required || given > count_parameters(command) ||
		argc > ARGUMENTS_MAX - 4)
		return USAGE;
	for (int i = 0; i < at; i++)
		arguments[len++] = xstrdup(i ? argv[i] : "call");
	arguments[len++] = xstrdup(command->action);
	arguments[len++] = xstrdup("Version=2026-11-01");
	for (int i = 0; i < given; i++)
		arguments[len++] = xasprintf("%s=%s", command->parameters[i], argv[at + 1 + i]);
	if (command->more)
		arguments[len++] = xstrdup(command->more);
	status = verb_call(len, arguments);
	for (int i = 0; i < len; i++)
		free(arguments[i]);
	return status;
}
