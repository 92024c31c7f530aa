/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of commands to charon, sent one after the other; stops at the first that fails and must
 * not.
 */
#pragma once

#include "drivers/ike/vici.h"
#include "resource/fault.h"

struct script;

enum line_kind { LINE_PLAIN, LINE_LOAD_KEY, LINE_UNLOAD_KEY, LINE_INITIATE };

struct script_line {
	const char *command;
	struct vici_message message; /* taken */
	bool may_fail;
	bool is_last_resort; /* only when the line before was refused, though there was something */
	enum line_kind kind;
	char *key_id; /* taken; of the key lines */
};

struct script_calls {
	/* Before a line is sent. */
	void (*starting)(void *arg, const struct script_line *line);
	/* charon did it. */
	void (*succeeded)(void *arg, const struct script_line *line);
	/* Once; the script is gone after it. */
	void (*done)(void *arg, int err, const struct fault *fault);
	void *arg;
};

struct script *script_new(const struct vici_port *port, const struct script_calls *calls);
void script_add(struct script *script, const struct script_line *line);
bool script_is_empty(const struct script *script);
/* Sends the first line; not for an empty script. */
void script_run(struct script *script);
void script_free(struct script *script);
