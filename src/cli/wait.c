/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting by asking again: a connection until it is applied and, where it negotiates at once,
 * established; a gateway until it is active. Knows the answers of these two actions.
 */
#include "cli/wait.h"

#include "base/instant.h"
#include "base/strbuf.h"
#include "cli/rows.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DEFAULT_TIMEOUT_S 60
#define PAUSE_MS 300

/* What is waited for, and how it looks now. */
struct watched {
	const struct context *context;
	const char *parameter; /* that names it */
	char *id;
	bool must_establish;
};

/* The first condition that is not true, in words; an own string, "" when there is none. */
static char *reason_of(const json_t *detail)
{
	const json_t *condition;
	size_t i;

	json_array_foreach (value_at(detail, "Conditions.Condition"), i, condition)
		if (!json_is_true(json_object_get(condition, "Status"))) {
			AUTO_FREE char *message =
				value_text("", json_object_get(condition, "Message"));

			return xasprintf("%s: %s: %s", json_text(condition, "Type"),
				json_text(condition, "Reason"), message);
		}
	return xstrdup("");
}

static int look(const struct watched *watched, bool *ret_done, char **ret_line)
{
	bool is_connection = strcmp(watched->parameter, "VpnConnectionId") == 0;
	AUTO_STRBUF struct strbuf form = STRBUF_INIT(BODY_MAX);
	AUTO_REPLY struct reply reply = { 0 };
	AUTO_FREE char *reason = NULL;
	const char *state, *status;
	int err;

	form_add(&form, watched->parameter, watched->id);
	err = run_ask(watched->context,
		is_connection ? "DescribeVpnConnectionDetail" : "DescribeVpnGateway",
		strbuf_text(&form), &reply);
	if (err < 0)
		return err;
	status = json_text(reply.json, "Status");
	state = is_connection ? json_text(reply.json, "State") : status;
	*ret_done = strcmp(state, "active") == 0 &&
		    (!watched->must_establish ||
			    json_is_false(json_object_get(reply.json, "Enabled")) ||
			    strcmp(status, "ipsec_sa_established") == 0);
	reason = reason_of(reply.json);
	*ret_line = xasprintf("%s: %s%s%s%s%s", watched->id, state, is_connection ? ", " : "",
		is_connection ? status : "", *reason && !*ret_done ? "; " : "",
		*ret_done ? "" : reason);
	return 0;
}

static int watch(const struct watched *watched)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	uint32_t timeout_s =
		watched->context->timeout_s ? watched->context->timeout_s : DEFAULT_TIMEOUT_S;
	struct mono deadline = mono_add_ms(mono_now(), (int64_t)timeout_s * 1000);
	AUTO_FREE char *last = NULL;

	for (;;) {
		AUTO_FREE char *line = NULL;
		bool is_done = false;

		if (look(watched, &is_done, &line) < 0)
			return EXIT_FAILURE;
		if (!last || strcmp(last, line) != 0)
			fprintf(stderr, "%s\n", line);
		if (is_done)
			return EXIT_SUCCESS;
		free(last);
		last = TAKE_PTR(line);
		if (mono_diff_ms(deadline, mono_now()) <= 0)
			break;
		nanosleep(&pause, NULL);
	}
	fprintf(stderr, "vpngw: not done within %u s: %s\n", timeout_s, last);
	return EXIT_FAILURE;
}

/* A connection that waits for traffic is done when it is applied. */
static int read_effect(struct watched *watched)
{
	AUTO_STRBUF struct strbuf form = STRBUF_INIT(BODY_MAX);
	AUTO_REPLY struct reply reply = { 0 };
	int err;

	form_add(&form, watched->parameter, watched->id);
	err = run_ask(watched->context, "DescribeVpnConnection", strbuf_text(&form), &reply);
	if (!err)
		watched->must_establish =
			json_is_true(json_object_get(reply.json, "EffectImmediately"));
	return err;
}

int wait_until_done(const struct context *context, const json_t *answer)
{
	static const char *const parameters[] = { "VpnConnectionId", "VpnGatewayId" };

	for (size_t i = 0; i < ARRAY_LEN(parameters); i++) {
		const char *id = settings_get(&context->settings, parameters[i]);
		AUTO_FREE char *own = NULL;
		struct watched watched = { .context = context, .parameter = parameters[i] };

		if (*json_text(answer, parameters[i]))
			id = json_text(answer, parameters[i]);
		if (!id)
			continue;
		own = xstrdup(id);
		watched.id = own;
		if (i == 0 && read_effect(&watched) < 0)
			return EXIT_FAILURE;
		return watch(&watched);
	}
	return EXIT_SUCCESS;
}
