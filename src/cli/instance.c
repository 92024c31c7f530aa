/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lock and the record. A process is named by its pid and its start time in clock ticks, so that
 * a pid used again is never taken for ours.
 */
#include "cli/instance.h"

#include "base/fd.h"
#include "base/parse.h"
#include "base/strbuf.h"
#include "resource/config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/syscall.h>

#define RECORD_MAX (256 * 1024) /* a BIRD for each of thousands of VPCs */
#define STAT_MAX 4096
#define STAT_START_TIME 19 /* words between the state, which follows the name, and it; proc(5) */
#define SWEEP_MS 10000

static pid_t read_holder(int fd)
{
	char text[16] = "";
	uint32_t pid = 0;
	ssize_t size = pread(fd, text, sizeof(text) - 1, 0);

	if (size > 0)
		text[strcspn(text, "\n")] = '\0';
	return parse_u32(text, 1, INT32_MAX, &pid) < 0 ? 0 : (pid_t)pid;
}

int instance_lock(const char *run_dir, pid_t *ret_holder)
{
	AUTO_FREE char *path = config_path(run_dir, "vpngw.lock");
	AUTO_CLOSE int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		*ret_holder = read_holder(fd);
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	}
	if (ftruncate(fd, 0) < 0 || dprintf(fd, "%d\n", (int)getpid()) < 0)
		return -errno;
	return TAKE_FD(fd);
}

/* 0 = there is no such process, or it has ended and is only not reaped yet. */
static uint64_t start_time(pid_t pid)
{
	AUTO_FREE char *path = xasprintf("/proc/%d/stat", (int)pid);
	AUTO_FREE char *text = NULL;
	uint64_t time = 0;
	size_t size;
	char *rest;

	if (file_read(path, STAT_MAX, &text, &size) < 0)
		return 0;
	rest = strrchr(text, ')'); /* a name may hold anything, blanks and brackets too */
	if (rest)
		rest += strspn(rest, ") ");
	if (!rest || *rest == 'Z')
		return 0;
	for (int word = 0; rest && word < STAT_START_TIME; word++)
		strsep(&rest, " ");
	return rest && !parse_u64(strsep(&rest, " "), 1, UINT64_MAX, &time) ? time : 0;
}

int instance_record(const char *run_dir, const pid_t *pids, size_t len)
{
	AUTO_FREE char *path = config_path(run_dir, "processes");
	AUTO_STRBUF struct strbuf text = STRBUF_INIT(RECORD_MAX);

	for (size_t i = 0; i < len; i++)
		if (pids[i] > 0)
			strbuf_addf(&text, "%d %llu\n", (int)pids[i],
				(unsigned long long)start_time(pids[i]));
	return file_replace(path, strbuf_text(&text), text.size, 0600);
}

/* 1: it was there and is gone now, 0: it was not. */
static int end_process(pid_t pid, uint64_t started)
{
	AUTO_CLOSE int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd gone = { .fd = fd, .events = POLLIN };

	if (fd < 0)
		return errno == ESRCH ? 0 : -errno;
	/* looked at behind the descriptor, the pid cannot change its meaning any more */
	if (start_time(pid) != started)
		return 0;
	if (syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0) < 0)
		return errno == ESRCH ? 0 : -errno;
	return poll(&gone, 1, SWEEP_MS) == 1 ? 1 : -ETIMEDOUT;
}

static int end_line(char *line)
{
	uint32_t pid;
	uint64_t started;
	const char *first = strsep(&line, " ");

	if (!line || parse_u32(first, 1, INT32_MAX, &pid) < 0 ||
		parse_u64(line, 1, UINT64_MAX, &started) < 0)
		return 0;
	return end_process((pid_t)pid, started);
}

int instance_sweep(const char *run_dir)
{
	AUTO_FREE char *path = config_path(run_dir, "processes");
	AUTO_FREE char *text = NULL;
	char *rest;
	size_t size;
	int ended = 0, err = file_read(path, RECORD_MAX, &text, &size);

	if (err < 0)
		return err == -ENOENT ? 0 : err;
	rest = text;
	for (char *line; (line = strsep(&rest, "\n"));) {
		err = end_line(line);
		if (err < 0)
			return err;
		ended += err;
	}
	return ended;
}
