/* SPDX-License-Identifier: Apache-2.0 */
/*
 * charon's surroundings. A tmpfs over the folder of plug-ins instead of an overlay: it needs no
 * kernel module, works inside containers, on a /run without exec, and for a plug-in that charon's
 * user could not reach.
 */
#include "cli/charon_start.h"

#include "base/log.h"
#include "base/privilege.h"
#include "cli/charon_conf.h"
#include "cli/program.h"
#include "resource/config.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#define PLUGIN_FOLDER "/usr/lib/ipsec/plugins"

static int complain(const char *what, int err)
{
	log_err("charon cannot be started: %s error=%s", what, strerror(-err));
	return err;
}

static int copy_file(int from, const char *name)
{
	AUTO_FREE char *path = xasprintf(PLUGIN_FOLDER "/%s", name);
	AUTO_CLOSE int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	struct stat status;
	ssize_t sent;

	if (to < 0 || fchmod(to, 0644) < 0 || fstat(from, &status) < 0)
		return -errno;
	for (off_t at = 0; at < status.st_size; at += sent) {
		sent = sendfile(to, from, NULL, (size_t)(status.st_size - at));
		if (sent <= 0)
			return sent < 0 ? -errno : -EIO;
	}
	return 0;
}

/* A plug-in of the load list that Debian does not have is left to charon to complain about. */
static int copy_listed(int folder)
{
	char list[] = CHARON_PLUGINS, *rest = list;

	for (char *name; (name = strsep(&rest, " "));) {
		AUTO_FREE char *file = xasprintf("libstrongswan-%s.so", name);
		AUTO_CLOSE int from = -1;
		int err = 0;

		if (strcmp(name, "vpngw")) /* ours is there already */
			from = openat(folder, file, O_RDONLY | O_CLOEXEC);
		if (from >= 0)
			err = copy_file(from, file);

		if (err < 0)
			return err;
	}
	return 0;
}

static int fill_plugin_folder(int folder, int plugin)
{
	int err = copy_file(plugin, "libstrongswan-vpngw.so");

	if (!err)
		err = copy_listed(folder);
	if (!err && mount(NULL, PLUGIN_FOLDER, NULL, MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV,
			    NULL) < 0)
		err = -errno;
	return err;
}

static int enter_mount_namespace(const struct launch *launch)
{
	AUTO_CLOSE int plugin = open(launch->plugin, O_RDONLY | O_CLOEXEC);
	AUTO_CLOSE int folder = open(PLUGIN_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err;

	if (plugin < 0)
		return complain(launch->plugin, -errno);
	if (folder < 0)
		return complain(PLUGIN_FOLDER, -errno);
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return complain("mount namespace", -errno);
	if (mount("vpngw", PLUGIN_FOLDER, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=64m") < 0)
		return complain(PLUGIN_FOLDER, -errno);
	err = fill_plugin_folder(folder, plugin);
	return err < 0 ? complain("copying its plug-ins", err) : 0;
}

static int set_environment(const struct config *config)
{
	AUTO_FREE char *conf = config_path(config->run_dir, "strongswan.conf");

	if (setenv("STRONGSWAN_CONF", conf, 1) < 0)
		return -errno;
#ifdef VPNGW_PRELOAD
	/* a plug-in built with sanitizers needs their runtime in Debian's binary */
	if (setenv("LD_PRELOAD", VPNGW_PRELOAD, 1) < 0 ||
		setenv("ASAN_OPTIONS", "detect_leaks=0", 1) < 0)
		return -errno;
#endif
	return 0;
}

int charon_enter(const struct launch *launch)
{
	const struct config *config = launch->config;
	int err = enter_mount_namespace(launch);

	if (err < 0)
		return err;
	err = set_environment(config);
	if (!err)
		err = privilege_drop(
			config->charon_uid, config->charon_gid, &config->charon_gid, 1, 0);
	return err < 0 ? complain("giving up rights", err) : 0;
}
