/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clocks and the one timestamp format of the API. Knows no time zone but UTC.
 */
#include "base/instant.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t read_clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

struct mono mono_now(void)
{
	return (struct mono){ read_clock_ns(CLOCK_MONOTONIC) };
}

struct mono mono_add_ms(struct mono instant, int64_t ms)
{
	return (struct mono){ instant.ns + ms * 1000000 };
}

int64_t mono_diff_ms(struct mono later, struct mono earlier)
{
	return (later.ns - earlier.ns) / 1000000;
}

int64_t wall_now_ms(void)
{
	return read_clock_ns(CLOCK_REALTIME) / 1000000;
}

void wall_format(int64_t seconds, char ret[static WALL_TEXT_SIZE])
{
	time_t at = (time_t)seconds;
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(ret, WALL_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

int wall_parse(const char *text, int64_t *ret_seconds)
{
	char again[WALL_TEXT_SIZE];
	struct tm tm = { 0 };
	const char *end;
	int64_t seconds;

	if (strlen(text) != WALL_TEXT_SIZE - 1)
		return -EINVAL;
	end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (!end || *end)
		return -EINVAL;
	seconds = timegm(&tm);
	/* strptime is lenient (blanks, the 31st of June); what does not print back is refused. */
	wall_format(seconds, again);
	if (strcmp(again, text) != 0)
		return -EINVAL;
	*ret_seconds = seconds;
	return 0;
}
