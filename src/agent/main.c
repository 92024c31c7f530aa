/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vpngw-agent: makes this machine what the store says. SIGTERM stops it and leaves everything as it
 * is: tunnels go on, and a new agent finds them. SIGUSR2 removes everything of ours from the
 * machine and ends: the same engine, with an empty store.
 */
#include "agent/engine.h"
#include "agent/first.h"

#include "base/instant.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/privilege.h"
#include "drivers/ike/fingerprint.h"

#include <errno.h>
#include <getopt.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_CONFIG "/etc/vpngw/vpngw.conf"
#define LOOK_MS 10         /* how often an end looks whether it may come */
#define STOP_LIMIT_MS 3000 /* a pass that takes longer is not waited for */

struct agent {
	struct config *config;
	struct vault *vault;
	struct secret *fingerprint_key;
	struct loop *loop;
	struct store *store;
	struct engine *engine;
	struct loop_timer *look;
	bool is_first; /* start after all programs were down */
	int ready_fd;  /* -1: nobody waits for it */
	bool is_stopping, is_removing, is_emptied;
	struct mono stop_limit;
};

static int failed(const char *what, int err)
{
	log_err("%s: %s", what, strerror(-err));
	return err;
}

static int load_config(const char *path, struct config **ret)
{
	AUTO_FREE char *message = NULL;
	int err = config_load(path, ret, &message);

	if (err < 0)
		log_err("%s", message ? message : strerror(-err));
	return err;
}

static int open_keys(struct agent *agent)
{
	AUTO_FREE char *path = config_path(agent->config->state_dir, "fingerprint.key");
	int err = vault_open(agent->config->key_file, false, &agent->vault);

	if (err < 0)
		return failed(agent->config->key_file, err);
	err = fingerprint_key_open(path, &agent->fingerprint_key);
	return err < 0 ? failed(path, err) : 0;
}

/* Root with what namespaces, devices, routes, raw sockets and port 500 need, and nothing else; the
 * groups open the sockets of charon and BIRD and the files of the store. */
static int drop_privileges(const struct config *config)
{
	static const uint64_t keep = 1ULL << CAP_NET_ADMIN | 1ULL << CAP_SYS_ADMIN |
				     1ULL << CAP_NET_RAW | 1ULL << CAP_NET_BIND_SERVICE;
	gid_t groups[] = { config->charon_gid, config->espd_gid, config->bird_gid,
		config->store_gid };
	int err = privilege_drop(0, 0, groups, ARRAY_LEN(groups), keep);

	umask(0007);
	if (!err)
		err = privilege_hide_memory();
	return err < 0 ? failed("privileges", err) : 0;
}

static int start_engine(struct agent *agent, bool is_removal)
{
	struct engine_settings settings = { .loop = agent->loop,
		.config = agent->config,
		.vault = agent->vault,
		.fingerprint_key = agent->fingerprint_key,
		.store = agent->store,
		.is_removal = is_removal };
	int err = engine_new(&settings, &agent->engine);

	return err < 0 ? failed("engine", err) : 0;
}

static void stop(void *arg)
{
	struct agent *agent = arg;

	agent->is_stopping = true;
	agent->stop_limit = mono_add_ms(mono_now(), STOP_LIMIT_MS);
	loop_timer_set(agent->look, 0);
}

/* The running pass ends first: half of an edit is never left behind on purpose. */
static void stop_when_settled(struct agent *agent)
{
	if (engine_is_settled(agent->engine))
		loop_stop(agent->loop);
	else if (mono_diff_ms(agent->stop_limit, mono_now()) < 0)
		_exit(EXIT_SUCCESS); /* something hangs; nothing here needs more than its death */
	else
		loop_timer_set(agent->look, LOOK_MS);
}

/* First the running pass ends, then an engine with an empty store removes everything. */
static void look(void *arg)
{
	struct agent *agent = arg;

	if (agent->is_stopping) {
		stop_when_settled(agent);
		return;
	}
	if (agent->is_emptied && engine_is_converged(agent->engine)) {
		log_notice("everything of ours is removed");
		loop_stop(agent->loop);
		return;
	}
	if (!agent->is_emptied && engine_is_settled(agent->engine)) {
		engine_free(TAKE_PTR(agent->engine));
		store_free(TAKE_PTR(agent->store));
		agent->is_emptied = true;
		if (store_open_memory(agent->loop, &agent->store) < 0 ||
			start_engine(agent, true) < 0)
			exit(EXIT_FAILURE);
	}
	loop_timer_set(agent->look, LOOK_MS);
}

static void remove_everything(void *arg)
{
	struct agent *agent = arg;

	if (agent->is_removing)
		return;
	log_notice("removing everything of ours from this machine");
	agent->is_removing = true;
	loop_timer_set(agent->look, 0);
}

static int run(struct agent *agent)
{
	int err;

	agent->loop = loop_new();
	agent->look = loop_timer_new(agent->loop, look, agent);
	loop_on_signal(agent->loop, SIGTERM, stop, agent);
	loop_on_signal(agent->loop, SIGINT, stop, agent);
	loop_on_signal(agent->loop, SIGUSR2, remove_everything, agent);
	err = store_open_sqlite(agent->loop, agent->config->state_dir, &agent->store);
	if (err < 0)
		return failed("store", err);
	/* statuses and logs: they are observed again, and nobody's request waits for them */
	err = store_relax(agent->store);
	if (err < 0)
		return failed("store", err);
	if (agent->is_first) {
		err = first_forget(agent->store);
		if (err < 0)
			return failed("store", err);
	}
	err = start_engine(agent, false);
	if (err < 0)
		return err;
	if (agent->is_first) {
		agent->ready_fd = first_ready(agent->config->run_dir);
		if (agent->ready_fd < 0)
			return failed("agent/ready.sock", agent->ready_fd);
	}
	log_notice("agent started");
	loop_run(agent->loop);
	return 0;
}

static void done(struct agent *agent)
{
	if (agent->ready_fd >= 0)
		close(agent->ready_fd);
	engine_free(agent->engine);
	store_free(agent->store);
	if (agent->loop)
		loop_timer_free(agent->look);
	loop_free(agent->loop);
	secret_free(agent->fingerprint_key);
	vault_free(agent->vault);
	config_free(agent->config);
}

static int usage(void)
{
	fputs("usage: vpngw-agent [--config FILE] [--first] [-n]\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "config", required_argument, NULL, 'c' },
		{ "check", no_argument, NULL, 'n' }, { "first", no_argument, NULL, 'f' }, {} };
	const char *path = DEFAULT_CONFIG;
	struct agent agent = { .ready_fd = -1 };
	bool check_only = false;
	int option, err;

	while ((option = getopt_long(argc, argv, "c:n", options, NULL)) != -1) {
		if (option == 'c')
			path = optarg;
		else if (option == 'n')
			check_only = true;
		else if (option == 'f')
			agent.is_first = true;
		else
			return usage();
	}
	if (optind != argc)
		return usage();
	log_init("vpngw-agent", LEVEL_INFO);
	err = load_config(path, &agent.config);
	if (!err && !check_only) {
		log_init("vpngw-agent", (enum log_level)agent.config->log_level);
		err = open_keys(&agent);
		if (!err)
			err = drop_privileges(agent.config);
		if (!err)
			err = run(&agent);
	}
	done(&agent);
	return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
