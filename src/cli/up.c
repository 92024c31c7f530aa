/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vpngw up: checks the machine, prepares the folders and supervises the daemons until it is told to
 * stop. In the foreground it is the service itself; --background detaches and returns when
 * everything is up.
 */
#include "base/fd.h"
#include "base/log.h"
#include "base/loop.h"
#include "cli/control.h"
#include "cli/folders.h"
#include "cli/instance.h"
#include "cli/notify.h"
#include "cli/preflight.h"
#include "cli/program.h"
#include "cli/supervisor.h"
#include "cli/verbs.h"
#include "resource/config.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

struct up {
	const char *config_path;
	bool background;
	int report; /* --background: the parent waits at the other end; -1 = none */
	int lock;
	struct supervisor *supervisor;
};

static void is_up(void *arg)
{
	struct up *up = arg;

	notify_systemd("READY=1");
	if (up->report >= 0) {
		if (write(up->report, "", 1) < 0)
			log_debug("nobody waits for the start");
		close(TAKE_FD(up->report));
	}
}

static void asked_down(void *arg)
{
	struct up *up = arg;

	log_notice("asked to remove everything and stop");
	supervisor_stop(up->supervisor, true);
}

/* What is returned is the problem, an own string; NULL: it ended as it was told to. */
static char *supervise(struct up *up, const struct launch *launch)
{
	CLEANUP(loop_freep) struct loop *loop = loop_new();
	CLEANUP(supervisor_freep)
	struct supervisor *supervisor = supervisor_new(loop, launch, is_up, up);
	struct control *control = control_new(loop, launch->config->run_dir, asked_down, up);
	const char *problem;

	if (!control)
		return xasprintf(
			"%s/" CONTROL_SOCKET ": %s", launch->config->run_dir, strerror(errno));
	up->supervisor = supervisor;
	supervisor_start(supervisor);
	loop_run(loop);
	notify_systemd("STOPPING=1");
	problem = supervisor_problem(supervisor);
	/* in this order: `vpngw down` returns to somebody who may start again at once */
	control_close(control);
	close(TAKE_FD(up->lock));
	control_free(control, problem);
	return problem ? xstrdup(problem) : NULL;
}

static char *prepare(const struct config *config, struct launch *launch)
{
	AUTO_FREE char *path = NULL;
	AUTO_FREE char *without_bird = NULL;
	char *problem = NULL;
	int err = instance_sweep(config->run_dir);

	if (err < 0)
		return xasprintf("a process of a former instance does not end: %s", strerror(-err));
	if (err > 0)
		log_warn("ended what a killed instance has left processes=%d", err);
	without_bird = preflight_bird(config);
	if (without_bird)
		log_warn("BGP is not possible: %s", without_bird);
	problem = preflight_ports(config);
	if (problem || launch_find(launch, &problem) < 0)
		return problem;
	err = folders_make(config, &path);
	return err < 0 ? xasprintf("%s: %s", path, strerror(-err)) : NULL;
}

static int lock(const struct config *config, char **ret_problem)
{
	AUTO_FREE char *path = NULL;
	pid_t holder = 0;
	int fd = folders_make_run_dir(config, &path);

	if (!fd)
		fd = instance_lock(config->run_dir, &holder);
	if (fd == -EBUSY)
		*ret_problem =
			xasprintf("already running in %s, pid %d", config->run_dir, (int)holder);
	else if (fd < 0)
		*ret_problem = xasprintf("%s: %s", config->run_dir, strerror(-fd));
	return fd;
}

static char *run(struct up *up, const struct config *config)
{
	CLEANUP(launch_done) struct launch launch = { .config = config };
	char *problem = preflight_machine(config);

	if (!problem)
		up->lock = lock(config, &problem);
	if (up->lock < 0)
		return problem;
	launch.config_path = realpath(up->config_path, NULL);
	if (!launch.config_path)
		return xasprintf("%s: %s", up->config_path, strerror(errno));
	signal(SIGPIPE, SIG_IGN);
	umask(0022);
	/* what our children leave behind is ours to reap */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return xasprintf("subreaper: %s", strerror(errno));
	problem = prepare(config, &launch);
	return problem ? problem : supervise(up, &launch);
}

/* From here on standard error is a file; problems go to the parent through the pipe. */
static int redirect_log(const struct config *config)
{
	AUTO_FREE char *path = config_path(config->run_dir, "vpngw.log");
	AUTO_FREE char *failed = NULL;
	AUTO_CLOSE int file = -1;
	int err = folders_make_run_dir(config, &failed);

	if (err < 0)
		return err;
	file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (file < 0 || dup2(file, STDERR_FILENO) < 0 || dup2(file, STDOUT_FILENO) < 0)
		return -errno;
	return 0;
}

/* The parent's part: waits for "up" (a NUL) or the problem. */
static int await_start(int report, const struct config *config)
{
	char text[1024];
	ssize_t size = read(report, text, sizeof(text) - 1);

	if (size > 0 && !*text) {
		printf("vpngw: up, log in %s/vpngw.log\n", config->run_dir);
		return EXIT_SUCCESS;
	}
	text[size > 0 ? size : 0] = '\0';
	fprintf(stderr, "vpngw up: %s\n", size > 0 ? text : "ended before it was up");
	return EXIT_FAILURE;
}

static void report_problem(const struct up *up, const char *problem)
{
	if (!up->background)
		fprintf(stderr, "vpngw up: %s\n", problem);
	else if (up->report < 0)
		log_err("%s", problem);
	else if (write(up->report, problem, strlen(problem)) < 0)
		log_err("%s", problem);
}

static int run_and_report(struct up *up, const struct config *config)
{
	AUTO_FREE char *problem = run(up, config);

	if (problem)
		report_problem(up, problem);
	return problem ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int run_in_background(struct up *up, const struct config *config)
{
	int ends[2], err;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return EXIT_FAILURE;
	pid = fork();
	if (pid) {
		close(ends[1]);
		return pid < 0 ? EXIT_FAILURE : await_start(ends[0], config);
	}
	close(ends[0]);
	up->report = ends[1];
	setsid();
	err = redirect_log(config);
	if (err < 0) {
		report_problem(up, strerror(-err));
		return EXIT_FAILURE;
	}
	return run_and_report(up, config);
}

static int parse_options(struct up *up, int argc, char **argv)
{
	static const struct option options[] = { { "config", required_argument, NULL, 'c' },
		{ "background", no_argument, NULL, 'b' }, { "foreground", no_argument, NULL, 'f' },
		{} };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'c')
			up->config_path = optarg;
		else if (option == 'b' || option == 'f')
			up->background = option == 'b';
		else
			return USAGE;
	}
	return optind < argc ? USAGE : 0;
}

int verb_up(int argc, char **argv)
{
	CLEANUP(config_freep) struct config *config = NULL;
	AUTO_FREE char *message = NULL;
	struct up up = { .config_path = DEFAULT_CONFIG, .report = -1, .lock = -1 };
	int err = parse_options(&up, argc, argv);

	if (err)
		return err;
	err = config_load(up.config_path, &config, &message);
	if (err < 0) {
		fprintf(stderr, "vpngw up: %s\n", message ? message : strerror(-err));
		return EXIT_FAILURE;
	}
	log_init("vpngw", config->log_level);
	return up.background ? run_in_background(&up, config) : run_and_report(&up, config);
}
