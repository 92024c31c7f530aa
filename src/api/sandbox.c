/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The allow-list. Files stay open to it as far as its user may open them: SQLite makes and removes
 * its journal, the configuration and the certificate are read again, the audit log is opened anew.
 */
#include "api/sandbox.h"

#include "base/sandbox.h"

#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static const int allowed[] = {
	/* files */
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(close), SCMP_SYS(read), SCMP_SYS(readv),
	SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pwrite64), SCMP_SYS(lseek),
	SCMP_SYS(fcntl), SCMP_SYS(flock), SCMP_SYS(ftruncate), SCMP_SYS(fallocate), SCMP_SYS(fsync),
	SCMP_SYS(fdatasync), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(stat), SCMP_SYS(lstat),
	SCMP_SYS(statx), SCMP_SYS(fstatfs), SCMP_SYS(access), SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2), SCMP_SYS(getdents64), SCMP_SYS(getcwd), SCMP_SYS(readlink),
	SCMP_SYS(readlinkat), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(fchmod),
	/* connections and doorbells */
	SCMP_SYS(listen), SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(shutdown),
	SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt),
	SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg),
	/* the loop */
	SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2), SCMP_SYS(poll), SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep),
	SCMP_SYS(nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall),
	/* memory */
	SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(mprotect),
	SCMP_SYS(madvise), SCMP_SYS(mlock), SCMP_SYS(munlock),
	/* the C library, OpenSSL and SQLite */
	SCMP_SYS(futex), SCMP_SYS(getrandom), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(tgkill),
	SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid),
	SCMP_SYS(sched_yield), SCMP_SYS(sysinfo), SCMP_SYS(uname), SCMP_SYS(getrlimit),
	SCMP_SYS(prlimit64), SCMP_SYS(exit), SCMP_SYS(exit_group)
};

/* The owner of a file is no longer ours to give. */
static const int refused_softly[] = { SCMP_SYS(fchown), SCMP_SYS(chown) };

/* How much waits to be read; whether standard error is a terminal. */
static const unsigned long asked[] = { FIONREAD, TCGETS };
static const int families[] = { AF_UNIX };

int api_sandbox_enter(void)
{
	return sandbox_load(&(struct sandbox){ .allowed = allowed,
		.allowed_len = ARRAY_LEN(allowed),
		.refused = refused_softly,
		.refused_len = ARRAY_LEN(refused_softly),
		.ioctls = asked,
		.ioctls_len = ARRAY_LEN(asked),
		.families = families,
		.families_len = ARRAY_LEN(families),
		.keeps_leak_scan = true });
}
