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

int namespace_name(const char *name, int namespace_fd)
{
	AUTO_FREE char *path = path_of(name);
	AUTO_FREE char *source = xasprintf("/proc/thread-self/fd/%d", namespace_fd);
	AUTO_CLOSE int file = -1;
	AUTO_CLOSE int there = namespace_open(name);
	int err;

	if (there >= 0)
		return -EEXIST;
	if (mkdir(NAMESPACE_DIR, 0755) < 0 && errno != EEXIST)
		return -errno;
	file = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0444);
	if (file < 0)
		return -errno;
	if (mount(source, path, "none", MS_BIND, NULL) == 0)
		return 0;
	err = -errno;
	unlink(path);
	return err;
}

bool namespace_is(const char *name, int namespace_fd)
{
	AUTO_CLOSE int there = namespace_open(name);
	struct stat a, b;

	return there >= 0 && fstat(there, &a) == 0 && fstat(namespace_fd, &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int namespace_create(const char *name)
{
	AUTO_CLOSE int own = namespace_open_own();
	AUTO_CLOSE int made = -1;

	if (own < 0)
		return own;
	if (unshare(CLONE_NEWNET) < 0)
		return -errno;
	made = namespace_open_own();
	come_back(own);
	return made < 0 ? made : namespace_name(name, made);
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
