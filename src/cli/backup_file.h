/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of a backup: a header of fixed size with the key that opens the secrets, then a copy of
 * the store. Whoever has the file has every secret: mode 0600, and never where the store lies.
 */
#pragma once

#include "base/alloc.h"

#define BACKUP_KEY_SIZE 64 /* hexadecimal digits */

/* Header and the bytes of the file `store` into the new file path. -EEXIST. */
MUST_CHECK int backup_file_write(
	const char *path, const char key[static BACKUP_KEY_SIZE], const char *store);
/* The key, and the rest into the new file `store`. -EBADMSG: not such a file. */
MUST_CHECK int backup_file_read(
	const char *path, char ret_key[static BACKUP_KEY_SIZE], const char *store);
