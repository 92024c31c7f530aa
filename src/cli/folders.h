/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folders and files that must exist before the first daemon starts, with the owners and modes
 * that let each of them do its work and no more.
 *
 *   run_dir            root          0755   sockets of root's, strongswan.conf, the lock
 *   run_dir/espd       espd          0755   its sockets (whose modes say who may connect)
 *   run_dir/charon     charon        0750   VICI, the plug-in's socket; the agent is in the group
 *   run_dir/agent      root          0700
 *   run_dir/bird       root:bird     2750   what the agent writes for BIRD, and its control sockets
 *   state_dir          root:store    2770   the store; new files get the store's group
 *   key_file           root          0600   read by the daemons before they drop their rights
 */
#pragma once

#include "base/alloc.h"

struct config;

/* Only run_dir, which holds the lock. -errno with *ret_path, an own string. */
MUST_CHECK int folders_make_run_dir(const struct config *config, char **ret_path);
/* Everything else; the key is made at the first start. */
MUST_CHECK int folders_make(const struct config *config, char **ret_path);
