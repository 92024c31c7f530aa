/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vpngw backup and vpngw restore: the store and the key file, together in one file that only root
 * can read. A backup may be made while everything runs; restoring needs a machine without a store.
 */
#include "cli/backup_file.h"
#include "cli/verbs.h"

#include "base/fd.h"
#include "base/secret.h"
#include "resource/config.h"
#include "store/backup.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* What the command line says. */
struct job {
	struct config *config;
	const char *path;
};

/* EXIT_SUCCESS, or what main is to return. */
static int read_command_line(int argc, char **argv, struct job *ret)
{
	static const struct option options[] = { { "config", required_argument, NULL, 'c' }, {} };
	AUTO_FREE char *message = NULL;
	const char *config = DEFAULT_CONFIG;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'c')
			return USAGE;
		config = optarg;
	}
	if (argc - optind != 1)
		return USAGE;
	ret->path = argv[optind];
	if (config_load(config, &ret->config, &message) == 0)
		return EXIT_SUCCESS;
	fprintf(stderr, "vpngw: %s\n", message ? message : config);
	return EXIT_FAILURE;
}

static int fail(const char *verb, const char *what, int err)
{
	const char *reason = strerror(-err);

	if (err == -EPROTO)
		reason = "it was made by a newer vpngw";
	else if (err == -EBADMSG)
		reason = "it is no backup of vpngw, or damaged";
	fprintf(stderr, "vpngw %s: %s: %s\n", verb, what, reason);
	return EXIT_FAILURE;
}

static int read_key(const char *path, char ret[static BACKUP_KEY_SIZE])
{
	AUTO_FREE char *text = NULL;
	size_t size;
	int err = file_read(path, 2 * BACKUP_KEY_SIZE, &text, &size);

	if (err < 0)
		return err;
	if (size < BACKUP_KEY_SIZE)
		err = -EINVAL;
	else
		memcpy(ret, text, BACKUP_KEY_SIZE);
	wipe(text, size);
	return err;
}

static int save(const struct job *job)
{
	const struct config *config = job->config;
	AUTO_FREE char *store = xasprintf("%s.store.%d", job->path, (int)getpid());
	char key[BACKUP_KEY_SIZE];
	int err = read_key(config->key_file, key);

	if (err < 0)
		return fail("backup", config->key_file, err);
	err = store_backup(config->state_dir, store);
	if (err < 0) {
		wipe(key, sizeof(key));
		return fail("backup", config->state_dir, err);
	}
	err = backup_file_write(job->path, key, store);
	wipe(key, sizeof(key));
	(void)unlink(store);
	return err < 0 ? fail("backup", job->path, err) : EXIT_SUCCESS;
}

/* As vpngw-api makes it when it is missing. */
static int make_state_dir(const struct config *config)
{
	if (mkdir(config->state_dir, 0770) < 0)
		return errno == EEXIST ? 0 : -errno;
	if (geteuid() == 0 && chown(config->state_dir, 0, config->store_gid) < 0)
		return -errno;
	return chmod(config->state_dir, 02770) < 0 ? -errno : 0;
}

/* Others may write to the folder: what a link leads to is not given away. */
static int give_to_api(const struct config *config, const char *store)
{
	AUTO_CLOSE int fd = open(store, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 || (geteuid() == 0 && fchown(fd, config->api_uid, config->store_gid) < 0))
		return -errno;
	return fchmod(fd, 0660) < 0 ? -errno : 0;
}

/* What is left of a store counts too: SQLite would play a write-ahead log that another store has
 * left into the one that is brought back. */
static int check_empty(const struct config *config)
{
	static const char *const names[] = { "store.db", "store.db-wal", "store.db-shm",
		"store.db-journal" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		AUTO_FREE char *present = config_path(config->state_dir, names[i]);

		if (access(present, F_OK) == 0)
			return fail("restore", present, -EEXIST);
	}
	return EXIT_SUCCESS;
}

/* A key that is there already must be the one of the backup: it may seal something else. */
static int check_key(const char *path, const char key[static BACKUP_KEY_SIZE])
{
	char present[BACKUP_KEY_SIZE];
	int err = read_key(path, present);

	if (err == -ENOENT)
		return 0;
	if (!err && !bytes_equal(present, key, sizeof(present)))
		err = -EEXIST;
	wipe(present, sizeof(present));
	return err;
}

static int write_key(const char *path, const char key[static BACKUP_KEY_SIZE])
{
	char text[BACKUP_KEY_SIZE + 1];
	int err;

	memcpy(text, key, BACKUP_KEY_SIZE);
	text[BACKUP_KEY_SIZE] = '\n';
	err = file_replace(path, text, sizeof(text), 0600);
	wipe(text, sizeof(text));
	return err;
}

static bool is_hex(const char key[static BACKUP_KEY_SIZE])
{
	for (size_t i = 0; i < BACKUP_KEY_SIZE; i++)
		if (!isxdigit((unsigned char)key[i]))
			return false;
	return true;
}

/* The copy that is being looked at, with what SQLite keeps beside one. */
static void remove_copy(const char *store)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal" };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		AUTO_FREE char *path = xasprintf("%s%s", store, ends[i]);

		(void)unlink(path);
	}
}

/* The key first: a store whose secrets do not open would start and refuse everybody. */
static int put_in_place(const struct job *job, const char *store, const char *key)
{
	const struct config *config = job->config;
	int err = is_hex(key) ? store_backup_check(store) : -EBADMSG;

	if (!err)
		err = give_to_api(config, store);
	if (err < 0)
		return fail("restore", job->path, err);
	err = check_key(config->key_file, key);
	if (!err)
		err = write_key(config->key_file, key);
	if (err < 0)
		return fail("restore", config->key_file, err);
	err = store_restore(store, config->state_dir);
	return err < 0 ? fail("restore", config->state_dir, err) : EXIT_SUCCESS;
}

static int bring_back(const struct job *job)
{
	const struct config *config = job->config;
	AUTO_FREE char *store = xasprintf("%s/store.db.restored", config->state_dir);
	char key[BACKUP_KEY_SIZE];
	int err = make_state_dir(config), status;

	if (err < 0)
		return fail("restore", config->state_dir, err);
	if (check_empty(config) != EXIT_SUCCESS)
		return EXIT_FAILURE;
	remove_copy(store); /* of one that was interrupted */
	err = backup_file_read(job->path, key, store);
	if (err < 0)
		return fail("restore", job->path, err);
	status = put_in_place(job, store, key);
	wipe(key, sizeof(key));
	remove_copy(store);
	return status;
}

int verb_backup(int argc, char **argv)
{
	struct job job = {};
	int status = read_command_line(argc, argv, &job);

	if (!status)
		status = save(&job);
	config_free(job.config);
	return status;
}

int verb_restore(int argc, char **argv)
{
	struct job job = {};
	int status = read_command_line(argc, argv, &job);

	if (!status)
		status = bring_back(&job);
	config_free(job.config);
	return status;
}
