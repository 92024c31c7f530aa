/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies of a whole store as one file. Secrets in it stay sealed; the key is not part of it.
 */
#pragma once

#include "base/alloc.h"

/* The store of dir as it is at one moment, also while others use it. path must not exist; mode
 * 0600. */
MUST_CHECK int store_backup(const char *dir, const char *path);
/* Brings a copy to the present schema. -EPROTO: a newer schema; -EBADMSG: no store, or damaged. */
MUST_CHECK int store_backup_check(const char *path);
/* Makes a checked copy, on the same file system, the store of dir, which has none (-EEXIST). */
MUST_CHECK int store_restore(const char *path, const char *dir);
