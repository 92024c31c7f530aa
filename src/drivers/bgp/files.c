/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files and folders. The folders have the set-group-ID bit, so that what is made in them has BIRD's
 * group from the start.
 */
#include "drivers/bgp/files.h"

#include "base/fd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define SUFFIX ".conf"
#define FILE_MAX (8 * 1024 * 1024)
#define FILE_MODE 0640
#define DIR_MODE 02750

static const char *const prefixes[] = { [BGP_GATEWAY] = "gateway-", [BGP_SESSION] = "session-" };

void bgp_file_clear(struct bgp_file *file)
{
	free(file->vpc_id);
	free(file->id);
	*file = (struct bgp_file){ 0 };
}

char *bgp_file_name(const struct bgp_file *file)
{
	if (file->type == BGP_MAIN)
		return xasprintf("%s" SUFFIX, file->vpc_id);
	return xasprintf("%s/%s%s" SUFFIX, file->vpc_id, prefixes[file->type], file->id);
}

static char *path_of(const char *dir, const struct bgp_file *file)
{
	AUTO_FREE char *name = bgp_file_name(file);

	return xasprintf("%s/%s", dir, name);
}

int bgp_file_read(const char *dir, const struct bgp_file *file, char **ret)
{
	AUTO_FREE char *path = path_of(dir, file);
	struct stat info;
	size_t size;

	if (lstat(path, &info) < 0)
		return -errno;
	if (!S_ISREG(info.st_mode) || info.st_size > FILE_MAX)
		return -EBADMSG;
	return file_read(path, (size_t)info.st_size, ret, &size);
}

static int make_folder(const char *path, gid_t group)
{
	AUTO_CLOSE int fd = -1;
	struct stat info;

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &info) < 0)
		return -errno;
	if (info.st_gid != group && fchown(fd, (uid_t)-1, group) < 0)
		return -errno;
	if ((info.st_mode & 07777) != DIR_MODE && fchmod(fd, DIR_MODE) < 0)
		return -errno;
	return 0;
}

int bgp_file_write(const char *dir, gid_t group, const struct bgp_file *file, const char *text)
{
	AUTO_FREE char *path = path_of(dir, file);
	AUTO_FREE char *folder = xasprintf("%s/%s", dir, file->vpc_id);
	int err = make_folder(dir, group);

	if (!err && file->type != BGP_MAIN)
		err = make_folder(folder, group);
	return err ? err : file_replace(path, text, strlen(text), FILE_MODE);
}

int bgp_file_remove(const char *dir, const struct bgp_file *file)
{
	AUTO_FREE char *path = path_of(dir, file);
	AUTO_FREE char *folder = xasprintf("%s/%s", dir, file->vpc_id);

	if (unlink(path) < 0 && errno != ENOENT)
		return -errno;
	(void)rmdir(folder); /* while others are in it, it stays */
	return 0;
}

/* The part between prefix and suffix; NULL: it has another shape. */
static char *middle(const char *name, const char *prefix)
{
	size_t head = strlen(prefix), tail = strlen(SUFFIX), size = strlen(name);

	if (size <= head + tail || strncmp(name, prefix, head) != 0 ||
		strcmp(name + size - tail, SUFFIX) != 0)
		return NULL;
	return xstrndup(name + head, size - head - tail);
}

static void each_of_vpc(const char *dir, const char *vpc_id,
	void (*call)(void *arg, const struct bgp_file *file), void *arg)
{
	AUTO_FREE char *path = xasprintf("%s/%s", dir, vpc_id);
	DIR *folder = opendir(path);
	struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		for (int type = BGP_GATEWAY; type <= BGP_SESSION; type++) {
			AUTO_FREE char *id = middle(entry->d_name, prefixes[type]);

			if (id)
				call(arg, &(struct bgp_file){ (enum bgp_file_type)type,
						  (char *)(uintptr_t)vpc_id, id });
		}
	}
	if (folder)
		closedir(folder);
}

int bgp_files_each(const char *dir, void (*call)(void *arg, const struct bgp_file *file), void *arg)
{
	DIR *folder = opendir(dir);
	struct dirent *entry;

	if (!folder)
		return errno == ENOENT ? 0 : -errno;
	while ((entry = readdir(folder))) {
		AUTO_FREE char *vpc_id = middle(entry->d_name, "");

		if (vpc_id)
			call(arg, &(struct bgp_file){ BGP_MAIN, vpc_id, vpc_id });
		else if (*entry->d_name != '.' && entry->d_type == DT_DIR)
			each_of_vpc(dir, entry->d_name, call, arg);
	}
	closedir(folder);
	return 0;
}
