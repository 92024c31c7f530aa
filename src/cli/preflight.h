/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must hold before anything is started. Each failing check gives one line that names the
 * cause.
 */
#pragma once

#include "base/alloc.h"

struct config;

/* Root, /dev/net/tun, run_dir short enough for sockets. NULL: all is well; else an own string. */
char *preflight_machine(const struct config *config);
/* BIRD can be run. It is needed for BGP only. Same. */
char *preflight_bird(const struct config *config);
/* UDP 500 and 4500 of the pool's addresses and the API's port are free. Same. */
char *preflight_ports(const struct config *config);
