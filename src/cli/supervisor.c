/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of the programs, on the loop:
 *
 *   IDLE ──start──▶ STARTING ──its socket answers──▶ RUNNING
 *                      │                                │ ends
 *                      └────────────ends────────────▶ PAUSED ──timer──▶ RUNNING
 *
 * Only the first start waits for sockets: later a connection made for looking could take the place
 * of a daemon's own, and all of them connect again by themselves. Knows no program by name, but for
 * the agent's part in removing; the BIRDs come and go by routers.h.
 */
#include "cli/supervisor.h"

#include "base/fd.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/loop.h"
#include "cli/child.h"
#include "cli/instance.h"
#include "cli/restart.h"
#include "cli/routers.h"
#include "resource/config.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#define PROBE_MS 20
#define READY_MS 30000  /* a program that does not answer by then is killed and started again */
#define REMOVE_MS 60000 /* thousands of connections to take leave of */
#define TRIES_BEFORE_UP 5

enum state { IDLE, STARTING, RUNNING, PAUSED };

struct child {
	struct supervisor *supervisor;
	enum program_id id;
	enum state state;
	pid_t pid; /* 0 = none */
	struct mono started;
	struct restart restart;
	struct loop_timer *timer; /* STARTING: probe; PAUSED: restart; stopping: SIGKILL */
};

struct supervisor {
	struct loop *loop;
	const struct launch *launch;
	void (*up)(void *arg);
	void *arg;
	struct child children[PROGRAMS];
	struct routers *routers;
	struct loop_timer *record; /* what has changed in one turn of the loop is written once */
	bool is_up, stopping, removing;
	char *problem;
};

static const char *name_of(const struct child *child)
{
	return programs[child->id].name;
}

static void set_problem(struct supervisor *supervisor, char *problem)
{
	if (supervisor->problem)
		free(problem); /* the first one is the cause */
	else
		supervisor->problem = problem;
}

static void record(void *arg)
{
	struct supervisor *supervisor = arg;
	size_t len = PROGRAMS + routers_len(supervisor->routers);
	AUTO_FREE pid_t *pids = xcalloc(len, sizeof(*pids));
	int err;

	for (size_t i = 0; i < PROGRAMS; i++)
		pids[i] = supervisor->children[i].pid;
	routers_pids(supervisor->routers, pids + PROGRAMS);
	err = instance_record(supervisor->launch->config->run_dir, pids, len);
	if (err < 0)
		log_warn("the record of processes is not written error=%s", strerror(-err));
}

static void record_soon(void *arg)
{
	struct supervisor *supervisor = arg;

	loop_timer_set(supervisor->record, 0);
}

static int enter_program(const void *arg)
{
	const struct child *child = arg;

	return programs[child->id].enter(child->supervisor->launch);
}

static int start_process(const struct child *child)
{
	const struct program *program = &programs[child->id];
	const struct launch *launch = child->supervisor->launch;
	struct arguments arguments = { 0 };
	int pid;

	program->arguments(launch, &arguments);
	if (program->first && !child->supervisor->is_up)
		arguments_add(&arguments, xstrdup(program->first));
	pid = child_start(&(struct child_command){ .path = launch->paths[child->id],
		.arguments = &arguments,
		.enter = program->enter ? enter_program : NULL,
		.arg = child });
	arguments_done(&arguments);
	return pid;
}

static void stop_next(struct supervisor *supervisor);
static void child_ended(struct child *child, char *how);

static void start(struct child *child)
{
	struct supervisor *supervisor = child->supervisor;
	int pid = start_process(child);

	child->started = mono_now();
	if (pid < 0) {
		child_ended(child, xasprintf("cannot be started: %s", strerror(-pid)));
		return;
	}
	child->pid = pid;
	log_info("started program=%s pid=%d", name_of(child), pid);
	record(supervisor);
	if (supervisor->is_up) {
		child->state = RUNNING;
	} else {
		child->state = STARTING;
		loop_timer_set(child->timer, 0);
	}
}

static void all_running(struct supervisor *supervisor)
{
	supervisor->is_up = true;
	log_notice("up run_dir=%s", supervisor->launch->config->run_dir);
	supervisor->up(supervisor->arg);
	routers_start(supervisor->routers);
}

/* The next program that was never started, or: all are there. */
static void start_next(struct supervisor *supervisor)
{
	for (size_t i = 0; i < PROGRAMS; i++) {
		struct child *child = &supervisor->children[i];

		if (child->state == RUNNING)
			continue;
		if (child->state == IDLE)
			start(child);
		return;
	}
	if (!supervisor->is_up)
		all_running(supervisor);
}

static bool answers(const struct child *child)
{
	const char *socket = programs[child->id].ready;
	AUTO_FREE char *path = NULL;
	AUTO_CLOSE int fd = -1;

	if (!socket)
		return true;
	path = config_path(child->supervisor->launch->config->run_dir, socket);
	fd = unix_connect(path, SOCK_SEQPACKET);
	if (fd == -EPROTOTYPE)
		fd = unix_connect(path, SOCK_STREAM);
	return fd >= 0;
}

static void probe(struct child *child)
{
	if (answers(child)) {
		child->state = RUNNING;
		start_next(child->supervisor);
	} else if (mono_diff_ms(mono_now(), child->started) > READY_MS) {
		log_warn("does not answer and is killed program=%s", name_of(child));
		kill(child->pid, SIGKILL);
	} else {
		loop_timer_set(child->timer, PROBE_MS);
	}
}

static void timer_expired(void *arg)
{
	struct child *child = arg;

	if (child->supervisor->stopping) {
		log_warn("did not stop in time and is killed program=%s", name_of(child));
		set_problem(
			child->supervisor, xasprintf("%s did not stop in time", name_of(child)));
		kill(child->pid, SIGKILL);
	} else if (child->state == STARTING) {
		probe(child);
	} else if (child->state == PAUSED) {
		start(child);
	}
}

static void give_up(struct supervisor *supervisor, const struct child *child, const char *how)
{
	set_problem(supervisor, xasprintf("%s does not start: it %s", name_of(child), how));
	supervisor_stop(supervisor, false);
}

static void restart_later(struct child *child, const char *how)
{
	uint32_t pause = restart_pause(&child->restart, mono_diff_ms(mono_now(), child->started));

	log_warn("%s %s restart_ms=%u", name_of(child), how, pause);
	if (!child->supervisor->is_up && child->restart.failures >= TRIES_BEFORE_UP) {
		give_up(child->supervisor, child, how);
		return;
	}
	child->state = PAUSED;
	loop_timer_set(child->timer, pause);
}

/* Takes ownership of how. */
static void child_ended(struct child *child, char *how)
{
	struct supervisor *supervisor = child->supervisor;
	AUTO_FREE char *text = how;

	child->pid = 0;
	loop_timer_clear(child->timer);
	record(supervisor);
	if (!supervisor->stopping) {
		restart_later(child, text);
		return;
	}
	log_info("%s %s", name_of(child), text);
	child->state = IDLE;
	stop_next(supervisor);
}

static struct child *child_of(struct supervisor *supervisor, pid_t pid)
{
	for (size_t i = 0; i < PROGRAMS; i++)
		if (supervisor->children[i].pid == pid)
			return &supervisor->children[i];
	return NULL;
}

/* When it was told to remove everything, its end says whether it has. */
static void check_removal(const struct child *child, int status)
{
	struct supervisor *supervisor = child->supervisor;

	if (child->id == PROGRAM_AGENT && supervisor->removing &&
		!(WIFEXITED(status) && !WEXITSTATUS(status))) {
		AUTO_FREE char *how = child_describe(status);

		set_problem(supervisor,
			xasprintf("%s %s before everything was removed", name_of(child), how));
	}
}

/* Also reaps children of our children that were left to us. */
static void reap(void *arg)
{
	struct supervisor *supervisor = arg;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct child *child = child_of(supervisor, pid);

		if (!child) {
			routers_reaped(supervisor->routers, pid, status);
			continue;
		}
		check_removal(child, status);
		child_ended(child, child_describe(status));
	}
}

static void stop_child(struct child *child)
{
	bool remove = child->supervisor->removing && child->id == PROGRAM_AGENT;

	loop_timer_set(child->timer, remove ? REMOVE_MS : programs[child->id].stop_ms);
	kill(child->pid, remove ? SIGUSR2 : SIGTERM);
}

static bool stop_last(struct supervisor *supervisor, size_t from)
{
	for (size_t i = PROGRAMS; i-- > from;) {
		if (!supervisor->children[i].pid)
			continue;
		stop_child(&supervisor->children[i]);
		return true;
	}
	return false;
}

/* The last one in the order of start that still runs; when there is none, it is over. The BIRDs go
 * after the agent, which may want something of them, and before the tunnels to their peers. */
static void stop_next(struct supervisor *supervisor)
{
	if (stop_last(supervisor, PROGRAM_AGENT) || !routers_stop(supervisor->routers) ||
		stop_last(supervisor, 0))
		return;
	log_notice("down run_dir=%s", supervisor->launch->config->run_dir);
	loop_stop(supervisor->loop);
}

static void require_agent(struct supervisor *supervisor)
{
	if (supervisor->stopping)
		set_problem(supervisor, xstrdup("it was stopping already: links, routes or "
						"namespaces are left"));
	else if (!supervisor->children[PROGRAM_AGENT].pid)
		set_problem(supervisor, xstrdup("vpngw-agent is not running: links, routes or "
						"namespaces may be left"));
}

void supervisor_stop(struct supervisor *supervisor, bool remove)
{
	if (remove && !supervisor->removing)
		require_agent(supervisor);
	if (supervisor->stopping)
		return;
	supervisor->stopping = true;
	supervisor->removing = remove;
	for (size_t i = 0; i < PROGRAMS; i++)
		loop_timer_clear(supervisor->children[i].timer);
	stop_next(supervisor);
}

static void routers_stopped(void *arg)
{
	stop_next(arg);
}

static void told_to_stop(void *arg)
{
	supervisor_stop(arg, false);
}

struct supervisor *supervisor_new(
	struct loop *loop, const struct launch *launch, void (*up)(void *arg), void *arg)
{
	struct supervisor *supervisor = xcalloc(1, sizeof(*supervisor));

	supervisor->loop = loop;
	supervisor->launch = launch;
	supervisor->up = up;
	supervisor->arg = arg;
	for (enum program_id i = 0; i < PROGRAMS; i++) {
		struct child *child = &supervisor->children[i];

		child->supervisor = supervisor;
		child->id = i;
		child->timer = loop_timer_new(loop, timer_expired, child);
	}
	supervisor->record = loop_timer_new(loop, record, supervisor);
	supervisor->routers = routers_new(loop, launch->config,
		&(struct routers_events){
			.changed = record_soon, .stopped = routers_stopped, .arg = supervisor });
	loop_on_signal(loop, SIGCHLD, reap, supervisor);
	loop_on_signal(loop, SIGTERM, told_to_stop, supervisor);
	loop_on_signal(loop, SIGINT, told_to_stop, supervisor);
	loop_on_signal(loop, SIGHUP, told_to_stop, supervisor);
	return supervisor;
}

void supervisor_free(struct supervisor *supervisor)
{
	if (!supervisor)
		return;
	for (size_t i = 0; i < PROGRAMS; i++)
		loop_timer_free(supervisor->children[i].timer);
	loop_timer_free(supervisor->record);
	routers_free(supervisor->routers);
	free(supervisor->problem);
	free(supervisor);
}

void supervisor_start(struct supervisor *supervisor)
{
	start_next(supervisor);
}

const char *supervisor_problem(const struct supervisor *supervisor)
{
	return supervisor->problem;
}
