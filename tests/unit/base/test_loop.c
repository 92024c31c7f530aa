/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/loop and base/fd: order of deferred calls, timers, descriptors that travel, messages that do
 * not fit.
 */
#include "support/unit.h"

#include "base/fd.h"
#include "base/loop.h"

#include <errno.h>
#include <sys/stat.h>

struct trace {
	struct loop *loop;
	struct loop_timer *timer;
	char text[16];
};

static void append(struct trace *trace, char c)
{
	size_t len = strlen(trace->text);

	trace->text[len] = c;
	trace->text[len + 1] = '\0';
}

static void later(void *arg)
{
	append(arg, 'd');
}

static void fired(void *arg)
{
	struct trace *trace = arg;

	append(trace, 't');
	loop_timer_free(TAKE_PTR(trace->timer)); /* inside its own callback */
	loop_defer(trace->loop, later, trace);
	append(trace, 'e');
}

static void stop(void *arg)
{
	loop_stop(arg);
}

static void test_order(void **state)
{
	CLEANUP(loop_freep) struct loop *loop = loop_new();
	CLEANUP(loop_timer_freep) struct loop_timer *end = loop_timer_new(loop, stop, loop);
	struct trace trace = { .loop = loop };

	(void)state;
	trace.timer = loop_timer_new(loop, fired, &trace);
	loop_timer_set(trace.timer, 1);
	loop_timer_set(end, 20);
	loop_run(loop);
	assert_string_equal(trace.text, "ted");
}

static void test_message_with_descriptor(void **state)
{
	char path[] = "/tmp/vpngw-unit-XXXXXX", buffer[8];
	AUTO_CLOSE int file = mkstemp(path);
	AUTO_CLOSE int passed = -1;
	int pair[2];
	struct stat a, b;

	(void)state;
	unlink(path);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_int_equal(message_receive(pair[1], buffer, sizeof(buffer), &passed), -EAGAIN);
	assert_int_equal(message_send(pair[0], "ab", 2, "cd", 2, file), 0);
	assert_int_equal(message_receive(pair[1], buffer, sizeof(buffer), &passed), 4);
	assert_memory_equal(buffer, "abcd", 4);
	assert_int_equal(fstat(file, &a), 0);
	assert_int_equal(fstat(passed, &b), 0);
	assert_true(a.st_ino == b.st_ino);
	assert_int_equal(message_send(pair[0], "123456789", 9, NULL, 0, -1), 0);
	assert_int_equal(message_receive(pair[1], buffer, sizeof(buffer), NULL), -EMSGSIZE);
	close(pair[0]);
	assert_int_equal(message_receive(pair[1], buffer, sizeof(buffer), NULL), 0);
	close(pair[1]);
}

static void test_files(void **state)
{
	char dir[] = "/tmp/vpngw-unit-XXXXXX";
	AUTO_FREE char *path = NULL;
	AUTO_FREE char *text = NULL;
	size_t size;

	(void)state;
	assert_non_null(mkdtemp(dir));
	path = xasprintf("%s/file", dir);
	assert_int_equal(file_read(path, 10, &text, &size), -ENOENT);
	assert_int_equal(file_replace(path, "hello", 5, 0600), 0);
	assert_int_equal(file_read(path, 4, &text, &size), -EFBIG);
	assert_int_equal(file_read(path, 5, &text, &size), 0);
	assert_int_equal(size, 5);
	assert_string_equal(text, "hello");
	unlink(path);
	rmdir(dir);
}

/* Somebody else who may write in the folder has put a link in the new file's place. */
static void test_replacing_follows_no_link(void **state)
{
	char dir[] = "/tmp/vpngw-unit-XXXXXX";
	AUTO_FREE char *path = NULL;
	AUTO_FREE char *beside = NULL;
	AUTO_FREE char *target = NULL;
	AUTO_FREE char *text = NULL;
	size_t size;

	(void)state;
	assert_non_null(mkdtemp(dir));
	path = xasprintf("%s/file", dir);
	beside = xasprintf("%s.new.%d", path, (int)getpid());
	target = xasprintf("%s/target", dir);
	assert_int_equal(file_replace(target, "other", 5, 0600), 0);
	assert_int_equal(symlink(target, beside), 0);
	assert_int_equal(file_replace(path, "hello", 5, 0600), 0);
	assert_int_equal(file_read(target, 5, &text, &size), 0);
	assert_string_equal(text, "other");
	unlink(path);
	unlink(target);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_message_with_descriptor),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_replacing_follows_no_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
