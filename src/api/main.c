/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vpngw-api: what needs root is opened first (vault, certificate, sockets), then privileges are
 * dropped, then the store is opened and served.
 */
#include "api/catalogue.h"
#include "api/certificate.h"
#include "api/keys.h"
#include "api/reference.h"
#include "api/reference_json.h"
#include "api/sandbox.h"
#include "api/service.h"
#include "api/token.h"
#include "base/fd.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/privilege.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define DEFAULT_CONFIG "/etc/vpngw/vpngw.conf"
#define EXPIRE_EVERY_MS (60 * 60 * 1000)
#define REFERENCE_MAX (1024 * 1024)

struct daemon {
	const char *config_path;
	struct config *config;
	SSL_CTX *tls;
	int tcp_fd, unix_fd; /* -1 once the HTTP server has them */
	struct http_server *http;
	struct service service;
	struct loop_timer *start_timer, *expire_timer;
};

static int failed(const char *what, int err)
{
	log_err("%s: %s", what, strerror(-err));
	return err;
}

static int make_dir(const char *path, mode_t mode, uid_t uid, gid_t gid)
{
	if (mkdir(path, mode) < 0)
		return errno == EEXIST ? 0 : -errno;
	/* chmod because of the umask; the set-group-id bit gives the store's files its group. */
	if (chown(path, uid, gid) < 0 || chmod(path, mode) < 0)
		return -errno;
	return 0;
}

static int make_dirs(const struct config *config)
{
	int err = make_dir(config->state_dir, 02770, geteuid(),
		geteuid() == 0 ? config->store_gid : getegid());

	if (err < 0)
		return failed(config->state_dir, err);
	err = make_dir(config->run_dir, 0755, geteuid(), getegid());
	return err < 0 ? failed(config->run_dir, err) : 0;
}

static int open_sockets(struct daemon *daemon)
{
	const struct config *config = daemon->config;
	AUTO_FREE char *path = config_path(config->run_dir, "api.sock");
	int err = certificate_open(config, &daemon->tls);

	if (err < 0)
		return failed("certificate", err);
	daemon->tcp_fd = http_bind_tcp(config->listen_address, config->listen_port);
	if (daemon->tcp_fd < 0)
		return failed(config->listen_address, daemon->tcp_fd);
	daemon->unix_fd = unix_listen(path, SOCK_STREAM, 0600, (gid_t)-1);
	return daemon->unix_fd < 0 ? failed(path, daemon->unix_fd) : 0;
}

/* The audit log is made by root but written, and made anew after a rotation, by the API's user. */
static int open_audit(struct daemon *daemon)
{
	AUTO_FREE char *path = config_path(daemon->config->state_dir, "audit.log");
	int err = audit_open(path, &daemon->service.audit);

	return err < 0 ? failed(path, err) : 0;
}

/* Read while root still may; the API works without. */
static int open_console(struct daemon *daemon)
{
	const char *dir = daemon->config->console_dir;
	int err = console_files_open(dir, &daemon->service.console);

	if (err == -ENOENT) {
		log_notice("no console: there is no %s/index.html", dir);
		return 0;
	}
	return err < 0 ? failed(dir, err) : 0;
}

static int drop_privileges(const struct config *config)
{
	int err = 0;

	umask(0007);
	if (geteuid() == 0)
		err = privilege_drop(config->api_uid, config->api_gid, &config->store_gid, 1, 0);
	if (!err)
		err = privilege_hide_memory();
	return err < 0 ? failed("privileges", err) : 0;
}

/*
 * The files of root are closed to us by now: a key that is to be reloaded belongs to our user. The
 * certificate of our own making stays: its key is root's, and clients may have pinned it.
 */
static void reload_tls(struct daemon *daemon)
{
	SSL_CTX *tls = NULL;

	if (!*daemon->config->tls_certificate)
		return;
	if (certificate_open(daemon->config, &tls) < 0 || !tls) {
		log_warn("the TLS certificate stays as it was: let uid %u read the key, or restart",
			(unsigned int)geteuid());
		return;
	}
	http_set_tls(daemon->http, tls);
	SSL_CTX_free(daemon->tls);
	daemon->tls = tls;
}

static void use_limits(struct daemon *daemon)
{
	const struct config *config = daemon->config;
	const struct authenticator *auth = &daemon->service.authenticator;

	buckets_set(auth->requests, config->requests_per_second, config->request_burst);
	buckets_set(auth->failures, config->failures_per_second, config->failure_burst);
	http_set_limits(daemon->http,
		&(struct http_limits){ config->connections, config->connections_per_source });
	log_init("vpngw-api", (enum log_level)config->log_level);
}

/* What was opened as root, or names where things are. */
static bool needs_restart(const struct config *old, const struct config *new)
{
	return strcmp(old->listen_address, new->listen_address) != 0 ||
	       old->listen_port != new->listen_port ||
	       !*old->tls_certificate != !*new->tls_certificate ||
	       strcmp(old->state_dir, new->state_dir) != 0 ||
	       strcmp(old->run_dir, new->run_dir) != 0 ||
	       strcmp(old->key_file, new->key_file) != 0 ||
	       strcmp(old->console_dir, new->console_dir) != 0 || old->api_uid != new->api_uid ||
	       old->api_gid != new->api_gid || old->store_gid != new->store_gid;
}

static void reload_config(struct daemon *daemon)
{
	struct config *config = NULL;
	AUTO_FREE char *message = NULL;

	if (config_load(daemon->config_path, &config, &message) < 0) {
		log_err("the configuration stays as it was: %s", message);
		return;
	}
	if (needs_restart(daemon->config, config)) {
		log_err("the configuration stays as it was: address, paths and users of the API "
			"need a restart");
		config_free(config);
		return;
	}
	config_free(daemon->config);
	daemon->config = config;
	daemon->service.api.config = config;
	use_limits(daemon);
	log_notice("the configuration was read again");
}

static void hang_up(void *arg)
{
	struct daemon *daemon = arg;
	int err = audit_reopen(daemon->service.audit);

	if (err < 0)
		(void)failed("audit log", err);
	reload_config(daemon);
	reload_tls(daemon);
}

static void stop_loop(void *arg)
{
	struct daemon *daemon = arg;

	loop_stop(daemon->service.api.loop);
}

static void terminate(void *arg)
{
	struct daemon *daemon = arg;

	log_notice("stopping");
	loop_timer_clear(daemon->start_timer);
	if (daemon->http)
		http_drain(daemon->http, stop_loop, daemon);
}

/*
 * Nonces of an earlier run are forgotten, so only requests stamped after it are taken. The network
 * is opened with the next full second: whoever can connect makes a stamp that is new enough.
 */
static void serve_network(void *arg)
{
	struct daemon *daemon = arg;
	int64_t early_ms = daemon->service.authenticator.oldest_s * 1000 - wall_now_ms();
	int err;

	if (early_ms > 0) {
		loop_timer_set(daemon->start_timer, (uint64_t)early_ms);
		return;
	}
	err = http_listen(daemon->tcp_fd);
	if (!err)
		err = http_serve_take(daemon->http, TAKE_FD(daemon->tcp_fd), daemon->tls);
	if (err < 0) {
		(void)failed("listen", err);
		exit(1);
	}
	log_notice("serving %s://%s:%u", daemon->tls ? "https" : "http",
		daemon->config->listen_address, daemon->config->listen_port);
}

static void expire_tokens(void *arg)
{
	struct daemon *daemon = arg;
	int err = token_expire(&daemon->service.api, wall_now_ms());

	if (err < 0)
		(void)failed("old tokens stay for now", err);
	loop_timer_set(daemon->expire_timer, EXPIRE_EVERY_MS);
}

static int open_store(struct daemon *daemon, bool *ret_is_first)
{
	struct api *api = &daemon->service.api;
	int err = store_open_sqlite(api->loop, daemon->config->state_dir, &api->store);

	if (err < 0)
		return failed("store", err);
	api->snapshot = snapshot_new(api->store);
	err = keys_make_first(api, wall_now_ms(), ret_is_first);
	return err < 0 ? failed("first access key", err) : 0;
}

static void raise_limits(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	(void)signal(SIGPIPE, SIG_IGN);
}

/* What needs root, and then giving it up. */
static int open_as_root(struct daemon *daemon)
{
	AUTO_FREE char *store = config_path(daemon->config->state_dir, "store.db");
	int err = make_dirs(daemon->config);

	if (err < 0)
		return err;
	err = vault_open_first(daemon->config->key_file, store, &daemon->service.api.vault);
	if (err < 0)
		return failed(daemon->config->key_file, err);
	err = open_console(daemon);
	if (!err)
		err = open_sockets(daemon);
	return err < 0 ? err : drop_privileges(daemon->config);
}

static int prepare_serving(struct daemon *daemon, bool is_first)
{
	struct loop *loop = daemon->service.api.loop;
	const struct config *config = daemon->config;

	daemon->service.authenticator = (struct authenticator){ .api = &daemon->service.api,
		.nonces = nonces_new(NONCES_MAX),
		.requests = buckets_new(config->requests_per_second, config->request_burst),
		.failures = buckets_new(config->failures_per_second, config->failure_burst),
		.oldest_s = is_first ? 0 : (wall_now_ms() + 999) / 1000 };
	daemon->http = http_new(loop,
		&(struct http_limits){ config->connections, config->connections_per_source },
		service_handle, &daemon->service);
	daemon->start_timer = loop_timer_new(loop, serve_network, daemon);
	daemon->expire_timer = loop_timer_new(loop, expire_tokens, daemon);
	loop_timer_set(daemon->start_timer, 0);
	loop_timer_set(daemon->expire_timer, 0);
	loop_on_signal(loop, SIGTERM, terminate, daemon);
	loop_on_signal(loop, SIGINT, terminate, daemon);
	loop_on_signal(loop, SIGHUP, hang_up, daemon);
	return http_serve_take(daemon->http, TAKE_FD(daemon->unix_fd), NULL);
}

static int set_up(struct daemon *daemon)
{
	bool is_first;
	int err;

	raise_limits();
	err = open_as_root(daemon);
	daemon->service.api.loop = loop_new();
	if (!err)
		err = open_audit(daemon);
	if (!err)
		err = open_store(daemon, &is_first);
	if (err < 0)
		return err;
	err = prepare_serving(daemon, is_first);
	return err < 0 ? failed("unix socket", err) : 0;
}

static void tear_down(struct daemon *daemon)
{
	http_free(daemon->http);
	loop_timer_free(daemon->start_timer);
	loop_timer_free(daemon->expire_timer);
	nonces_free(daemon->service.authenticator.nonces);
	buckets_free(daemon->service.authenticator.requests);
	buckets_free(daemon->service.authenticator.failures);
	audit_free(daemon->service.audit);
	console_files_free(daemon->service.console);
	snapshot_free(daemon->service.api.snapshot);
	store_free(daemon->service.api.store);
	vault_free(daemon->service.api.vault);
	loop_free(daemon->service.api.loop);
	SSL_CTX_free(daemon->tls);
	config_free(daemon->config);
}

static int print(int (*write)(struct strbuf *buf))
{
	AUTO_STRBUF struct strbuf buf = STRBUF_INIT(REFERENCE_MAX);

	if (write(&buf) < 0)
		return 1;
	fputs(strbuf_text(&buf), stdout);
	return strbuf_failed(&buf) || fflush(stdout) ? 1 : 0;
}

static int print_reference_json(void)
{
	AUTO_FREE char *text = reference_json();

	return !text || puts(text) < 0 || fflush(stdout) ? 1 : 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "config", required_argument, NULL, 'c' },
		{ "reference", no_argument, NULL, 'r' }, { "catalogue", no_argument, NULL, 'a' },
		{ "reference-json", no_argument, NULL, 'j' }, { 0 } };
	struct daemon daemon = { .tcp_fd = -1, .unix_fd = -1 };
	const char *path = DEFAULT_CONFIG;
	AUTO_FREE char *message = NULL;
	int option, err;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'r')
			return print(reference_write);
		if (option == 'a')
			return print(catalogue_write);
		if (option == 'j')
			return print_reference_json();
		if (option != 'c')
			return 2;
		path = optarg;
	}
	log_init("vpngw-api", LEVEL_INFO);
	daemon.config_path = path;
	err = config_load(path, &daemon.config, &message);
	if (err < 0) {
		log_err("%s", message ? message : strerror(-err));
		return 1;
	}
	log_init("vpngw-api", (enum log_level)daemon.config->log_level);
	daemon.service.api.config = daemon.config;
	json_set_alloc_funcs(xmalloc, free_wiped);
	err = set_up(&daemon);
	if (!err && (err = api_sandbox_enter()) < 0)
		(void)failed("sandbox", err);
	if (!err)
		loop_run(daemon.service.api.loop);
	tear_down(&daemon);
	return err < 0 ? 1 : 0;
}
