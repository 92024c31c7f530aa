/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One BIRD. It binds its control socket as root in a folder it cannot write, then becomes bird_uid
 * by itself (-u, -g); changing the user takes the signal at the supervisor's death from it, so only
 * the record of processes (instance.h) ends it when the supervisor was killed.
 */
#include "cli/router.h"

#include "base/instant.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/privilege.h"
#include "cli/child.h"
#include "cli/restart.h"
#include "resource/config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <string.h>

#define STOP_MS 3000 /* it takes leave of its peers */

enum state { PAUSED, RUNNING, ENDING };

struct router {
	struct loop *loop;
	const struct config *config;
	void (*changed)(void *arg);
	void *arg;
	char *vpc, *namespace_path, *control_path;
	enum state state;
	bool is_wanted;
	pid_t pid;
	struct stat namespace; /* of the process */
	struct mono started;
	struct restart restart;
	struct loop_timer *timer; /* PAUSED: start; ENDING: SIGKILL */
};

/* Inside the namespace, and root with no more than it needs to make its socket and become bird_uid.
 */
static int enter(const void *arg)
{
	static const uint64_t keep = 1ULL << CAP_NET_ADMIN | 1ULL << CAP_NET_RAW |
				     1ULL << CAP_NET_BIND_SERVICE | 1ULL << CAP_NET_BROADCAST |
				     1ULL << CAP_SETUID | 1ULL << CAP_SETGID | 1ULL << CAP_CHOWN |
				     1ULL << CAP_FOWNER;
	const int *namespace = arg;
	int err = setns(*namespace, CLONE_NEWNET) < 0 ? -errno : privilege_bound(keep);

	if (err < 0)
		log_err("bird cannot be started error=%s", strerror(-err));
	return err;
}

static void set_arguments(const struct router *router, struct arguments *arguments)
{
	const struct config *config = router->config;

	arguments_add(arguments, xstrdup("-f"));
	arguments_add_number(arguments, "-u", config->bird_uid);
	arguments_add_number(arguments, "-g", config->bird_gid);
	arguments_add(arguments, xstrdup("-c"));
	arguments_add(arguments,
		xasprintf("%s/" ROUTERS_DIR "/%s" ROUTER_CONF, config->run_dir, router->vpc));
	arguments_add(arguments, xstrdup("-s"));
	arguments_add(arguments, xstrdup(router->control_path));
}

static void pause_router(struct router *router, const char *how)
{
	uint32_t pause = restart_pause(&router->restart, mono_diff_ms(mono_now(), router->started));

	log_warn("bird %s vpc=%s restart_ms=%u", how, router->vpc, pause);
	router->state = PAUSED;
	loop_timer_set(router->timer, pause);
}

static int start_process(struct router *router, int namespace)
{
	struct arguments arguments = { 0 };
	int pid;

	set_arguments(router, &arguments);
	pid = child_start(&(struct child_command){ .path = router->config->bird,
		.arguments = &arguments,
		.enter = enter,
		.arg = &namespace });
	arguments_done(&arguments);
	return pid;
}

static void start(struct router *router)
{
	AUTO_CLOSE int namespace = open(router->namespace_path, O_RDONLY | O_CLOEXEC);
	int pid;

	router->started = mono_now();
	pid = namespace < 0 || fstat(namespace, &router->namespace) < 0
		      ? -errno
		      : start_process(router, namespace);
	if (pid < 0) {
		AUTO_FREE char *how = xasprintf("cannot be started: %s", strerror(-pid));

		pause_router(router, how);
		return;
	}
	router->pid = pid;
	router->state = RUNNING;
	log_info("started program=bird vpc=%s pid=%d", router->vpc, pid);
	router->changed(router->arg);
}

static void timer_expired(void *arg)
{
	struct router *router = arg;

	if (router->state == PAUSED) {
		start(router);
	} else if (router->state == ENDING) {
		log_warn("did not stop in time and is killed program=bird vpc=%s", router->vpc);
		kill(router->pid, SIGKILL);
	}
}

struct router *router_new(struct loop *loop, const struct config *config, const char *vpc,
	void (*changed)(void *arg), void *arg)
{
	struct router *router = xcalloc(1, sizeof(*router));

	router->loop = loop;
	router->config = config;
	router->changed = changed;
	router->arg = arg;
	router->vpc = xstrdup(vpc);
	router->namespace_path = xasprintf(ROUTER_NAMESPACE "%s", vpc);
	router->control_path =
		xasprintf("%s/" ROUTERS_DIR "/%s" ROUTER_CONTROL, config->run_dir, vpc);
	router->timer = loop_timer_new(loop, timer_expired, router);
	return router;
}

void router_free(struct router *router)
{
	if (!router)
		return;
	loop_timer_free(router->timer);
	/* BIRD cannot: the folder is not its own */
	if (unlink(router->control_path) < 0 && errno != ENOENT)
		log_debug("%s stays error=%s", router->control_path, strerror(errno));
	free(router->vpc);
	free(router->namespace_path);
	free(router->control_path);
	free(router);
}

const char *router_vpc(const struct router *router)
{
	return router->vpc;
}

pid_t router_pid(const struct router *router)
{
	return router->pid;
}

static void end_process(struct router *router)
{
	router->state = ENDING;
	loop_timer_set(router->timer, STOP_MS);
	kill(router->pid, SIGTERM);
}

void router_want(struct router *router, const struct stat *namespace)
{
	if (!router->is_wanted && router->state == PAUSED)
		loop_timer_set(router->timer, 0);
	router->is_wanted = true;
	if (router->state == RUNNING && (namespace->st_ino != router->namespace.st_ino ||
						namespace->st_dev != router->namespace.st_dev)) {
		log_notice("the namespace is another one and bird is started anew vpc=%s",
			router->vpc);
		end_process(router);
	}
}

void router_end(struct router *router)
{
	router->is_wanted = false;
	if (router->state == RUNNING)
		end_process(router);
	else if (router->state == PAUSED)
		loop_timer_clear(router->timer);
}

void router_ended(struct router *router, int status)
{
	AUTO_FREE char *how = child_describe(status);
	bool was_told = router->state == ENDING;

	router->pid = 0;
	loop_timer_clear(router->timer);
	if (!was_told) {
		pause_router(router, how);
	} else {
		log_info("bird %s vpc=%s", how, router->vpc);
		router->state = PAUSED;
		if (router->is_wanted)
			loop_timer_set(router->timer, 0);
	}
	router->changed(router->arg);
}
