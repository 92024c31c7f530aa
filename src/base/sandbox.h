/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Leaves a process the system calls that its program names. What is named as refused fails softly,
 * with EACCES; anything else ends the process, so that code that was smuggled in gets nowhere. For
 * programs that link libseccomp (the dependency `sandbox`).
 */
#pragma once

#include "base/alloc.h"

#include <stdbool.h>

struct sandbox {
	const int *allowed, *refused; /* SCMP_SYS(...) */
	size_t allowed_len, refused_len;
	const unsigned long *ioctls; /* the requests that ioctl() is allowed for */
	size_t ioctls_len;
	const int *families; /* that socket() is allowed for */
	size_t families_len;
	bool keeps_leak_scan; /* of a sanitizer build, at the end of the program */
};

/* For good, and for all threads that are started later. -errno. */
MUST_CHECK int sandbox_load(const struct sandbox *sandbox);
