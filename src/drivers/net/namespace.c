/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making, finding and entering named network namespaces. Knows nothing of what is in them.
 */
#include "drivers/net/namespace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

static char *path_of(const char *name)
{
	return xasprintf("%s/%s", NAMESPACE_DIR, name);
}

int namespace_open_own(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int namespace_open(const char *name)
{
	AUTO_FREE char *path = path_of(name);
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct statfs fs;

	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &fs) < 0)
		return -errno;
	return fs.f_type == NSFS_MAGIC ? TAKE_FD(fd) : -ENOENT;
}

static void come_back(int own)
{
	if (setns(own, CLONE_NEWNET) < 0)
		abort(); /* anything done from here on would hit the wrong machine */
}

int namespace_dir_make(void)
{
	return mkdir(NAMESPACE_DIR, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

bool namespace_is(const char *name, int fd)
{
	AUTO_FREE char *path = path_of(name);
	struct stat open_one, named;

	return fstat(fd, &open_one) == 0 && stat(path, &named) == 0 &&
	       open_one.st_dev == named.st_dev && open_one.st_ino == named.st_ino;
}

int namespace_name(const char *name, int fd)
{
	AUTO_FREE char *path = path_of(name);
	AUTO_FREE char *target = xasprintf("/proc/self/fd/%d", fd);
	AUTO_CLOSE int other = namespace_open(name);
	AUTO_CLOSE int file = -1;

	if (other >= 0)
		return -EEXIST;
	file = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0444);
	if (file < 0)
		return -errno;
	if (mount(target, path, "none", MS_BIND, NULL) < 0) {
		int err = -errno;

		unlink(path);
		return err;
	}
	return 0;
}

int namespace_create(const char *name)
{
	AUTO_CLOSE int own = namespace_open_own();
	AUTO_CLOSE int fresh = -1;
	int err = own < 0 ? own : namespace_dir_make();

	if (err < 0)
		return err;
	if (unshare(CLONE_NEWNET) < 0)
		return -errno;
	fresh = namespace_open_own();
	come_back(own);
	return fresh < 0 ? fresh : namespace_name(name, fresh);
}

int namespace_remove(const char *name)
{
	AUTO_FREE char *path = path_of(name);

	if (umount2(path, MNT_DETACH) < 0 && errno != EINVAL && errno != ENOENT)
		return -errno;
	if (unlink(path) < 0 && errno != ENOENT)
		return -errno;
	return 0;
}

int namespace_each(void (*call)(void *arg, const char *name), void *arg)
{
	DIR *dir = opendir(NAMESPACE_DIR);
	struct dirent *entry;

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while ((entry = readdir(dir)))
		if (strncmp(entry->d_name, NAMESPACE_PREFIX, strlen(NAMESPACE_PREFIX)) == 0)
			call(arg, entry->d_name);
	closedir(dir);
	return 0;
}

int namespace_run(int namespace_fd, int (*call)(void *arg), void *arg)
{
	AUTO_CLOSE int own = namespace_open_own();
	int result;

	if (own < 0)
		return own;
	if (setns(namespace_fd, CLONE_NEWNET) < 0)
		return -errno;
	result = call(arg);
	come_back(own);
	return result;
}
