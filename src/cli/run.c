/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command from its words to its exit status: read, look up, confirm, ask the API, show.
 */
#include "cli/run.h"

#include "base/strbuf.h"
#include "cli/command_line.h"
#include "cli/lookup.h"
#include "cli/rows.h"
#include "cli/usage.h"
#include "cli/verbs.h"
#include "cli/wait.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#define OUTPUT_MAX (64 * 1024 * 1024)
#define PAGE_SIZE 50 /* the most there are on a page */

void context_clear(struct context *context)
{
	settings_clear(&context->settings);
	flags_clear(&context->flags);
	profile_clear(&context->profile);
}

static int wrong_usage(const struct command *command, const char *problem)
{
	const char *blank = *command->verb ? " " : "";

	fprintf(stderr, "vpngw %s%s%s: %s; see vpngw %s%s%s --help\n", command->noun, blank,
		command->verb, problem, command->noun, blank, command->verb);
	return EXIT_USAGE;
}

static const char *version_of(const char *action)
{
	for (const struct catalogue_action *row = catalogue; row->name; row++)
		if (strcmp(row->name, action) == 0)
			return row->version;
	return VERSION_VPC;
}

int run_ask(const struct context *context, const char *action, const char *form, struct reply *ret)
{
	AUTO_STRBUF struct strbuf whole = STRBUF_INIT(2 * BODY_MAX);
	AUTO_FREE char *message = NULL;
	int err;

	strbuf_add(&whole, form);
	if (context->region_id)
		form_add(&whole, "RegionId", context->region_id);
	err = transport_send(
		&context->profile, version_of(action), action, strbuf_text(&whole), ret, &message);
	if (whole.size)
		wipe(whole.text, whole.size);
	if (err < 0) {
		fprintf(stderr, "vpngw: %s\n", message);
		return -EIO;
	}
	if (!reply_is_refusal(ret) || strcmp(json_text(ret->json, "Code"), "DryRunOperation") == 0)
		return 0;
	fprintf(stderr, "%s: %s\n", json_text(ret->json, "Code"), json_text(ret->json, "Message"));
	reply_clear(ret);
	return -EACCES;
}

static bool has_parameter(const char *action, const char *name)
{
	for (const struct catalogue_action *row = catalogue; row->name; row++)
		for (const struct parameter *parameter = row->parameters;
			strcmp(row->name, action) == 0 && parameter->name; parameter++)
			if (strcmp(parameter->name, name) == 0)
				return true;
	return false;
}

/* The form of the page after the one in whole, which is the first when NULL; false: none is left.
 */
static bool next_page(
	const char *action, const json_t *whole, size_t page, size_t last_rows, struct strbuf *form)
{
	AUTO_FREE char *number = xasprintf("%zu", page), *size = xasprintf("%d", PAGE_SIZE);
	const char *token = json_text(whole, "NextToken");

	if (has_parameter(action, "PageNumber")) {
		form_add(form, "PageNumber", number);
		form_add(form, "PageSize", size);
		return page == 1 || last_rows >= PAGE_SIZE;
	}
	if (*token)
		form_add(form, "NextToken", token);
	return page == 1 || *token;
}

int run_ask_all(
	const struct context *context, const char *action, const char *form, struct reply *ret)
{
	struct reply whole = { 0 };
	size_t last_rows = 0;

	for (size_t page = 1;; page++) {
		AUTO_STRBUF struct strbuf text = STRBUF_INIT(2 * BODY_MAX);
		AUTO_REPLY struct reply reply = { 0 };
		int err;

		strbuf_add(&text, form);
		if (!next_page(action, whole.json, page, last_rows, &text))
			break;
		err = run_ask(context, action, strbuf_text(&text), &reply);
		if (err < 0) {
			reply_clear(&whole);
			return err;
		}
		last_rows = json_array_size(rows_of(reply.json));
		if (page == 1) {
			whole = reply;
			reply = (struct reply){ 0 };
			continue;
		}
		json_array_extend(rows_of(whole.json), rows_of(reply.json));
		/* Or clearing the reply would wipe what is now in the whole. */
		json_array_clear(rows_of(reply.json));
		json_object_set(whole.json, "NextToken", json_object_get(reply.json, "NextToken"));
	}
	*ret = whole;
	return 0;
}

static void print_json(const json_t *answer)
{
	char *text = json_dumps(answer, JSON_INDENT(2) | JSON_SORT_KEYS);

	puts(text);
	wipe(text, strlen(text));
	free(text);
}

static void print_table(const struct context *context, const json_t *answer)
{
	bool show_secrets = context->command->options & COMMAND_SHOWS_SECRETS;
	AUTO_STRBUF struct strbuf out = STRBUF_INIT(OUTPUT_MAX);
	const json_t *rows = context->command->columns ? rows_of(answer) : NULL;

	if (rows && !json_array_size(rows))
		fputs("none\n", stderr);
	else if (rows)
		rows_print(&out, rows, context->command->columns);
	else
		object_print(&out, answer, show_secrets);
	fputs(strbuf_text(&out), stdout);
	if (out.size)
		wipe(out.text, out.size);
}

int run_show(const struct context *context, const struct reply *reply)
{
	if (reply_is_refusal(reply))
		fprintf(stderr, "%s\n", json_text(reply->json, "Message"));
	else if (context->is_json)
		print_json(reply->json);
	else
		print_table(context, reply->json);
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* What cannot be undone names itself first. */
static bool is_confirmed(const struct context *context, char **ret_problem)
{
	char answer[16] = "";

	if (!(context->command->options & COMMAND_ASKS) || context->has_yes || context->is_dry_run)
		return true;
	if (!isatty(STDIN_FILENO)) {
		*ret_problem = xstrdup("say --yes where nobody can be asked");
		return false;
	}
	fprintf(stderr, "%s %s", context->command->noun, context->command->verb);
	for (size_t i = 0; i < context->settings.len; i++)
		fprintf(stderr, " %s", context->settings.items[i].text);
	fputs("? [y/N] ", stderr);
	if (fgets(answer, sizeof(answer), stdin) && (*answer == 'y' || *answer == 'Y'))
		return true;
	*ret_problem = NULL;
	return false;
}

static int make_form(const struct context *context, struct strbuf *form, char **ret_problem)
{
	const struct preset *preset = context->command->presets;

	for (size_t i = 0; i < COMMAND_PRESETS && preset[i].parameter; i++)
		if (preset[i].is_fixed)
			form_add(form, preset[i].parameter, preset[i].value);
	if (context->is_dry_run)
		form_add(form, "DryRun", "true");
	if (context->client_token)
		form_add(form, "ClientToken", context->client_token);
	return settings_form(&context->settings, form, ret_problem);
}

/* A list is shown whole, unless the user asks for a page of it. */
static bool wants_all(const struct context *context)
{
	static const char *const paging[] = { "PageNumber", "PageSize", "MaxResults", "NextToken" };
	bool is_paged = has_parameter(context->action->name, "PageNumber") ||
			has_parameter(context->action->name, "NextToken");

	for (size_t i = 0; i < ARRAY_LEN(paging); i++)
		if (settings_get(&context->settings, paging[i]))
			return false;
	return is_paged && context->command->columns;
}

static int call(struct context *context, const char *form)
{
	AUTO_REPLY struct reply reply = { 0 };
	int err = wants_all(context) ? run_ask_all(context, context->action->name, form, &reply)
				     : run_ask(context, context->action->name, form, &reply);
	int status;

	if (err < 0)
		return EXIT_FAILURE;
	status = run_show(context, &reply);
	if (status == EXIT_SUCCESS && context->must_wait && !context->is_dry_run)
		status = wait_until_done(context, reply.json);
	return status;
}

static int perform(struct context *context)
{
	AUTO_STRBUF struct strbuf form = STRBUF_INIT(BODY_MAX);
	AUTO_FREE char *problem = NULL;
	int err = lookup(context, &problem), status;

	if (err < 0 && !problem)
		return EXIT_FAILURE;
	if (err < 0 || command_line_complete(context, &problem) < 0)
		return wrong_usage(context->command, problem);
	if (!is_confirmed(context, &problem))
		return problem ? wrong_usage(context->command, problem) : EXIT_FAILURE;
	if (context->command->run)
		return context->command->run(context);
	if (make_form(context, &form, &problem) < 0)
		return wrong_usage(context->command, problem);
	status = call(context, strbuf_text(&form));
	if (form.size)
		wipe(form.text, form.size);
	return status;
}

static int print_help(const struct command *command)
{
	AUTO_STRBUF struct strbuf out = STRBUF_INIT(OUTPUT_MAX);

	usage_command(&out, command);
	fputs(strbuf_text(&out), stdout);
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

int run_command(const struct command *command, int argc, char **argv)
{
	AUTO_CONTEXT struct context context = { .command = command,
		.action = command_action(command) };
	AUTO_FREE char *problem = NULL;

	(void)setlocale(LC_CTYPE, "C.UTF-8");
	flags_make(context.action, command_hides, command, &context.flags);
	if (command_line_read(&context, argc, argv, &problem) < 0)
		return wrong_usage(command, problem);
	if (context.wants_help)
		return print_help(command);
	if (profile_find(&context.profile_options, &context.profile, &problem) < 0)
		return wrong_usage(command, problem);
	return perform(&context);
}

/* "vpngw connection --socket S list": options of the profile may stand before the verb. */
static int find_verb(int argc, char **argv)
{
	struct profile_options ignored = { 0 };
	int at = 1;

	while (at < argc && strncmp(argv[at], "--", 2) == 0) {
		const char *name = argv[at] + 2, *equals = strchrnul(name, '=');
		AUTO_FREE char *word = xstrndup(name, (size_t)(equals - name));

		if (!profile_option(&ignored, word))
			break;
		at += *equals ? 1 : 2;
	}
	return at;
}

int run_noun(int argc, char **argv)
{
	int at = find_verb(argc, argv), len = 0, status;
	const struct command *command = at < argc ? command_find(argv[0], argv[at]) : NULL;
	bool wants_help = at < argc && (!strcmp(argv[at], "--help") || !strcmp(argv[at], "-h"));
	char **arguments;

	if (!command) {
		AUTO_STRBUF struct strbuf out = STRBUF_INIT(OUTPUT_MAX);

		if (!wants_help) {
			fprintf(stderr, "vpngw %s: %s; see vpngw %s --help\n", argv[0],
				at < argc ? "there is no such verb" : "which verb?", argv[0]);
			return EXIT_USAGE;
		}
		usage_noun(&out, argv[0]);
		fputs(strbuf_text(&out), stdout);
		return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	arguments = xcalloc((size_t)argc, sizeof(*arguments));
	for (int i = 1; i < argc; i++)
		if (i != at)
			arguments[len++] = argv[i];
	status = run_command(command, len, arguments);
	free(arguments);
	return status;
}
