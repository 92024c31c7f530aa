/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading and writing backups. Knows neither what a store nor what a key is.
 */
#include "cli/backup_file.h"

#include "base/fd.h"
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define MAGIC "vpngw-backup 1\n"
#define HEADER_SIZE (sizeof(MAGIC) - 1 + BACKUP_KEY_SIZE + 1)

static int write_all(int fd, const char *bytes, size_t size)
{
	while (size) {
		ssize_t written = write(fd, bytes, size);

		if (written < 0 && errno != EINTR)
			return -errno;
		bytes += written > 0 ? written : 0;
		size -= written > 0 ? (size_t)written : 0;
	}
	return 0;
}

static int copy(int from, int to)
{
	char bytes[65536];
	ssize_t size;

	while ((size = read(from, bytes, sizeof(bytes))) != 0) {
		int err = size < 0 ? -errno : write_all(to, bytes, (size_t)size);

		if (err < 0 && err != -EINTR)
			return err;
	}
	return fsync(to) < 0 ? -errno : 0;
}

static int create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	return fd < 0 ? -errno : fd;
}

int backup_file_write(const char *path, const char key[static BACKUP_KEY_SIZE], const char *store)
{
	AUTO_CLOSE int from = open(store, O_RDONLY | O_CLOEXEC);
	AUTO_CLOSE int to = from < 0 ? -1 : create(path);
	char header[HEADER_SIZE];
	int err;

	if (from < 0)
		return -errno;
	if (to < 0)
		return to;
	memcpy(header, MAGIC, sizeof(MAGIC) - 1);
	memcpy(header + sizeof(MAGIC) - 1, key, BACKUP_KEY_SIZE);
	header[HEADER_SIZE - 1] = '\n';
	err = write_all(to, header, sizeof(header));
	wipe(header, sizeof(header));
	if (!err)
		err = copy(from, to);
	if (err < 0)
		(void)unlink(path);
	return err;
}

int backup_file_read(const char *path, char ret_key[static BACKUP_KEY_SIZE], const char *store)
{
	AUTO_CLOSE int from = open(path, O_RDONLY | O_CLOEXEC);
	AUTO_CLOSE int to = -1;
	char header[HEADER_SIZE];
	int err;

	if (from < 0)
		return -errno;
	if (read(from, header, sizeof(header)) != (ssize_t)sizeof(header) ||
		memcmp(header, MAGIC, sizeof(MAGIC) - 1) != 0 || header[HEADER_SIZE - 1] != '\n')
		return -EBADMSG;
	memcpy(ret_key, header + sizeof(MAGIC) - 1, BACKUP_KEY_SIZE);
	wipe(header, sizeof(header));
	to = create(store);
	if (to < 0)
		return to;
	err = copy(from, to);
	if (err < 0)
		(void)unlink(store);
	return err;
}
