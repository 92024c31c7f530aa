/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands on connections that do more than ask once; each returns the exit status.
 */
#pragma once

#include "cli/run.h"

int run_peer_config(struct context *context);
/* The log, and with --follow what comes. */
int run_logs(struct context *context);
