/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder of BIRD's configuration files, run_dir/bird: <vpc>.conf and <vpc>/{gateway,session}-
 * <id>.conf. Whoever supervises BIRD starts one for each <vpc>.conf. Files are replaced as a whole;
 * BIRD's group may read them, nobody else.
 */
#pragma once

#include "base/alloc.h"

#include <sys/types.h>

/* In the order in which they are made: a main file starts a BIRD that reads all others. */
enum bgp_file_type { BGP_GATEWAY, BGP_SESSION, BGP_MAIN };

struct bgp_file {
	enum bgp_file_type type;
	char *vpc_id;
	char *id; /* of the resource: the VPC, gateway or connection */
};

void bgp_file_clear(struct bgp_file *file);
/* The name below the folder; an own string. */
char *bgp_file_name(const struct bgp_file *file);
/* -ENOENT. The content may hold a key: free_wiped(). */
MUST_CHECK int bgp_file_read(const char *dir, const struct bgp_file *file, char **ret);
/* Makes the folders it takes, for this group. */
MUST_CHECK int bgp_file_write(
	const char *dir, gid_t group, const struct bgp_file *file, const char *text);
/* 0 when there was none. The folder of a VPC goes with its last file. */
MUST_CHECK int bgp_file_remove(const char *dir, const struct bgp_file *file);
/* Calls for every file of this shape. 0 when there is no folder. */
MUST_CHECK int bgp_files_each(
	const char *dir, void (*call)(void *arg, const struct bgp_file *file), void *arg);
