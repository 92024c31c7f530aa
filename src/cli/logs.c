/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vpngw connection logs: the lines of a connection's log as they are. Without a period the last
 * ten minutes; --follow asks again and again for what is new.
 */
#include "cli/verbs_of_connection.h"

#include "base/instant.h"
#include "base/strbuf.h"
#include "cli/rows.h"
#include "cli/verbs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PERIOD_S 600
#define PAUSE_MS 500
#define PAGE_SIZE 50

struct log {
	struct context *context;
	const char *id;
	int64_t from_s, to_s;
	size_t shown; /* lines from from_s on that have been printed */
};

static int read_page(const struct log *log, size_t page, struct reply *ret)
{
	AUTO_STRBUF struct strbuf form = STRBUF_INIT(BODY_MAX);

	strbuf_addf(&form,
		"VpnConnectionId=%s&From=%" PRId64 "&To=%" PRId64 "&PageNumber=%zu&"
		"PageSize=%d",
		log->id, log->from_s, log->to_s, page, PAGE_SIZE);
	return run_ask(log->context, log->context->action->name, strbuf_text(&form), ret);
}

/* Lines are only ever added at the end, so those that were shown stay the first ones. */
static int print_new(struct log *log)
{
	for (;;) {
		AUTO_REPLY struct reply reply = { 0 };
		size_t page = log->shown / PAGE_SIZE, i;
		const json_t *lines, *line;

		if (read_page(log, page + 1, &reply) < 0)
			return EXIT_FAILURE;
		lines = value_at(reply.json, "Data.Logs");
		json_array_foreach (lines, i, line) {
			AUTO_FREE char *text = value_text("", line);

			if (page * PAGE_SIZE + i < log->shown)
				continue;
			puts(text);
			log->shown++;
		}
		if (json_array_size(lines) < PAGE_SIZE)
			return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
	}
}

static bool has_period(const struct context *context)
{
	return settings_get(&context->settings, "From") || settings_get(&context->settings, "To") ||
	       settings_get(&context->settings, "MinutePeriod");
}

static int follow(struct log *log)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };

	for (;;) {
		int status;

		log->to_s = wall_now_ms() / 1000 + 1;
		status = print_new(log);
		if (status != EXIT_SUCCESS)
			return status;
		nanosleep(&pause, NULL);
	}
}

static int print_period(struct context *context)
{
	AUTO_STRBUF struct strbuf form = STRBUF_INIT(BODY_MAX);
	AUTO_REPLY struct reply reply = { 0 };
	AUTO_FREE char *problem = NULL;
	const json_t *line;
	size_t i;

	if (!has_period(context))
		form_add(&form, "MinutePeriod", "10");
	if (settings_form(&context->settings, &form, &problem) < 0 ||
		run_ask(context, context->action->name, strbuf_text(&form), &reply) < 0)
		return EXIT_FAILURE;
	if (context->is_json)
		return run_show(context, &reply);
	json_array_foreach (value_at(reply.json, "Data.Logs"), i, line) {
		AUTO_FREE char *text = value_text("", line);

		puts(text);
	}
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

int run_logs(struct context *context)
{
	struct log log = {
		.context = context,
		.id = settings_get(&context->settings, "VpnConnectionId"),
		.to_s = wall_now_ms() / 1000 + 1,
	};

	if (context->must_follow && (context->is_json || has_period(context))) {
		fputs("vpngw connection logs: --follow goes with neither a period nor --output "
		      "json; see vpngw connection logs --help\n",
			stderr);
		return EXIT_USAGE;
	}
	if (has_period(context) || context->is_json)
		return print_period(context);
	log.from_s = log.to_s - PERIOD_S;
	return context->must_follow ? follow(&log) : print_new(&log);
}
