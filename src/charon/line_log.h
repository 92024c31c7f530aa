/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * charon's own log lines of named connections, for the agent.
 */
#pragma once

#include <bus/listeners/logger.h>

#include "charon/agent_link.h"

/* To be registered with charon's bus. link is borrowed until freed. */
logger_t *line_log_new(struct agent_link *link);
void line_log_free(logger_t *logger);
