/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Namespaces and processes for tests against the real charon.
 */
#include "ike/charons.h"

#include "base/alloc.h"
#include "base/fd.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* 10.1.0.0/24 and so on at the left side, 10.2.0.0/24 and so on at the right one. */
#define NETWORKS 12
#define CHARON "/usr/sbin/charon-systemd"

static const char *const names[] = { "left", "right" };
static pid_t pids[2];
static char folder[] = "/tmp/vpngw-charons.XXXXXX";

static pid_t start(const char *const *words, const char *conf)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	if (conf)
		setenv("STRONGSWAN_CONF", conf, 1);
	/* A sanitizer's settings of this process are not the child's. */
	unsetenv("LD_PRELOAD");
	execvp(words[0], (char *const *)(uintptr_t)words);
	_exit(127);
}

static void run(const char *const *words)
{
	int result = -1;
	pid_t pid = start(words, NULL);

	if (pid < 0 || waitpid(pid, &result, 0) != pid || result != 0) {
		fprintf(stderr, "%s %s %s failed\n", words[0], words[1], words[2]);
		exit(1);
	}
}

#define RUN(...) run((const char *const[]){ __VA_ARGS__, NULL })

static void make_network(void)
{
	(void)mkdir("/run/netns", 0755);
	if (mount("tmpfs", "/run/netns", "tmpfs", 0, NULL) < 0)
		exit(1);
	RUN("ip", "netns", "add", "left");
	RUN("ip", "netns", "add", "right");
	RUN("ip", "link", "add", "l0", "netns", "left", "type", "veth", "peer", "name", "r0",
		"netns", "right");
	RUN("ip", "-n", "left", "addr", "add", "10.9.0.1/24", "dev", "l0");
	RUN("ip", "-n", "right", "addr", "add", "10.9.0.2/24", "dev", "r0");
	/* kernel-libipsec installs its route only with an own address inside the selector. */
	for (int i = 0; i < NETWORKS; i++) {
		AUTO_FREE char *left = xasprintf("10.1.%d.1/32", i);
		AUTO_FREE char *right = xasprintf("10.2.%d.1/32", i);

		RUN("ip", "-n", "left", "addr", "add", left, "dev", "lo");
		RUN("ip", "-n", "right", "addr", "add", right, "dev", "lo");
	}
	RUN("ip", "-n", "left", "link", "set", "lo", "up");
	RUN("ip", "-n", "right", "link", "set", "lo", "up");
	charons_set_wire(true);
}

void charons_set_wire(bool is_up)
{
	RUN("ip", "-n", "left", "link", "set", "l0", is_up ? "up" : "down");
	RUN("ip", "-n", "right", "link", "set", "r0", is_up ? "up" : "down");
}

static const char *why_not(void)
{
	if (geteuid() != 0)
		return "needs root";
	if (access(CHARON, X_OK) < 0)
		return "charon-systemd is not installed";
	if (access("/dev/net/tun", R_OK) < 0)
		return "no /dev/net/tun";
	return NULL;
}

/* In the outermost process: shows what charon said when something failed, and tidies up. */
static void end(pid_t pid)
{
	int result = 1;
	AUTO_FREE char *logs = xasprintf("cat %s/*.log >&2", folder);

	(void)waitpid(pid, &result, 0);
	if (!WIFEXITED(result) || WEXITSTATUS(result) != 0)
		RUN("sh", "-c", logs);
	RUN("rm", "-r", folder);
	exit(WIFEXITED(result) ? WEXITSTATUS(result) : 1);
}

/* The process between: with its child, which is process 1, the whole namespace goes. */
static void enter_namespaces(void)
{
	int result = 1;
	pid_t pid;

	if (unshare(CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID) < 0 ||
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
		perror("namespaces");
		_exit(1);
	}
	pid = fork();
	if (pid != 0) {
		if (pid > 0)
			(void)waitpid(pid, &result, 0);
		_exit(WIFEXITED(result) ? WEXITSTATUS(result) : 1);
	}
	if (mount("proc", "/proc", "proc", 0, NULL) < 0) {
		perror("/proc");
		_exit(1);
	}
}

bool charons_enter(const char **ret_why)
{
	pid_t pid;

	*ret_why = why_not();
	if (*ret_why)
		return false;
	if (!mkdtemp(folder))
		exit(1);
	pid = fork();
	if (pid != 0)
		end(pid);
	enter_namespaces();
	make_network();
	return true;
}

const char *charons_folder(void)
{
	return folder;
}

const char *charons_vici_path(enum side side)
{
	static char paths[2][128];

	(void)snprintf(paths[side], sizeof(paths[side]), "%s/%s.vici", folder, names[side]);
	return paths[side];
}

static void write_conf(enum side side, const char *path)
{
	AUTO_FREE char *text = xasprintf(
		"charon-systemd {\n"
		"  load = random nonce aes sha1 sha2 md5 hmac kdf gmp openssl kernel-libipsec "
		"kernel-netlink socket-default counters vici\n"
		"  retransmit_tries = 3\n"
		"  retransmit_base = 1\n"
		"  retransmit_timeout = 1\n"
		"  plugins {\n    vici {\n      socket = unix://%s\n    }\n  }\n"
		"  filelog {\n    l {\n      path = %s/%s.log\n      default = 1\n"
		"      flush_line = yes\n    }\n  }\n"
		"  journal {\n    default = -1\n  }\n"
		"}\n",
		charons_vici_path(side), folder, names[side]);

	if (file_replace(path, text, strlen(text), 0600) < 0)
		exit(1);
}

void charons_start(enum side side)
{
	AUTO_FREE char *conf = xasprintf("%s/%s.conf", folder, names[side]);

	write_conf(side, conf);
	pids[side] = start(
		(const char *const[]){ "ip", "netns", "exec", names[side], CHARON, NULL }, conf);
}

void charons_kill(enum side side)
{
	(void)kill(pids[side], SIGKILL);
	(void)waitpid(pids[side], NULL, 0);
}
