/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a script: each one command to charon with its arguments.
 */
#include "drivers/ike/command.h"

#include "drivers/ike/fingerprint.h"

void command_terminate(
	struct script *script, const char *what, const char *value, const char *timeout_ms)
{
	struct script_line line = { .command = "terminate", .may_fail = true };

	vici_value(&line.message, what, value);
	vici_value(&line.message, "force", "yes");
	vici_value(&line.message, "timeout", timeout_ms);
	script_add(script, &line);
}

void command_terminate_unless_confirmed(struct script *script, const char *name)
{
	struct script_line line = {
		.command = "terminate", .may_fail = true, .is_last_resort = true
	};

	vici_value(&line.message, "ike", name);
	vici_value(&line.message, "force", "yes");
	vici_value(&line.message, "timeout", NO_WAIT);
	script_add(script, &line);
}

void command_terminate_child(struct script *script, const char *name, const char *id)
{
	struct script_line line = { .command = "terminate", .may_fail = true };

	vici_value(&line.message, "child", id);
	vici_value(&line.message, "ike", name);
	vici_value(&line.message, "force", "yes");
	vici_value(&line.message, "timeout", CLOSE_LIMIT_MS);
	script_add(script, &line);
}

void command_initiate(struct script *script, const char *name, const char *id)
{
	struct script_line line = {
		.command = "initiate",
		.may_fail = true,
		.kind = LINE_INITIATE,
	};

	vici_value(&line.message, "child", id);
	vici_value(&line.message, "ike", name);
	vici_value(&line.message, "timeout", "-1");
	script_add(script, &line);
}

void command_unload_key(struct script *script, const char *key_id)
{
	struct script_line line = {
		.command = "unload-shared",
		.may_fail = true,
		.kind = LINE_UNLOAD_KEY,
		.key_id = xstrdup(key_id),
	};

	vici_value(&line.message, "id", key_id);
	script_add(script, &line);
}

void command_load_conn(struct script *script, const struct ike_group *group)
{
	struct script_line line = { .command = "load-conn" };

	ike_load_conn(group->name, group->members, group->len, &line.message);
	script_add(script, &line);
}

void command_load_key(const struct secret *fingerprint_key, struct script *script,
	const struct ike_settings *settings)
{
	struct script_line line = { .command = "load-shared", .kind = LINE_LOAD_KEY };

	line.key_id = fingerprint_key_id(settings, fingerprint_key);
	ike_load_shared(settings, line.key_id, &line.message);
	script_add(script, &line);
}
