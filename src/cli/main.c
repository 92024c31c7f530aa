/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vpngw: the command line. Finds the verb, or the commands on a kind of resources, and runs
 * it.
 */
#include "base/alloc.h"
#include "base/secret.h"
#include "cli/command.h"
#include "cli/run.h"
#include "cli/table.h"
#include "cli/verbs.h"

#include <jansson.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	const struct verb *verb;
	int status;

	/* Answers hold secrets. */
	json_set_alloc_funcs(xmalloc, free_wiped);
	if (argc < 2) {
		AUTO_FREE char *help = verbs_help();

		fputs(help, stderr);
		return EXIT_USAGE;
	}
	if (command_of_noun(argv[1]))
		return run_noun(argc - 1, argv + 1);
	verb = verb_find(argv[1]);
	if (!verb) {
		fprintf(stderr, "vpngw: there is no verb \"%s\"; see vpngw help\n", argv[1]);
		return EXIT_USAGE;
	}
	status = verb->run(argc - 1, argv + 1);
	if (status != USAGE)
		return status;
	fprintf(stderr, "usage: vpngw %s %s\n", verb->name, verb->arguments);
	return EXIT_USAGE;
}
