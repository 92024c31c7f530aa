/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child behind a small wall: what is left to it, what fails softly, what ends it.
 */
#include "support/unit.h"

#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const int allowed[] = { SCMP_SYS(getppid), SCMP_SYS(exit_group) };
static const int refused[] = { SCMP_SYS(getcwd) };
static const unsigned long asked[] = { FIONREAD };
static const int families[] = { AF_UNIX };

static const struct sandbox sandbox = { .allowed = allowed,
	.allowed_len = ARRAY_LEN(allowed),
	.refused = refused,
	.refused_len = ARRAY_LEN(refused),
	.ioctls = asked,
	.ioctls_len = ARRAY_LEN(asked),
	.families = families,
	.families_len = ARRAY_LEN(families) };

/* The wait status of a child that does this behind the wall, without the C library's own calls. */
static int inside(void (*act)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (sandbox_load(&sandbox) < 0)
			_exit(100);
		act();
		syscall(SYS_exit_group, 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void end_unless(bool is_right)
{
	if (!is_right)
		syscall(SYS_exit_group, 1);
}

static void do_allowed(void)
{
	int waiting;

	end_unless(syscall(SYS_getppid) > 0);
	end_unless(syscall(SYS_socket, AF_UNIX, SOCK_DGRAM, 0) >= 0);
	end_unless(syscall(SYS_ioctl, 0, FIONREAD, &waiting) == 0 || errno != EPERM);
	end_unless(syscall(SYS_getcwd, NULL, 0) < 0 && errno == EACCES);
}

static void do_other(void)
{
	syscall(SYS_getpriority, 0, 0);
}

static void do_other_family(void)
{
	syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
}

static void do_other_ioctl(void)
{
	syscall(SYS_ioctl, 0, TIOCSTI, "x");
}

static void test_wall(void **state)
{
	int status = inside(do_allowed);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(WTERMSIG(inside(do_other)), SIGSYS);
	assert_int_equal(WTERMSIG(inside(do_other_family)), SIGSYS);
	assert_int_equal(WTERMSIG(inside(do_other_ioctl)), SIGSYS);
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_wall) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
