/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console's files, read once at start: what is not in this list cannot be asked for, so no path
 * of a request ever reaches the file system. Knows file names and content types, no HTTP.
 */
#pragma once

#include "base/alloc.h"

#include <stdbool.h>
#include <stddef.h>

struct console_bytes {
	char *bytes; /* NULL: there is none */
	size_t size;
};

struct console_file {
	char *path; /* "assets/index-1a2b3c4d.js" */
	const char *content_type;
	struct console_bytes plain, gzip,
		brotli;    /* compressed ones lie beside it: NAME.gz, NAME.br */
	bool is_immutable; /* its name changes with its content */
};

struct console_files;

/*
 * Reads the built console in dir, whatever of it has a known ending. -ENOENT: there is no
 * dir/index.html; -EFBIG: that cannot be a console.
 */
MUST_CHECK int console_files_open(const char *dir, struct console_files **ret);
void console_files_free(struct console_files *files); /* NULL is fine */
/* NULL: there is none. */
const struct console_file *console_files_find(const struct console_files *files, const char *path);
size_t console_files_len(const struct console_files *files);
