/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's counters of TCP segments whose key is not the connection's: it drops them without a
 * word to the program that waits for them.
 */
#include "drivers/net/namespace.h"
#include "drivers/net/net_private.h"

#include "base/fd.h"
#include "base/parse.h"

#include <errno.h>

#define NETSTAT "/proc/thread-self/net/netstat"
#define NETSTAT_MAX 65536
#define LINE "TcpExt:"

static bool is_counter(const char *name)
{
	return strcmp(name, "TCPMD5NotFound") == 0 || strcmp(name, "TCPMD5Unexpected") == 0 ||
	       strcmp(name, "TCPMD5Failure") == 0;
}

/* A line of names and one of values, which begin alike. */
static int sum(char *names, char *values, uint64_t *ret)
{
	char *name_end = NULL, *value_end = NULL;
	const char *name = strtok_r(names, " ", &name_end);
	const char *value = strtok_r(values, " ", &value_end);

	*ret = 0;
	while (name && value) {
		uint64_t count;

		if (is_counter(name) && parse_u64(value, 0, UINT64_MAX / 4, &count) == 0)
			*ret += count;
		name = strtok_r(NULL, " ", &name_end);
		value = strtok_r(NULL, " ", &value_end);
	}
	return 0;
}

int tcp_key_failures_parse(char *text, uint64_t *ret)
{
	char *line_end = NULL, *names = NULL;

	for (char *line = strtok_r(text, "\n", &line_end); line;
		line = strtok_r(NULL, "\n", &line_end)) {
		if (strncmp(line, LINE, strlen(LINE)) != 0)
			continue;
		if (names)
			return sum(names, line, ret);
		names = line;
	}
	return -EBADMSG;
}

static int read_counters(void *arg)
{
	AUTO_FREE char *text = NULL;
	size_t size;
	int err = file_read(NETSTAT, NETSTAT_MAX, &text, &size);

	return err < 0 ? err : tcp_key_failures_parse(text, arg);
}

int net_key_failures(struct net *net, const char *vpc_id, uint64_t *ret)
{
	struct domain *domain;
	int err = domains_get(&net->domains, vpc_id, &domain);

	return err < 0 ? err : namespace_run(domain->fd, read_counters, ret);
}
