/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which BIRDs there should be, from the names of files. A scan compares them with those there are;
 * a watch of the folder only makes the next scan come at once. Knows no process but by router.h.
 */
#include "cli/routers.h"

#include "base/log.h"
#include "base/loop.h"
#include "cli/router.h"
#include "resource/config.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/vfs.h>

#define SCAN_MS 1000
#define VPC_MAX 64
#define NSFS 0x6e736673 /* statfs(2) of a namespace; an unmounted leftover file is none */

struct entry {
	struct router *router;
	bool is_seen; /* by the running scan */
};

struct routers {
	struct loop *loop;
	const struct config *config;
	struct routers_events events;
	char *folder;
	struct entry *entries;
	size_t len;
	struct loop_timer *scan;
	int watch;
	struct loop_io *watch_io;
	bool is_started, is_stopping, is_without_bird;
};

static void changed(void *arg)
{
	struct routers *routers = arg;

	routers->events.changed(routers->events.arg);
}

/* The length of the VPC's id that the file name starts with; 0: it is no configuration of a VPC. */
static size_t vpc_len(const char *name)
{
	size_t size = strlen(name), len;

	if (size <= strlen(ROUTER_CONF))
		return 0;
	len = size - strlen(ROUTER_CONF);
	if (len > VPC_MAX || strcmp(name + len, ROUTER_CONF))
		return 0;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '-')
			return 0;
	return len;
}

static struct entry *find(struct routers *routers, const char *vpc)
{
	for (size_t i = 0; i < routers->len; i++)
		if (!strcmp(router_vpc(routers->entries[i].router), vpc))
			return &routers->entries[i];
	return NULL;
}

static struct entry *add(struct routers *routers, const char *vpc)
{
	struct entry *entry;

	routers->entries =
		xreallocarray(routers->entries, routers->len + 1, sizeof(*routers->entries));
	entry = &routers->entries[routers->len++];
	entry->router = router_new(routers->loop, routers->config, vpc, changed, routers);
	return entry;
}

static bool can_be_run(struct routers *routers)
{
	bool is_without = access(routers->config->bird, X_OK) < 0;

	if (is_without && !routers->is_without_bird)
		log_warn("BGP waits for %s error=%s", routers->config->bird, strerror(errno));
	routers->is_without_bird = is_without;
	return !is_without;
}

static void see(struct routers *routers, const char *name)
{
	AUTO_FREE char *vpc = xstrndup(name, vpc_len(name));
	AUTO_FREE char *path = xasprintf(ROUTER_NAMESPACE "%s", vpc);
	struct entry *entry;
	struct statfs system;
	struct stat namespace;

	if (!*vpc || statfs(path, &system) < 0 || system.f_type != NSFS ||
		stat(path, &namespace) < 0)
		return;
	entry = find(routers, vpc);
	if (!entry && !can_be_run(routers))
		return;
	if (!entry)
		entry = add(routers, vpc);
	entry->is_seen = true;
	router_want(entry->router, &namespace);
}

/* Those that ended and are not wanted are forgotten. */
static void end_unseen(struct routers *routers)
{
	size_t kept = 0;

	for (size_t i = 0; i < routers->len; i++) {
		struct entry entry = routers->entries[i];

		if (!entry.is_seen)
			router_end(entry.router);
		if (entry.is_seen || router_pid(entry.router))
			routers->entries[kept++] = entry;
		else
			router_free(entry.router);
	}
	routers->len = kept;
}

/* A folder that cannot be read says nothing: all stay as they are. */
static void scan(struct routers *routers)
{
	DIR *folder = opendir(routers->folder);

	if (!folder)
		return;
	for (size_t i = 0; i < routers->len; i++)
		routers->entries[i].is_seen = false;
	for (struct dirent *file; (file = readdir(folder));)
		if (vpc_len(file->d_name))
			see(routers, file->d_name);
	closedir(folder);
	end_unseen(routers);
}

static void scan_now(void *arg)
{
	struct routers *routers = arg;

	scan(routers);
	loop_timer_set(routers->scan, SCAN_MS);
}

static void watch_readable(void *arg, int events)
{
	struct routers *routers = arg;
	char drained[4096] __attribute__((aligned(__alignof__(struct inotify_event))));

	(void)events;
	while (read(routers->watch, drained, sizeof(drained)) > 0)
		;
	loop_timer_set(routers->scan, 0);
}

/* Without a watch they come within a second all the same. */
static void watch_folder(struct routers *routers)
{
	routers->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (routers->watch < 0 ||
		inotify_add_watch(routers->watch, routers->folder,
			IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE) < 0) {
		log_warn("%s is not watched error=%s", routers->folder, strerror(errno));
		return;
	}
	routers->watch_io =
		loop_io_new(routers->loop, routers->watch, LOOP_READ, watch_readable, routers);
}

struct routers *routers_new(
	struct loop *loop, const struct config *config, const struct routers_events *events)
{
	struct routers *routers = xcalloc(1, sizeof(*routers));

	routers->loop = loop;
	routers->config = config;
	routers->events = *events;
	routers->folder = config_path(config->run_dir, ROUTERS_DIR);
	routers->scan = loop_timer_new(loop, scan_now, routers);
	routers->watch = -1;
	return routers;
}

void routers_free(struct routers *routers)
{
	if (!routers)
		return;
	for (size_t i = 0; i < routers->len; i++)
		router_free(routers->entries[i].router);
	free(routers->entries);
	loop_timer_free(routers->scan);
	loop_io_free(routers->watch_io);
	if (routers->watch >= 0)
		close(routers->watch);
	free(routers->folder);
	free(routers);
}

void routers_start(struct routers *routers)
{
	if (routers->is_started || routers->is_stopping)
		return;
	routers->is_started = true;
	watch_folder(routers);
	scan_now(routers);
}

bool routers_stop(struct routers *routers)
{
	if (!routers->is_stopping) {
		routers->is_stopping = true;
		loop_timer_clear(routers->scan);
		loop_io_free(TAKE_PTR(routers->watch_io));
		for (size_t i = 0; i < routers->len; i++)
			routers->entries[i].is_seen = false;
	}
	end_unseen(routers);
	return !routers->len;
}

bool routers_reaped(struct routers *routers, pid_t pid, int status)
{
	for (size_t i = 0; i < routers->len; i++) {
		struct router *router = routers->entries[i].router;

		if (router_pid(router) != pid)
			continue;
		router_ended(router, status);
		if (!routers->is_stopping)
			loop_timer_set(routers->scan, 0);
		else if (routers_stop(routers))
			routers->events.stopped(routers->events.arg);
		return true;
	}
	return false;
}

size_t routers_len(const struct routers *routers)
{
	return routers->len;
}

void routers_pids(const struct routers *routers, pid_t *pids)
{
	for (size_t i = 0; i < routers->len; i++)
		pids[i] = router_pid(routers->entries[i].router);
}
