/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocation that aborts instead of failing. Knows nothing of what it allocates.
 */
#include "base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void *checked(void *ptr)
{
	if (!ptr)
		abort();
	return ptr;
}

void *xmalloc(size_t size)
{
	return checked(malloc(size ? size : 1));
}

void *xcalloc(size_t len, size_t size)
{
	return checked(calloc(len ? len : 1, size ? size : 1));
}

void *xrealloc(void *ptr, size_t size)
{
	return checked(realloc(ptr, size ? size : 1));
}

void *xreallocarray(void *ptr, size_t len, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(len, size, &total))
		abort();
	return xrealloc(ptr, total);
}

void *xmemdup(const void *ptr, size_t size)
{
	void *copy = xmalloc(size);

	if (size)
		memcpy(copy, ptr, size);
	return copy;
}

char *xstrdup(const char *s)
{
	return checked(strdup(s));
}

char *xstrndup(const char *s, size_t max)
{
	return checked(strndup(s, max));
}

char *xasprintf(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	return text;
}
