/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The allow-list. ioctl is allowed for one question about a TUN descriptor only. Files cannot be
 * opened any more: that fails softly, because the C library tries it when it formats an error.
 */
#include "espd/sandbox.h"

#include "base/sandbox.h"

#include <linux/if_tun.h>
#include <seccomp.h>
#include <sys/ioctl.h>

static const int allowed[] = {
	/* packets and messages */
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(recvmsg), SCMP_SYS(recvmmsg),
	SCMP_SYS(sendmsg), SCMP_SYS(sendmmsg), SCMP_SYS(recvfrom), SCMP_SYS(sendto),
	/* descriptors that were passed */
	SCMP_SYS(accept4), SCMP_SYS(close), SCMP_SYS(fcntl), SCMP_SYS(getsockname),
	SCMP_SYS(getsockopt), SCMP_SYS(setsockopt),
	/* the loop */
	SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2),
	SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall),
	/* memory */
	SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(mprotect),
	SCMP_SYS(madvise), SCMP_SYS(mlock), SCMP_SYS(munlock),
	/* the C library and OpenSSL */
	SCMP_SYS(futex), SCMP_SYS(getrandom), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(tgkill),
	SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(lseek), SCMP_SYS(newfstatat),
	SCMP_SYS(fstat), SCMP_SYS(exit), SCMP_SYS(exit_group)
};

static const int refused_softly[] = { SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(readlink),
	SCMP_SYS(unlink) };

static const unsigned long which_device[] = { TUNGETIFF };

int sandbox_enter(void)
{
	return sandbox_load(&(struct sandbox){ .allowed = allowed,
		.allowed_len = ARRAY_LEN(allowed),
		.refused = refused_softly,
		.refused_len = ARRAY_LEN(refused_softly),
		.ioctls = which_device,
		.ioctls_len = ARRAY_LEN(which_device) });
}
