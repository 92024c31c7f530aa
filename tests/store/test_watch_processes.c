/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two processes, one store: the watcher ends with exactly what the writer wrote, in order of
 * revision, over 2,000 random commits; and the doorbell wakes without waiting for the poll.
 */
#include "support/unit.h"

#include "base/instant.h"
#include "base/loop.h"
#include "store/processes.h"
#include "store/store.h"
#include "support/temp_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

#define COMMITS 2000
#define KEYS 40
#define DEADLINE_MS 60000

struct mirror {
	uint64_t values[KEYS]; /* 0 = not there */
	uint64_t revision;
	size_t events;
	bool done;
	struct loop *loop;
};

static void put(struct store *store, const char *key, uint64_t value)
{
	char text[24];
	struct store_op op = { .key = key, .expected = STORE_ANY };

	if (value) {
		snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
		op.value = text;
		op.value_size = strlen(text);
	}
	for (;;) {
		int err = store_commit(store, &op, 1, NULL, NULL);

		if (!err)
			return;
		CHILD_REQUIRE(err == -EAGAIN);
	}
}

/* Another process may hold the store at this moment: -EAGAIN says try again. */
static int open_patiently(struct loop *loop, const char *dir, struct store **ret)
{
	struct mono limit = mono_add_ms(mono_now(), DEADLINE_MS);
	int err;

	do {
		err = store_open_sqlite(loop, dir, ret);
	} while (err == -EAGAIN && mono_diff_ms(limit, mono_now()) > 0);
	return err;
}

/* Writes at random and reports what must be there in the end. */
static void writer(const char *dir, int report)
{
	uint64_t values[KEYS] = { 0 };
	struct store *store;

	CHILD_REQUIRE(open_patiently(NULL, dir, &store) == 0);
	for (uint64_t i = 1; i <= COMMITS; i++) {
		size_t at = unit_next() % KEYS;
		char key[32];

		snprintf(key, sizeof(key), "desired/k%zu", at);
		values[at] = unit_next() % 4 ? i : 0;
		put(store, key, values[at]);
		put(store, "counter/noise", i);
	}
	put(store, "desired/done", 1);
	store_free(store);
	CHILD_REQUIRE(write(report, values, sizeof(values)) == sizeof(values));
	_exit(0);
}

static void heard(void *arg, const struct store_event *event)
{
	struct mirror *mirror = arg;
	const struct store_entry *entry = &event->entry;

	assert_int_equal(event->type, STORE_CHANGED);
	assert_true(entry->revision >= mirror->revision);
	mirror->revision = entry->revision;
	mirror->events++;
	if (!strcmp(entry->key, "desired/done")) {
		mirror->done = true;
		loop_stop(mirror->loop);
	} else {
		size_t at = strtoul(entry->key + strlen("desired/k"), NULL, 10);

		mirror->values[at] = entry->value ? strtoull(entry->value, NULL, 10) : 0;
	}
}

static void give_up(void *arg)
{
	loop_stop(arg);
}

static void test_nothing_is_missed(void **state)
{
	char *dir = temp_dir_new();
	struct mirror mirror = { .loop = loop_new() };
	struct loop_timer *deadline = loop_timer_new(mirror.loop, give_up, mirror.loop);
	uint64_t expected[KEYS];
	struct store_watch *watch;
	struct store *store;
	int report[2];
	pid_t pid;

	(void)state;
	(void)unit_next(); /* the seed, before the fork */
	assert_int_equal(pipe(report), 0);
	pid = fork();
	if (!pid)
		writer(dir, report[1]);
	assert_int_equal(open_patiently(mirror.loop, dir, &store), 0);
	watch = store_watch(store, "desired/", 0, heard, &mirror);
	loop_timer_set(deadline, DEADLINE_MS);
	loop_run(mirror.loop);
	assert_true(mirror.done);
	assert_true(child_succeeded(pid));
	assert_true(pipe_read(report[0], expected, sizeof(expected)));
	assert_memory_equal(expected, mirror.values, sizeof(expected));
	assert_true(mirror.events > KEYS);
	close(report[0]);
	close(report[1]);
	store_watch_free(watch);
	store_free(store);
	loop_timer_free(deadline);
	loop_free(mirror.loop);
	temp_dir_free(dir);
}

static void count(void *arg, const struct store_event *event)
{
	struct mirror *mirror = arg;

	(void)event;
	mirror->events++;
}

static size_t count_bells(const char *dir)
{
	AUTO_FREE char *path = xasprintf("%s/doorbell", dir);
	DIR *folder = opendir(path);
	size_t count = 0;

	assert_non_null(folder);
	for (const struct dirent *entry; (entry = readdir(folder));)
		count += entry->d_name[0] != '.';
	closedir(folder);
	return count;
}

/* Through another handle, as another process would; the loop is never let wait for the poll. */
static void test_doorbell(void **state)
{
	char *dir = temp_dir_new();
	AUTO_FREE char *stale = xasprintf("%s/doorbell/stale", dir);
	struct mirror mirror = { .loop = loop_new() };
	struct store_watch *watch;
	struct store *store, *other;

	(void)state;
	assert_int_equal(store_open_sqlite(mirror.loop, dir, &store), 0);
	assert_int_equal(store_open_sqlite(NULL, dir, &other), 0);
	watch = store_watch(store, "desired/", 0, count, &mirror);
	loop_run_once(mirror.loop, 10);
	close(open(stale, O_CREAT | O_WRONLY, 0660)); /* nobody listens: connection refused */
	assert_int_equal(count_bells(dir), 2);
	put(other, "counter/a", 1);
	assert_int_equal(count_bells(dir), 2); /* a quiet key rings nobody */
	put(other, "desired/a", 1);
	assert_int_equal(count_bells(dir), 1);
	for (int turns = 0; turns < 4; turns++)
		loop_run_once(mirror.loop, 0);
	assert_int_equal(mirror.events, 1);
	store_watch_free(watch);
	assert_int_equal(count_bells(dir), 0);
	store_free(other);
	store_free(store);
	loop_free(mirror.loop);
	temp_dir_free(dir);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_missed),
		cmocka_unit_test(test_doorbell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
