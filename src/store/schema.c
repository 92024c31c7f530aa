/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening the SQLite file. Several processes of different users start at the same time on the same
 * folder: a lock on the folder itself lets one after the other create the file, switch it to
 * write-ahead logging and migrate it. Knows no query of the store.
 */
#include "store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define BUSY_OPEN_MS 2000 /* recovery after a crash takes its time */
#define BUSY_MS 500       /* another process commits: as long as the disk takes */
#define BUSY_STEP_US 500

/*
 * Step n brings a file of version n to version n + 1. Released steps are never edited, new ones are
 * added at the end.
 *
 * entry: what is there. tombstone: what was deleted, newest deletion only, for watches. A key is in
 * one of the two at most. state: the revision of the last commit, and up to which revision
 * tombstones are gone. log: a document's log, with how much there is in it, lines and events
 * apart; log_entry: its entries.
 */
static const char *const steps[] = {
	"CREATE TABLE schema (version INTEGER NOT NULL) STRICT;"
	"INSERT INTO schema VALUES (0);"
	"CREATE TABLE state (revision INTEGER NOT NULL, trimmed INTEGER NOT NULL) STRICT;"
	"INSERT INTO state VALUES (0, 0);"
	"CREATE TABLE entry (key TEXT NOT NULL UNIQUE, value TEXT NOT NULL,"
	"  revision INTEGER NOT NULL, watched INTEGER NOT NULL) STRICT;"
	"CREATE INDEX entry_revision ON entry (revision, key) WHERE watched = 1;"
	"CREATE TABLE tombstone (key TEXT NOT NULL PRIMARY KEY, revision INTEGER NOT NULL)"
	"  STRICT, WITHOUT ROWID;"
	"CREATE INDEX tombstone_revision ON tombstone (revision, key);",

	"CREATE TABLE log (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,"
	"  lines INTEGER NOT NULL DEFAULT 0, line_bytes INTEGER NOT NULL DEFAULT 0,"
	"  events INTEGER NOT NULL DEFAULT 0, event_bytes INTEGER NOT NULL DEFAULT 0) STRICT;"
	"CREATE TABLE log_entry (sequence INTEGER PRIMARY KEY, log INTEGER NOT NULL,"
	"  is_event INTEGER NOT NULL, time_ms INTEGER NOT NULL, level TEXT NOT NULL,"
	"  source TEXT NOT NULL, type TEXT NOT NULL, text TEXT NOT NULL, data TEXT NOT NULL,"
	"  size INTEGER NOT NULL) STRICT;"
	"CREATE INDEX log_entry_time ON log_entry (log, is_event, time_ms);",
};

/* The next commit that is to be on the disk brings these there too: it is one journal. */
static const char relaxed[] = "PRAGMA synchronous = NORMAL;"
			      "PRAGMA wal_autocheckpoint = 1000;";

static const char pragmas[] =
	"PRAGMA journal_mode = WAL;"
	"PRAGMA synchronous = FULL;" /* a commit is on the disk before it is acknowledged */
	"PRAGMA journal_size_limit = 16777216;"
	/* pages: four times as many as who is relaxed waits for, so that it comes first */
	"PRAGMA wal_autocheckpoint = 4000;"
	"PRAGMA cell_size_check = ON;"
	"PRAGMA trusted_schema = OFF;";

int schema_error(sqlite3 *db)
{
	int system = sqlite3_system_errno(db);

	switch (sqlite3_errcode(db)) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_FULL:
		return -EAGAIN;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EBADMSG;
	case SQLITE_READONLY:
		return -EROFS;
	default:
		if (system == ENOSPC || system == EDQUOT || system == EINTR)
			return -EAGAIN;
		return system > 0 ? -system : -EIO;
	}
}

static int run(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : schema_error(db);
}

/* One number; what = 0 where the query gives no row. */
static int ask_number(sqlite3 *db, const char *sql, int64_t *ret)
{
	sqlite3_stmt *statement;
	int err = 0;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		return schema_error(db);
	switch (sqlite3_step(statement)) {
	case SQLITE_ROW:
		*ret = sqlite3_column_int64(statement, 0);
		break;
	case SQLITE_DONE:
		*ret = 0;
		break;
	default:
		err = schema_error(db);
	}
	sqlite3_finalize(statement);
	return err;
}

static int read_version(sqlite3 *db, int64_t *ret)
{
	int64_t exists;
	int err =
		ask_number(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'schema'", &exists);

	if (err < 0)
		return err;
	*ret = 0;
	return exists ? ask_number(db, "SELECT version FROM schema", ret) : 0;
}

static int migrate_inside(sqlite3 *db, const char *const *wanted, size_t len)
{
	int64_t version;
	int err = read_version(db, &version);

	if (err < 0)
		return err;
	if (version < 0 || version > (int64_t)len)
		return -EPROTO;
	for (; version < (int64_t)len; version++) {
		err = run(db, wanted[version]);
		if (!err)
			err = run(db, "UPDATE schema SET version = version + 1");
		if (err < 0)
			return err;
	}
	return 0;
}

int schema_migrate(sqlite3 *db, const char *const *wanted, size_t len)
{
	int err = run(db, "BEGIN IMMEDIATE");

	if (err < 0)
		return err;
	err = migrate_inside(db, wanted, len);
	if (!err)
		err = run(db, "COMMIT");
	if (err < 0 && !sqlite3_get_autocommit(db))
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return err;
}

/* SQLite itself would create it with 0644 less the umask. */
static int create_file(const char *path)
{
	AUTO_CLOSE int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0660);

	if (fd < 0)
		return errno == EEXIST ? 0 : -errno;
	return fchmod(fd, 0660) < 0 ? -errno : 0;
}

static int lock_folder(const char *dir)
{
	AUTO_CLOSE int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return -errno;
	return TAKE_FD(fd);
}

/*
 * SQLite's own handler sleeps ever longer, so that of two busy processes one can wait in vain while
 * the other commits again and again.
 */
static int wait_for_lock(void *arg, int times)
{
	(void)arg;
	if (times >= BUSY_MS * 1000 / BUSY_STEP_US)
		return 0;
	usleep(BUSY_STEP_US);
	return 1;
}

int schema_relax(sqlite3 *db)
{
	return run(db, relaxed);
}

static int prepare(sqlite3 *db)
{
	int64_t version;
	int err;

	sqlite3_extended_result_codes(db, 0);
	sqlite3_busy_timeout(db, BUSY_OPEN_MS);
	err = read_version(db, &version);
	if (err < 0)
		return err;
	if (version > (int64_t)ARRAY_LEN(steps))
		return -EPROTO; /* before anything is written to it */
	err = run(db, pragmas);
	if (!err)
		err = schema_migrate(db, steps, ARRAY_LEN(steps));
	sqlite3_busy_handler(db, wait_for_lock, NULL);
	return err;
}

static int check_copy(sqlite3 *db)
{
	static const char sound[] =
		"SELECT count(*) FROM pragma_quick_check WHERE quick_check = 'ok'";
	int64_t version, is_sound;
	int err = read_version(db, &version);

	if (!err)
		err = ask_number(db, sound, &is_sound);
	if (err < 0)
		return err;
	return version > 0 && is_sound ? 0 : -EBADMSG;
}

int schema_adopt(const char *path)
{
	sqlite3 *db = NULL;
	int err = 0;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
		SQLITE_OK)
		err = db ? schema_error(db) : -ENOMEM;
	if (!err)
		err = check_copy(db);
	if (!err)
		err = prepare(db);
	/* Closing brings the write-ahead log into the file. */
	if (sqlite3_close(db) != SQLITE_OK && !err)
		err = -EIO;
	return err;
}

int schema_open(const char *dir, sqlite3 **ret)
{
	AUTO_FREE char *path = xasprintf("%s/store.db", dir);
	AUTO_CLOSE int lock = lock_folder(dir);
	sqlite3 *db = NULL;
	int err = lock < 0 ? lock : create_file(path);

	if (err < 0)
		return err == -ENOSPC ? -EAGAIN : err;
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
		SQLITE_OK)
		err = db ? schema_error(db) : -ENOMEM;
	else
		err = prepare(db);
	if (err < 0) {
		sqlite3_close(db);
		return err;
	}
	*ret = db;
	return 0;
}

void schema_close(const char *dir, sqlite3 *db)
{
	/* without the lock an opener could meet the last closer's exclusive lock */
	AUTO_CLOSE int lock = lock_folder(dir);

	(void)lock;
	sqlite3_close(db);
}
