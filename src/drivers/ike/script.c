/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs commands in order. Knows charon's way to say no: success=no and errmsg.
 */
#include "drivers/ike/script.h"

#include <errno.h>
#include <string.h>

#define NOTHING_THERE "no matching" /* charon's errmsg goes on: SAs to terminate found */

struct script {
	struct vici_port port;
	struct script_calls calls;
	struct script_line *lines;
	size_t len, at;
	bool was_in_vain; /* the last line: refused, and not for want of what it was about */
};

struct script *script_new(const struct vici_port *port, const struct script_calls *calls)
{
	struct script *script = xcalloc(1, sizeof(*script));

	script->port = *port;
	script->calls = *calls;
	return script;
}

void script_free(struct script *script)
{
	if (!script)
		return;
	for (size_t i = 0; i < script->len; i++) {
		vici_message_clear(&script->lines[i].message);
		free(script->lines[i].key_id);
	}
	free(script->lines);
	free(script);
}

void script_add(struct script *script, const struct script_line *line)
{
	script->lines = xreallocarray(script->lines, script->len + 1, sizeof(*script->lines));
	script->lines[script->len++] = *line;
}

bool script_is_empty(const struct script *script)
{
	return script->len == 0;
}

static void finish(struct script *script, int err, const struct fault *fault)
{
	struct script_calls calls = script->calls;

	script_free(script);
	calls.done(calls.arg, err, fault);
}

static int judge(const struct script_line *line, int err, const struct vici_tree *answer,
	bool *ret_in_vain, struct fault *fault)
{
	const struct vici_node *root;
	AUTO_FREE char *message = NULL;
	AUTO_FREE char *rule = NULL;

	if (err < 0)
		return err;
	root = vici_root(answer);
	if (!vici_value_is(vici_find(answer, root, "success"), "no"))
		return 0;
	message = vici_value_text(vici_find(answer, root, "errmsg"));
	*ret_in_vain = !message || strncmp(message, NOTHING_THERE, strlen(NOTHING_THERE)) != 0;
	rule = xasprintf("charon refused %s: %s", line->command, message ? message : "");
	(void)fault_set(fault, REASON_APPLY_FAILED, NULL, NULL, rule, NULL);
	return -EIO;
}

static void answered(void *arg, int err, const struct vici_tree *answer)
{
	struct script *script = arg;
	const struct script_line *line = &script->lines[script->at];
	struct fault fault = { 0 };

	script->was_in_vain = false;
	err = judge(line, err, answer, &script->was_in_vain, &fault);
	if (err == 0 && script->calls.succeeded)
		script->calls.succeeded(script->calls.arg, line);
	/* A refusal may be fine; a lost connection never is. */
	if (err < 0 && !(err == -EIO && line->may_fail)) {
		finish(script, err, err == -EIO ? &fault : NULL);
		return;
	}
	script->at++;
	while (script->at < script->len && script->lines[script->at].is_last_resort &&
		!script->was_in_vain)
		script->at++;
	if (script->at == script->len)
		finish(script, 0, NULL);
	else
		script_run(script);
}

void script_run(struct script *script)
{
	struct script_line *line = &script->lines[script->at];
	struct vici_request request = {
		.command = line->command,
		.message = &line->message,
		.done = answered,
		.arg = script,
	};

	if (script->calls.starting)
		script->calls.starting(script->calls.arg, line);
	script->port.request(script->port.ctx, &request);
}
