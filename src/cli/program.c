/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programs, their command lines and where their files are. Starts nothing.
 */
#include "cli/program.h"

#include "cli/charon_start.h"
#include "resource/config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#define PLUGIN "libstrongswan-vpngw.so"

void arguments_add(struct arguments *arguments, char *value)
{
	if (arguments->len == ARGUMENTS_MAX)
		abort(); /* a row of the table is longer than the table allows */
	arguments->values[arguments->len++] = value;
}

void arguments_add_number(struct arguments *arguments, const char *option, uint32_t number)
{
	arguments_add(arguments, xstrdup(option));
	arguments_add(arguments, xasprintf("%u", number));
}

static void espd_arguments(const struct launch *launch, struct arguments *arguments)
{
	const struct config *config = launch->config;

	arguments_add(arguments, xstrdup("--run-dir"));
	arguments_add(arguments, config_path(config->run_dir, "espd"));
	arguments_add_number(arguments, "--uid", config->espd_uid);
	arguments_add_number(arguments, "--gid", config->espd_gid);
	arguments_add_number(arguments, "--ike-gid", config->charon_gid);
	arguments_add_number(arguments, "--agent-gid", 0);
}

static void charon_arguments(const struct launch *launch, struct arguments *arguments)
{
	(void)launch;
	(void)arguments;
}

static void config_arguments(const struct launch *launch, struct arguments *arguments)
{
	arguments_add(arguments, xstrdup("--config"));
	arguments_add(arguments, xstrdup(launch->config_path));
}

/* The agent comes after charon and espd, so that its first look at the world finds both. */
const struct program programs[PROGRAMS] = {
	[PROGRAM_ESPD] = { .name = "vpngw-espd",
		.room = "espd",
		.ready = "espd/ike.sock",
		.stop_ms = 3000,
		.arguments = espd_arguments },
	[PROGRAM_CHARON] = { .name = "charon",
		.ready = "charon/vici.sock",
		.stop_ms = 5000,
		.arguments = charon_arguments,
		.enter = charon_enter },
	[PROGRAM_AGENT] = { .name = "vpngw-agent",
		.room = "agent",
		.ready = "agent/ready.sock",
		.stop_ms = 5000,
		.first = "--first",
		.arguments = config_arguments },
	[PROGRAM_API] = { .name = "vpngw-api",
		.room = "api",
		.ready = "api.sock",
		.stop_ms = 3000,
		.arguments = config_arguments },
};

void arguments_done(struct arguments *arguments)
{
	for (uint32_t i = 0; i < arguments->len; i++)
		free(arguments->values[i]);
	*arguments = (struct arguments){ 0 };
}

/* The folder of the running binary; an own string. */
static char *own_folder(void)
{
	char path[4096];
	ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (size <= 0)
		return xstrdup(".");
	path[size] = '\0';
	slash = strrchr(path, '/');
	if (slash && slash != path)
		*slash = '\0';
	return xstrdup(path);
}

static bool take_if_there(char *path, int mode, char **ret)
{
	if (access(path, mode) < 0) {
		free(path);
		return false;
	}
	*ret = path;
	return true;
}

static int find_file(const char *room, const char *name, const char *installed, int mode,
	char **ret, char **ret_missing)
{
	AUTO_FREE char *own = own_folder();

	if (take_if_there(xasprintf("%s/%s", own, name), mode, ret) ||
		take_if_there(xasprintf("%s/../%s/%s", own, room, name), mode, ret) ||
		take_if_there(config_path(installed, name), mode, ret))
		return 0;
	*ret_missing = xasprintf("%s is neither beside vpngw (%s) nor in %s", name, own, installed);
	return -ENOENT;
}

static int find_charon(struct launch *launch, char **ret_missing)
{
	const char *path = launch->config->charon;

	if (access(path, X_OK) < 0) {
		*ret_missing = xasprintf("%s cannot be run (%s): Debian's package is "
					 "charon-systemd",
			path, strerror(errno));
		return -ENOENT;
	}
	launch->paths[PROGRAM_CHARON] = xstrdup(path);
	return 0;
}

int launch_find(struct launch *launch, char **ret_missing)
{
	int err = find_charon(launch, ret_missing);

	for (size_t i = 0; !err && i < PROGRAMS; i++)
		if (programs[i].room)
			err = find_file(programs[i].room, programs[i].name, VPNGW_LIBEXECDIR, X_OK,
				&launch->paths[i], ret_missing);
	if (!err)
		err = find_file("charon", PLUGIN, launch->config->plugin_dir, R_OK, &launch->plugin,
			ret_missing);
	return err;
}

void launch_done(struct launch *launch)
{
	for (size_t i = 0; i < PROGRAMS; i++)
		free(launch->paths[i]);
	free(launch->plugin);
	free(launch->config_path);
	*launch = (struct launch){ 0 };
}
