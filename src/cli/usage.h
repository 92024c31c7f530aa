/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the command line says of itself, out of its tables: usage lines and helps. Pure.
 */
#pragma once

#include "base/strbuf.h"
#include "cli/command.h"
#include "cli/flags.h"

/* "vpngw connection show VPN-CONNECTION-ID"; an own string. */
char *usage_line(const struct command *command);
/* The verbs of a noun, a line each. */
void usage_noun(struct strbuf *out, const char *noun);
/* The flags of a command, a line each. */
void usage_command(struct strbuf *out, const struct command *command);
/* "FILE", "aes|aes192": what stands after the flag; an own string, "" for a boolean. */
char *usage_value(const struct flag *flag);
