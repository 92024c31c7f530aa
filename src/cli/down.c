/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vpngw down: asks the running supervisor to take everything of ours off the machine, and waits
 * until it has ended.
 */
#include "base/fd.h"
#include "cli/control.h"
#include "cli/verbs.h"
#include "resource/config.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

static int fail(const char *reason)
{
	fprintf(stderr, "vpngw down: %s\n", reason);
	return EXIT_FAILURE;
}

/* One message; 0 at the end. Waits as long as it takes: the supervisor has deadlines. */
static ssize_t wait_message(int fd, char text[static CONTROL_MAX + 1])
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	ssize_t size;

	do {
		poll(&readable, 1, -1);
		size = message_receive(fd, text, CONTROL_MAX, NULL);
	} while (size == -EAGAIN || size == -EINTR);
	text[size > 0 ? size : 0] = '\0';
	return size;
}

static int ask(const struct config *config)
{
	AUTO_FREE char *path = config_path(config->run_dir, CONTROL_SOCKET);
	AUTO_CLOSE int fd = unix_connect(path, SOCK_SEQPACKET);
	char answer[CONTROL_MAX + 1], more[CONTROL_MAX + 1];

	if (fd == -ENOENT || fd == -ECONNREFUSED) {
		AUTO_FREE char *text = xasprintf("vpngw is not running in %s", config->run_dir);

		return fail(text);
	}
	if (fd < 0)
		return fail(strerror(-fd));
	if (message_send(fd, CONTROL_DOWN, strlen(CONTROL_DOWN), NULL, 0, -1) < 0)
		return fail("the supervisor does not listen");
	if (wait_message(fd, answer) <= 0)
		return fail("the supervisor ended before everything was removed");
	while (wait_message(fd, more) > 0)
		;
	if (strcmp(answer, CONTROL_OK))
		return fail(answer);
	return EXIT_SUCCESS;
}

int verb_down(int argc, char **argv)
{
	static const struct option options[] = { { "config", required_argument, NULL, 'c' }, {} };
	CLEANUP(config_freep) struct config *config = NULL;
	AUTO_FREE char *message = NULL;
	const char *path = DEFAULT_CONFIG;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'c')
			return USAGE;
		path = optarg;
	}
	if (optind < argc)
		return USAGE;
	if (config_load(path, &config, &message) < 0)
		return fail(message ? message : path);
	return ask(config);
}
