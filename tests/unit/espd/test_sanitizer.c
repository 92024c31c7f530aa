/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Only in sanitizer builds: what a sanitizer finds in a sandboxed espd is said, not swallowed by
 * the sandbox, and a leak does not end it on a call the sandbox forbids.
 */
#include "espd/sandbox.h"
#include "support/unit.h"

#include "base/alloc.h"

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int one = 1;
static void *volatile lost;

static void overflow_heap(void)
{
	volatile uint8_t *bytes = xmalloc(8);

	bytes[7 + one] = 1;
	free((void *)(uintptr_t)bytes);
}

static void overflow_integer(void)
{
	one = INT_MAX + one;
}

static void leak(void)
{
	lost = xmalloc(100);
	lost = NULL;
}

/* Runs it in a sandboxed child; the wait status, and what it wrote to standard error. */
static int run(void (*defect)(void), char *ret_report, size_t size)
{
	int ends[2], status;
	size_t len = 0;
	ssize_t got;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		if (dup2(ends[1], STDERR_FILENO) < 0 || close(ends[1]) < 0 || sandbox_enter() < 0)
			_exit(9);
		defect();
		exit(0);
	}
	close(ends[1]);
	while (len < size - 1 && (got = read(ends[0], ret_report + len, size - 1 - len)) > 0)
		len += (size_t)got;
	ret_report[len] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static bool ended_by_sandbox(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

static void memory_errors_are_reported(void **state)
{
	char report[8192];
	int status = run(overflow_heap, report, sizeof(report));

	(void)state;
	assert_false(ended_by_sandbox(status));
	assert_int_not_equal(status, 0);
	assert_non_null(strstr(report, "ERROR: AddressSanitizer: heap-buffer-overflow"));
	assert_non_null(strstr(report, "SUMMARY"));
}

static void undefined_behaviour_is_reported_and_ends_it(void **state)
{
	char report[8192];
	int status = run(overflow_integer, report, sizeof(report));

	(void)state;
	assert_false(ended_by_sandbox(status));
	assert_int_not_equal(status, 0);
	assert_non_null(strstr(report, "runtime error: signed integer overflow"));
}

static void leaks_are_not_scanned_for(void **state)
{
	char report[4096];

	(void)state;
	assert_int_equal(run(leak, report, sizeof(report)), 0);
	assert_string_equal(report, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_errors_are_reported),
		cmocka_unit_test(undefined_behaviour_is_reported_and_ends_it),
		cmocka_unit_test(leaks_are_not_scanned_for),
	};

	return cmocka_run_group_tests_name("espd-sanitizer", tests, NULL, NULL);
}
