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
#include <linux/rtnetlink.h>
#include <string.h>

static const struct {
	const char *path, *value;
} settings[] = {
	{ "/proc/sys/net/ipv6/conf/all/disable_ipv6", "1" },
	{ "/proc/sys/net/ipv6/conf/default/disable_ipv6", "1" },
	{ "/proc/sys/net/ipv4/conf/all/rp_filter", "0" },
	{ "/proc/sys/net/ipv4/conf/default/rp_filter", "0" },
	{ "/proc/sys/net/ipv4/ip_forward", "1" },
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

bool domain_is_ready(const struct domain *domain)
{
	AUTO_FREE char *name = name_of(domain->vpc_id);
	bool ready = false;
	struct rt_link lo;

	if (!namespace_is(name, domain->fd))
		return false;
	if (namespace_run(domain->fd, read_ready, &ready) < 0 || !ready)
		return false;
	return rt_link_find(domain->netlink, "lo", &lo) == 0 && lo.is_up;
}

static void monitor_ready(void *arg, int events);

static int open_sockets(void *arg)
{
	static const int groups[] = { RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV4_ROUTE,
		RTNLGRP_IPV4_RULE };
	struct domain *domain = arg;
	int err = netlink_open(&domain->netlink);

	if (err < 0)
		return err;
	domain->monitor = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!domain->monitor || mnl_socket_bind(domain->monitor, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		int group = groups[i];

		if (mnl_socket_setsockopt(
			    domain->monitor, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
			return -errno;
	}
	return 0;
}

static void close_domain(struct domain *domain)
{
	loop_io_free(domain->monitor_io);
	if (domain->monitor)
		mnl_socket_close(domain->monitor);
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
		domain->monitor_io = loop_io_new(domains->loop, mnl_socket_get_fd(domain->monitor),
			LOOP_READ, monitor_ready, domain);
		HASH_ADD_KEYPTR(hh, domains->open, domain->vpc_id, strlen(domain->vpc_id), domain);
	}
	*ret = domain;
	return 0;
}

int domains_create(struct domains *domains, const char *vpc_id)
{
	AUTO_FREE char *name = name_of(vpc_id);
	struct domain *domain;
	struct rt_link lo;
	int err;

	HASH_FIND_STR(domains->open, vpc_id, domain);
	err = domain ? namespace_name(name, domain->fd) : namespace_create(name);
	if (err < 0 && err != -EEXIST)
		return err;
	err = domains_get(domains, vpc_id, &domain);
	if (err < 0)
		return err;
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
	if (domain && !namespace_is(name, domain->fd)) {
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

struct notice {
	struct domain *domain;
	char link[IFNAMSIZ];
	bool is_removal;
};

static void read_link_name(const struct nlmsghdr *message, char ret[static IFNAMSIZ])
{
	struct nlattr *attribute;

	NETLINK_FOR_EACH (attribute, message, sizeof(struct ifinfomsg))
		if (mnl_attr_get_type(attribute) == IFLA_IFNAME)
			strncpy(ret, mnl_attr_get_str(attribute), IFNAMSIZ - 1);
}

static int read_notice(const struct nlmsghdr *message, void *arg)
{
	struct notice *notice = arg;
	bool is_own = message->nlmsg_pid == netlink_port(notice->domain->netlink);
	struct domains *domains = notice->domain->domains;

	switch (message->nlmsg_type) {
	case RTM_DELLINK:
		read_link_name(message, notice->link);
		domains->removed(domains->arg, notice->link);
		break;
	case RTM_DELADDR:
	case RTM_DELROUTE:
	case RTM_DELRULE:
		if (!is_own)
			domains->removed(domains->arg, NULL);
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

static void monitor_ready(void *arg, int events)
{
	struct notice notice = { .domain = arg };
	char buffer[16384];

	(void)events;
	for (;;) {
		ssize_t size = mnl_socket_recvfrom(notice.domain->monitor, buffer, sizeof(buffer));

		if (size < 0 && errno == ENOBUFS) { /* notices were lost: look yourself */
			notice.domain->domains->removed(notice.domain->domains->arg, NULL);
			continue;
		}
		if (size <= 0)
			return;
		(void)mnl_cb_run(buffer, (size_t)size, 0, 0, read_notice, &notice);
	}
}

int domains_init(struct domains *domains, struct loop *loop,
	void (*removed)(void *arg, const char *link), void *arg)
{
	*domains = (struct domains){ .loop = loop, .removed = removed, .arg = arg };
	domains->own_fd = namespace_open_own();
	return domains->own_fd < 0 ? domains->own_fd : netlink_open(&domains->own);
}

void domains_done(struct domains *domains)
{
	struct domain *domain, *next;

	HASH_ITER (hh, domains->open, domain, next) {
		HASH_DEL(domains->open, domain);
		close_domain(domain);
	}
	netlink_close(domains->own);
	if (domains->own_fd >= 0)
		close(domains->own_fd);
}
