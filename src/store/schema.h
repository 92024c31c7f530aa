/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The database file behind the SQLite store: its place, owner and mode, the tables and how an older
 * file becomes a present one.
 */
#pragma once

#include "base/alloc.h"

#include <stddef.h>

struct sqlite3;

/*
 * Opens dir/store.db, made when missing with mode 0660 whatever the umask (its group is the
 * folder's when that has the setgid bit; SQLite gives -wal and -shm the same mode), and brings it
 * to the present schema. -EPROTO: its schema is newer than this program. -EAGAIN: locked or no
 * room.
 */
MUST_CHECK int schema_open(const char *dir, struct sqlite3 **ret);
/* Commits wait for the disk no more, and this connection is the one that brings the journal into
 * the file. */
MUST_CHECK int schema_relax(struct sqlite3 *db);
/* Closing also tidies up the journal when nobody else has the file open. */
void schema_close(const char *dir, struct sqlite3 *db);
/* Checks a copy of a store that nobody uses and brings it to the present schema. -EPROTO: it is
 * newer; -EBADMSG: it is none, or damaged. */
MUST_CHECK int schema_adopt(const char *path);
/* All steps from the file's version on, or none. For tests with steps of their own. */
MUST_CHECK int schema_migrate(struct sqlite3 *db, const char *const *steps, size_t len);
/* What a failed call of SQLite means to users of a store. */
MUST_CHECK int schema_error(struct sqlite3 *db);
