/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An allow-list as a seccomp filter. Knows no program's needs, but for what the sanitizers do when
 * they are built in and look for leaks at the end.
 */
#include "base/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER true
#elif defined(__has_feature)
#define HAS_SANITIZER __has_feature(address_sanitizer)
#else
#define HAS_SANITIZER false
#endif

static const int of_sanitizers[] = { SCMP_SYS(clone), SCMP_SYS(ptrace), SCMP_SYS(wait4),
	SCMP_SYS(prctl), SCMP_SYS(getppid), SCMP_SYS(kill), SCMP_SYS(readlink), SCMP_SYS(getrusage),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(set_robust_list), SCMP_SYS(getdents), SCMP_SYS(pipe2),
	SCMP_SYS(dup2) };

static int add_list(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t len)
{
	int err = 0;

	for (size_t i = 0; !err && i < len; i++)
		err = seccomp_rule_add(filter, action, calls[i], 0);
	return err;
}

static int add_rules(scmp_filter_ctx filter, const struct sandbox *sandbox)
{
	int err = add_list(filter, SCMP_ACT_ALLOW, sandbox->allowed, sandbox->allowed_len);

	if (!err)
		err = add_list(
			filter, SCMP_ACT_ERRNO(EACCES), sandbox->refused, sandbox->refused_len);
	for (size_t i = 0; !err && i < sandbox->ioctls_len; i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
			SCMP_A1(SCMP_CMP_EQ, sandbox->ioctls[i]));
	for (size_t i = 0; !err && i < sandbox->families_len; i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
			SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)sandbox->families[i]));
	return err;
}

int sandbox_load(const struct sandbox *sandbox)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int err;

	if (!filter)
		return -ENOMEM;
	err = add_rules(filter, sandbox);
	if (!err && HAS_SANITIZER && sandbox->keeps_leak_scan)
		err = add_list(filter, SCMP_ACT_ALLOW, of_sanitizers, ARRAY_LEN(of_sanitizers));
	if (!err)
		err = seccomp_load(filter);
	seccomp_release(filter);
	return err;
}
