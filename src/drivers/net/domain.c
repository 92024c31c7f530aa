/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening, making and removing VPC namespaces, and their settings: forwarding on, reverse path
 * filter off (a packet's way back may lead through another tunnel), IPv6 off.
 */
#include "drivers/net/domain.h"

#include "base/loop.h"
#include "drivers/net/namespace.h"
#include "drivers/net/rt.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>

static const struct {
	const char *path, *value;
} settings[] = {
	{ "/proc/sys/net/ipv6/conf/all/disable_ipv6", "1" },
	{ "/proc/sys/net/ipv6/conf/default/disable_ipv6", "1" },
	{ "/proc/sys/net/ipv4/conf/all/rp_filter", "0" },
	{ "/proc/sys/net/ipv4/conf/default/rp_filter", "0" },
	{ "/proc/sys/net/ipv4/ip_forward", "1" },
	/* a tunnel's address that gives way to another one of its block does not take that with it
	 */
	{ "/proc/sys/net/ipv4/conf/all/promote_secondaries", "1" },
};

static char *name_of(const char *vpc_id)
{
	return xasprintf("%s%s", NAMESPACE_PREFIX, vpc_id);
}

static int write_setting(const char *path, const char *value)
{
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0) /* a kernel without IPv6 has nothing to turn off */
		return errno == ENOENT && strstr(path, "/ipv6/") ? 0 : -errno;
	return write(fd, value, strlen(value)) < 0 ? -errno : 0;
}

static int make_settings(void *arg)
{
	(void)arg;
	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		int err = write_setting(settings[i].path, settings[i].value);

		if (err < 0)
			return err;
	}
	return 0;
}

static bool has_setting(const char *path, const char *value)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[16] = "";

	if (fd < 0)
		return errno == ENOENT && strstr(path, "/ipv6/");
	return read(fd, text, sizeof(text) - 1) > 0 && text[0] == value[0] && text[1] == '\n';
}

/* All of them: a new namespace inherits what the machine has, which may be right in part. */
static int read_ready(void *arg)
{
	bool *ready = arg;

	*ready = true;
	for (size_t i = 0; i < ARRAY_LEN(settings) && *ready; i++)
		*ready = has_setting(settings[i].path, settings[i].value);
	return 0;
}

static bool has_name(const struct domain *domain)
{
	AUTO_FREE char *name = name_of(domain->vpc_id);

	return namespace_is(name, domain->fd);
}

bool domain_is_ready(const struct domain *domain)
{
	bool ready = false;
	struct rt_link lo;

	if (!has_name(domain) || namespace_run(domain->fd, read_ready, &ready) < 0 || !ready)
		return false;
	return rt_link_find(domain->netlink, "lo", &lo) == 0 && lo.is_up;
}

static void removed(void *arg, const char *link)
{
	const struct domain *domain = arg;

	domain->domains->calls.removed(domain->domains->calls.arg, link);
}

/* Every link is down at first: only one that still is counts, when the notice is read. */
static void is_down(void *arg, const char *link)
{
	const struct domain *domain = arg;
	struct rt_link now;

	if (rt_link_find(domain->netlink, link, &now) == 0 && !now.is_up)
		removed(arg, link);
}

static int open_sockets(void *arg)
{
	struct domain *domain = arg;
	int err = netlink_open(&domain->netlink);

	return err < 0 ? err : monitor_open(&domain->monitor);
}

static void close_domain(struct domain *domain)
{
	monitor_close(domain->monitor);
	netlink_close(domain->netlink);
	close(domain->fd);
	free(domain->vpc_id);
	free(domain);
}

int domains_get(struct domains *domains, const char *vpc_id, struct domain **ret)
{
	AUTO_FREE char *name = name_of(vpc_id);
	struct domain *domain;
	int fd, err;

	HASH_FIND_STR(domains->open, vpc_id, domain);
	if (!domain) {
		fd = namespace_open(name);
		if (fd < 0)
			return fd;
		domain = xcalloc(1, sizeof(*domain));
		domain->vpc_id = xstrdup(vpc_id);
		domain->fd = fd;
		domain->domains = domains;
		err = namespace_run(fd, open_sockets, domain);
		if (err < 0) {
			close_domain(domain);
			return err;
		}
		monitor_start(domain->monitor, domains->loop, netlink_port(domain->netlink),
			&(struct monitor_calls){
				.removed = removed, .is_down = is_down, .arg = domain });
		HASH_ADD_KEYPTR(hh, domains->open, domain->vpc_id, strlen(domain->vpc_id), domain);
	}
	*ret = domain;
	return 0;
}

/* Somebody took the name away; everything in the namespace lives on. */
static int name_again(const struct domain *domain)
{
	AUTO_FREE char *name = name_of(domain->vpc_id);

	return has_name(domain) ? 0 : namespace_name(name, domain->fd);
}

int domains_create(struct domains *domains, const char *vpc_id)
{
	AUTO_FREE char *name = name_of(vpc_id);
	struct domain *domain;
	struct rt_link lo;
	int err = domains_get(domains, vpc_id, &domain);

	if (err == -ENOENT) {
		err = namespace_create(name);
		if (!err)
			err = domains_get(domains, vpc_id, &domain);
	}
	if (!err)
		err = name_again(domain);
	if (!err)
		err = rt_link_find(domain->netlink, "lo", &lo);
	if (!err)
		err = rt_link_set(domain->netlink, lo.index, true, 0, NULL);
	return err < 0 ? err : namespace_run(domain->fd, make_settings, NULL);
}

int domains_remove(struct domains *domains, const char *vpc_id)
{
	AUTO_FREE char *name = name_of(vpc_id);
	struct domain *domain;

	HASH_FIND_STR(domains->open, vpc_id, domain);
	if (domain) {
		HASH_DEL(domains->open, domain);
		close_domain(domain);
	}
	return namespace_remove(name);
}

static void open_by_name(void *arg, const char *name)
{
	struct domains *domains = arg;
	struct domain *domain;

	/* Another namespace has the name now: the one that had it is nobody's any more. */
	HASH_FIND_STR(domains->open, name + strlen(NAMESPACE_PREFIX), domain);
	if (domain && !has_name(domain)) {
		AUTO_CLOSE int other = namespace_open(name);

		if (other >= 0) {
			HASH_DEL(domains->open, domain);
			close_domain(domain);
		}
	}
	/* One that cannot be opened is not there, as far as this process can tell. */
	(void)!domains_get(domains, name + strlen(NAMESPACE_PREFIX), &domain);
}

int domains_open_all(struct domains *domains)
{
	return namespace_each(open_by_name, domains);
}

static void names_changed(void *arg, int events)
{
	struct domains *domains = arg;
	struct domain *domain, *next;
	char buffer[4096];

	(void)events;
	while (read(domains->names_fd, buffer, sizeof(buffer)) > 0)
		;
	HASH_ITER (hh, domains->open, domain, next) {
		if (!has_name(domain))
			domains->calls.removed(domains->calls.arg, NULL);
	}
}

static int watch_names(struct domains *domains)
{
	int err = namespace_dir_make();

	if (err < 0)
		return err;
	domains->names_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (domains->names_fd < 0 ||
		inotify_add_watch(domains->names_fd, NAMESPACE_DIR, IN_DELETE) < 0)
		return -errno;
	domains->names_io =
		loop_io_new(domains->loop, domains->names_fd, LOOP_READ, names_changed, domains);
	return 0;
}

int domains_init(struct domains *domains, struct loop *loop, const struct domains_calls *calls)
{
	int err;

	*domains = (struct domains){ .loop = loop, .calls = *calls, .names_fd = -1 };
	domains->own_fd = namespace_open_own();
	err = domains->own_fd < 0 ? domains->own_fd : netlink_open(&domains->own);
	if (!err)
		err = monitor_open(&domains->own_monitor);
	if (err < 0)
		return err;
	monitor_start(domains->own_monitor, loop, netlink_port(domains->own),
		&(struct monitor_calls){ .is_there = calls->appeared, .arg = calls->arg });
	return watch_names(domains);
}

void domains_done(struct domains *domains)
{
	struct domain *domain, *next;

	HASH_ITER (hh, domains->open, domain, next) {
		HASH_DEL(domains->open, domain);
		close_domain(domain);
	}
	loop_io_free(domains->names_io);
	if (domains->names_fd >= 0)
		close(domains->names_fd);
	monitor_close(domains->own_monitor);
	netlink_close(domains->own);
	if (domains->own_fd >= 0)
		close(domains->own_fd);
}
