/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vpngw check-config: reads a configuration as the daemons would and says what is wrong with it.
 */
#include "cli/verbs.h"
#include "resource/config.h"

#include <getopt.h>
#include <stdio.h>

int verb_check_config(int argc, char **argv)
{
	static const struct option options[] = { { "example", no_argument, NULL, 'e' }, {} };
	CLEANUP(config_freep) struct config *config = NULL;
	AUTO_FREE char *message = NULL;
	const char *path = DEFAULT_CONFIG;
	int option, err;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'e' || optind < argc)
			return USAGE;
		fputs(config_example(), stdout);
		return EXIT_SUCCESS;
	}
	if (argc - optind > 1)
		return USAGE;
	if (optind < argc)
		path = argv[optind];
	err = config_load(path, &config, &message);
	if (err < 0) {
		fprintf(stderr, "vpngw check-config: %s\n", message ? message : path);
		return EXIT_FAILURE;
	}
	printf("%s: ok\n", path);
	return EXIT_SUCCESS;
}
