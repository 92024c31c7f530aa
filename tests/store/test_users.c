/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store's folder as `vpngw up` prepares it (setgid, the store's group), used by the API's user
 * and by a root without the right to override file modes, in both orders of start; and a disk that
 * is full. Needs root.
 */
#include "support/unit.h"

#include "base/loop.h"
#include "base/privilege.h"
#include "store/processes.h"
#include "store/store.h"
#include "support/temp_dir.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define API_UID 4711
#define API_GID 4712
#define STORE_GID 4713

static char *prepare_folder(void)
{
	char *dir = temp_dir_new();

	assert_int_equal(chown(dir, 0, STORE_GID), 0);
	assert_int_equal(chmod(dir, 02770), 0);
	return dir;
}

static int put(struct store *store, const char *key, const char *value)
{
	struct store_op op = {
		.key = key, .value = value, .value_size = strlen(value), .expected = STORE_ANY
	};

	return store_commit(store, &op, 1, NULL, NULL);
}

static void become_user(uid_t uid, gid_t gid)
{
	static const gid_t groups[] = { STORE_GID };

	umask(0077);
	CHILD_REQUIRE(privilege_drop(uid, gid, groups, 1, 0) == 0);
}

static void wait_for_event(void *arg, const struct store_event *event)
{
	if (event->entry.value)
		loop_stop(arg);
}

/* Says it is ready, waits for the other's key and answers with its own. */
static void user(const char *dir, uid_t uid, gid_t gid, const char *own, const char *other,
	int ready, int keep_open)
{
	struct loop *loop = loop_new();
	struct store_watch *watch;
	struct store *store;
	char byte = 1;

	become_user(uid, gid);
	CHILD_REQUIRE(store_open_sqlite(loop, dir, &store) == 0);
	watch = store_watch(store, other, 0, wait_for_event, loop);
	CHILD_REQUIRE(put(store, own, "1") == 0);
	CHILD_REQUIRE(write(ready, &byte, 1) == 1);
	loop_run(loop);
	CHILD_REQUIRE(put(store, own, "2") == 0);
	/* one outlives the other, which then is not the last to close the file */
	CHILD_REQUIRE(!pipe_read(keep_open, &byte, 1));
	CHILD_REQUIRE(put(store, own, "3") == 0);
	store_watch_free(watch);
	store_free(store);
	loop_free(loop);
	_exit(0);
}

static pid_t start_user(const char *dir, bool is_root, int keep_open[2])
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (!pid) {
		close(keep_open[1]);
		if (is_root)
			user(dir, 0, 0, "status/a", "desired/", ready[1], keep_open[0]);
		else
			user(dir, API_UID, API_GID, "desired/a", "status/", ready[1], keep_open[0]);
	}
	close(ready[1]);
	assert_true(pipe_read(ready[0], &byte, 1));
	close(ready[0]);
	return pid;
}

static void check_order(bool root_first)
{
	char *dir = prepare_folder();
	int first_open[2], second_open[2];
	pid_t first, second;

	assert_int_equal(pipe(first_open), 0);
	first = start_user(dir, root_first, first_open);
	assert_int_equal(pipe(second_open), 0); /* now, so that the first holds no end of it */
	second = start_user(dir, !root_first, second_open);
	close(second_open[1]);
	close(first_open[1]);
	assert_true(child_succeeded(second));
	assert_true(child_succeeded(first));
	close(first_open[0]);
	close(second_open[0]);
	temp_dir_free(dir);
}

static void test_api_first(void **state)
{
	(void)state;
	check_order(false);
}

static void test_agent_first(void **state)
{
	(void)state;
	check_order(true);
}

/* Fills a small file system, sees -EAGAIN and nothing changed, makes room, goes on. */
static void fill_disk(const char *dir)
{
	AUTO_FREE char *ballast_path = xasprintf("%s/ballast", dir);
	AUTO_FREE char *value = xcalloc(1, 32 * 1024 + 1);
	struct store_entry entry;
	struct store *store;
	uint64_t before, after;
	int ballast, stored = 0, err = 0;

	CHILD_REQUIRE(unshare(CLONE_NEWNS) == 0);
	CHILD_REQUIRE(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	CHILD_REQUIRE(mount("tmpfs", dir, "tmpfs", 0, "size=2m") == 0);
	ballast = open(ballast_path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	CHILD_REQUIRE(ballast >= 0 && posix_fallocate(ballast, 0, 1024 * 1024) == 0);
	CHILD_REQUIRE(store_open_sqlite(NULL, dir, &store) == 0);
	memset(value, 'v', 32 * 1024);
	while (stored < 100 && !err) {
		char key[32];

		CHILD_REQUIRE(store_revision(store, &before) == 0);
		snprintf(key, sizeof(key), "desired/%d", stored);
		err = put(store, key, value);
		stored += !err;
	}
	CHILD_REQUIRE(err == -EAGAIN);
	CHILD_REQUIRE(stored > 3);
	CHILD_REQUIRE(store_revision(store, &after) == 0);
	CHILD_REQUIRE(after == before);
	CHILD_REQUIRE(store_get(store, "desired/0", &entry) == 0);
	CHILD_REQUIRE(entry.value_size == 32 * 1024);
	store_entry_clear(&entry);
	CHILD_REQUIRE(ftruncate(ballast, 0) == 0);
	CHILD_REQUIRE(put(store, "desired/last", value) == 0);
	store_free(store);
	CHILD_REQUIRE(store_open_sqlite(NULL, dir, &store) == 0);
	CHILD_REQUIRE(store_count(store, "desired/", &after) == 0);
	CHILD_REQUIRE(after == (uint64_t)stored + 1);
	store_free(store);
	close(ballast);
	_exit(0);
}

static void test_disk_full(void **state)
{
	char *dir = temp_dir_new();
	pid_t pid = fork();

	(void)state;
	if (!pid)
		fill_disk(dir);
	assert_true(child_succeeded(pid));
	temp_dir_free(dir);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_api_first),
		cmocka_unit_test(test_agent_first),
		cmocka_unit_test(test_disk_full),
	};

	if (geteuid()) {
		puts("1..0 # SKIP needs root");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
