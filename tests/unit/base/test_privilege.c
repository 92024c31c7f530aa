/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/privilege: who a process is after the drop. Each case in a child; needs root.
 */
#include "support/unit.h"

#include "base/privilege.h"

#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/* In the child: 0 when all is as it must be, else the number of the check. */
static int dropped(uid_t uid, uint64_t keep)
{
	static const gid_t groups[] = { 4713 };
	gid_t now[4];
	int signal = 0;

	if (prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) < 0)
		return 1;
	if (privilege_drop(uid, 4712, groups, 1, keep) < 0)
		return 2;
	if (getuid() != uid || geteuid() != uid || getegid() != 4712)
		return 3;
	if (getgroups(4, now) != 1 || now[0] != 4713)
		return 4;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 5;
	if (prctl(PR_CAPBSET_READ, CAP_NET_ADMIN, 0, 0, 0) != 0)
		return 6;
	if (prctl(PR_GET_PDEATHSIG, &signal, 0, 0, 0) < 0 || signal != SIGTERM)
		return 7;
	/* a right that was kept works, one that was not does not */
	if ((setuid(0) == 0) != (uid == 0 || (keep & (1ULL << CAP_SETUID))))
		return 8;
	return 0;
}

static int in_child(uid_t uid, uint64_t keep)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(dropped(uid, keep));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_drop(void **state)
{
	(void)state;
	if (geteuid())
		skip();
	assert_int_equal(in_child(4711, 0), 0);
	assert_int_equal(in_child(4711, 1ULL << CAP_SETUID), 0);
	assert_int_equal(in_child(0, 1ULL << CAP_NET_RAW), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
