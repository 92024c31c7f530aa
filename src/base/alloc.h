/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory and ownership. The x-functions never return NULL: running out of memory ends the process
 * and the level-triggered restart heals (docs/decisions). That is only sound because every size
 * that comes from outside is capped before it reaches them.
 */
#pragma once

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(f) __attribute__((cleanup(f)))
#define MUST_CHECK __attribute__((warn_unused_result))
#define TAKE_PTR(p)                                                                                \
	({                                                                                         \
		__typeof__(p) _p = (p);                                                            \
		(p) = NULL;                                                                        \
		_p;                                                                                \
	})
#define TAKE_FD(fd)                                                                                \
	({                                                                                         \
		int _fd = (fd);                                                                    \
		(fd) = -1;                                                                         \
		_fd;                                                                               \
	})
/* Defines funcp() for CLEANUP(funcp): calls func on a variable that still owns something. */
#define DEFINE_CLEANUP(type, func)                                                                 \
	static inline void func##p(type **p)                                                       \
	{                                                                                          \
		if (*p)                                                                            \
			func(*p);                                                                  \
	}

#define AUTO_FREE CLEANUP(freep)
#define AUTO_CLOSE CLEANUP(closep)
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static inline void freep(void *p)
{
	free(*(void **)p);
}

static inline void closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

void *xmalloc(size_t size);
void *xcalloc(size_t len, size_t size);
void *xrealloc(void *ptr, size_t size);
/* xrealloc of len elements of size bytes each; aborts when the product overflows. */
void *xreallocarray(void *ptr, size_t len, size_t size);
void *xmemdup(const void *ptr, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t max);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
