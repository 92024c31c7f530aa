/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder for one test, and its removal with everything in it.
 */
#pragma once

#include "base/alloc.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline char *temp_dir_new(void)
{
	char *dir = xstrdup("/tmp/vpngw-test-XXXXXX");

	if (!mkdtemp(dir))
		abort();
	return dir;
}

static inline int temp_dir_remove_one(
	const char *path, const struct stat *status, int flag, struct FTW *ftw)
{
	(void)status;
	(void)flag;
	(void)ftw;
	return remove(path);
}

/* Frees the name too. */
static inline void temp_dir_free(char *dir)
{
	nftw(dir, temp_dir_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(dir);
}
