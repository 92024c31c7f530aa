/* SPDX-License-Identifier: Apache-2.0 */
/* vpngw status as a command: its flags are those of the list of connections. */
#pragma once

#include "cli/run.h"

extern const struct command status_command;
