/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs of vpngw. A new verb is a line here and a file of its own; what it does is there.
 */
#include "cli/table.h"

#include "base/strbuf.h"
#include "cli/command.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <string.h>

static int verb_version(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return USAGE;
	puts("vpngw " VPNGW_VERSION);
	return EXIT_SUCCESS;
}

static int verb_help(int argc, char **argv)
{
	AUTO_FREE char *text = verbs_help();

	(void)argc;
	(void)argv;
	fputs(text, stdout);
	return EXIT_SUCCESS;
}

const struct verb verbs[] = {
	{ "up", "[--config FILE] [--background]", "start and supervise everything", verb_up },
	{ "down", "[--config FILE]", "send DELETEs, remove all of ours, stop", verb_down },
	{ "call", "ACTION [NAME=VALUE...]", "call the API", verb_call },
	{ "status", "[--FLAG VALUE...]", "gateways, connections, layers, since", verb_status },
	{ "completion", "bash | zsh", "print the shell's completion", verb_completion },
	{ "man", "", "print the manual page", verb_man },
	{ "backup", "[--config FILE] TO", "save store and key in one file", verb_backup },
	{ "restore", "[--config FILE] FROM", "on an empty machine", verb_restore },
	{ "check-config", "[FILE] [--example]", "check a configuration", verb_check_config },
	{ "version", "", "print the version", verb_version },
	{ "help", "", "print this", verb_help },
	{},
};

const struct verb *verb_find(const char *name)
{
	if (!strcmp(name, "-h") || !strcmp(name, "--help"))
		name = "help";
	if (!strcmp(name, "--version"))
		name = "version";
	for (const struct verb *verb = verbs; verb->name; verb++)
		if (!strcmp(verb->name, name))
			return verb;
	return NULL;
}

static void add_nouns(struct strbuf *text)
{
	const char *noun = "";

	for (const struct command *command = commands; command->noun; command++) {
		bool is_new = strcmp(command->noun, noun) != 0;

		if (is_new)
			strbuf_addf(text, "%s  %-16s %s", *noun ? "\n" : "", command->noun,
				command->verb);
		else
			strbuf_addf(text, " | %s", command->verb);
		noun = command->noun;
	}
	strbuf_add(text, "\n");
}

char *verbs_help(void)
{
	struct strbuf text = STRBUF_INIT(16384);

	strbuf_add(&text, "usage: vpngw VERB [ARGUMENT...]\n\n");
	for (const struct verb *verb = verbs; verb->name; verb++)
		strbuf_addf(
			&text, "  %-13s %-30s %s\n", verb->name, verb->arguments, verb->summary);
	strbuf_add(&text, "\nFILE is " DEFAULT_CONFIG " where it is not given.\n\n"
			  "usage: vpngw RESOURCE VERB [ARGUMENT...]\n\n");
	add_nouns(&text);
	strbuf_add(&text, "\nMore: vpngw RESOURCE --help, vpngw RESOURCE VERB --help\n");
	return strbuf_take(&text);
}
