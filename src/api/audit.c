/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Appends audit lines, each with one write() so that lines of several processes never mix.
 */
#include "api/audit.h"

#include "base/instant.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>

struct audit {
	char *path;
	int fd;
	bool is_failing;
};

static int open_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);

	return fd < 0 ? -errno : fd;
}

int audit_open(const char *path, struct audit **ret)
{
	struct audit *audit;
	int fd = open_file(path);

	if (fd < 0)
		return fd;
	audit = xcalloc(1, sizeof(*audit));
	audit->path = xstrdup(path);
	audit->fd = fd;
	*ret = audit;
	return 0;
}

void audit_free(struct audit *audit)
{
	if (!audit)
		return;
	close(audit->fd);
	free(audit->path);
	free(audit);
}

int audit_reopen(struct audit *audit)
{
	int fd = open_file(audit->path);

	if (fd < 0)
		return fd;
	close(audit->fd);
	audit->fd = fd;
	return 0;
}

static void set(json_t *line, const char *name, const char *text)
{
	/* What an unauthenticated caller sent may be no UTF-8. */
	json_object_set_new(line, name, text ? json_string(text) : NULL);
}

void audit_write(struct audit *audit, const struct audit_entry *entry)
{
	json_auto_t *line = json_object();
	char time_text[WALL_TEXT_SIZE];
	AUTO_FREE char *text = NULL;
	size_t size;
	bool is_failing;

	wall_format(entry->time_ms / 1000, time_text);
	set(line, "Time", time_text);
	set(line, "AccessKeyId", entry->access_key_id);
	set(line, "Source", entry->source);
	set(line, "Action", entry->action);
	set(line, "Version", entry->version);
	set(line, "ResourceId", entry->resource_id);
	set(line, "Code", entry->code);
	set(line, "RequestId", entry->request_id);
	json_object_set_new(line, "Status", json_integer(entry->status));
	text = json_dumps(line, JSON_COMPACT);
	size = strlen(text);
	text[size] = '\n';
	is_failing = write(audit->fd, text, size + 1) != (ssize_t)size + 1;
	if (is_failing && !audit->is_failing)
		log_err("the audit log cannot be written path=%s", audit->path);
	audit->is_failing = is_failing;
}
