/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log writer: one write() a line, so that lines of several processes never mix. Control
 * characters in a message are replaced, so that nothing outside can forge a line.
 */
#include "base/log.h"

#include "base/instant.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *program_name = "vpngw";
static enum log_level max_level = LEVEL_INFO;

void log_init(const char *program, enum log_level max)
{
	program_name = program;
	max_level = max;
}

bool log_is_on(enum log_level level)
{
	return level <= max_level;
}

static void write_line(char *line, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 127)
			line[i] = '?';
	line[size] = '\n';
	if (write(STDERR_FILENO, line, size + 1) < 0)
		return; /* nowhere to report it */
}

void log_at(enum log_level level, const char *format, ...)
{
	int saved_errno = errno;
	char line[2048];
	va_list args;
	int head, body;

	if (!log_is_on(level))
		return;
	head = snprintf(line, sizeof(line), "<%u>%s: ", (unsigned int)level, program_name);
	va_start(args, format);
	body = vsnprintf(line + head, sizeof(line) - 1 - (size_t)head, format, args);
	va_end(args);
	if (body >= 0) {
		size_t size = (size_t)head + (size_t)body;

		write_line(line, size < sizeof(line) - 2 ? size : sizeof(line) - 2);
	}
	errno = saved_errno;
}

bool log_allow(struct log_limit *limit, uint32_t burst, uint32_t window_ms)
{
	int64_t now = mono_now().ns;

	if (!limit->window_start_ns ||
		now - limit->window_start_ns > (int64_t)window_ms * 1000000) {
		limit->window_start_ns = now;
		limit->count = 0;
	}
	if (limit->count < burst) {
		limit->count++;
		return true;
	}
	limit->suppressed++;
	return false;
}
