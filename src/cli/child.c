/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fork and exec. Between them only what the child needs; whatever fails there is logged by the
 * child and looks like an early end to the supervisor.
 */
#include "cli/child.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_NO_EXEC 127

static int detach_input(void)
{
	AUTO_CLOSE int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	return null < 0 || dup2(null, STDIN_FILENO) < 0 ? -errno : 0;
}

static void reset_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
}

/* Every tunnel is a descriptor in two processes. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		log_debug("the limit of open files stays error=%s", strerror(errno));
}

__attribute__((noreturn)) static void become(const struct child_command *command, pid_t parent)
{
	AUTO_FREE char *path = xstrdup(command->path);
	char *argv[ARGUMENTS_MAX + 2] = { path };
	int err = detach_input();

	for (uint32_t i = 0; i < command->arguments->len; i++)
		argv[i + 1] = command->arguments->values[i];
	reset_signals();
	raise_descriptor_limit();
	setpgid(0, 0);
	unsetenv("NOTIFY_SOCKET"); /* the supervisor speaks for all */
	if (!err && command->enter)
		err = command->enter(command->arg);
	if (!err && prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) < 0)
		err = -errno;
	if (err < 0 || getppid() != parent) /* it may have died before the line above */
		_exit(EXIT_NO_EXEC);
	execv(argv[0], argv);
	log_err("%s cannot be executed error=%s", argv[0], strerror(errno));
	_exit(EXIT_NO_EXEC);
}

int child_start(const struct child_command *command)
{
	pid_t parent = getpid(), pid = fork();

	if (!pid)
		become(command, parent);
	return pid < 0 ? -errno : pid;
}

char *child_describe(int status)
{
	if (WIFSIGNALED(status))
		return xasprintf("was killed by signal %d", WTERMSIG(status));
	return xasprintf("exited with status %d", WEXITSTATUS(status));
}
