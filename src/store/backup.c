/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQLite's online backup in a single step: one read transaction, so that no commit is half in it.
 */
#include "store/backup.h"

#include "base/fd.h"
#include "store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define BUSY_MS 5000

static int copy_pages(sqlite3 *from, sqlite3 *to)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
	int code;

	if (!backup)
		return schema_error(to);
	code = sqlite3_backup_step(backup, -1);
	if (sqlite3_backup_finish(backup) == SQLITE_OK && code == SQLITE_DONE)
		return 0;
	return code == SQLITE_BUSY || code == SQLITE_LOCKED ? -EAGAIN : schema_error(to);
}

static int open_database(const char *path, int flags, sqlite3 **ret)
{
	int err = 0;

	if (sqlite3_open_v2(path, ret, flags, NULL) != SQLITE_OK)
		err = *ret ? schema_error(*ret) : -ENOMEM;
	sqlite3_busy_timeout(*ret, BUSY_MS);
	return err;
}

static int make_private_file(const char *path)
{
	AUTO_CLOSE int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	return fd < 0 ? -errno : 0;
}

/* The copy says that it has a write-ahead log, as the store does; it is to be one file. */
static int finish(sqlite3 *copy)
{
	if (sqlite3_exec(copy, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL) != SQLITE_OK)
		return schema_error(copy);
	return 0;
}

int store_backup(const char *dir, const char *path)
{
	AUTO_FREE char *from_path = xasprintf("%s/store.db", dir);
	sqlite3 *from = NULL, *to = NULL;
	int err = open_database(from_path, SQLITE_OPEN_READWRITE, &from);

	if (!err)
		err = make_private_file(path);
	if (err < 0) {
		sqlite3_close(from);
		return err;
	}
	err = open_database(path, SQLITE_OPEN_READWRITE, &to);
	if (!err)
		err = copy_pages(from, to);
	if (!err)
		err = finish(to);
	sqlite3_close(to);
	sqlite3_close(from);
	if (err < 0)
		(void)unlink(path);
	return err;
}

int store_backup_check(const char *path)
{
	return schema_adopt(path);
}

int store_restore(const char *path, const char *dir)
{
	AUTO_FREE char *to = xasprintf("%s/store.db", dir);

	return renameat2(AT_FDCWD, path, AT_FDCWD, to, RENAME_NOREPLACE) < 0 ? -errno : 0;
}
