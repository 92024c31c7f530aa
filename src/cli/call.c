/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vpngw call: one action, its answer as indented JSON. Knows no action by name; the server decides
 * what exists.
 */
#include "cli/verbs.h"

#include "base/encode.h"
#include "cli/profile.h"
#include "cli/transport.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int wrong_usage(const char *what)
{
	fprintf(stderr,
		"vpngw call: %s; usage: vpngw call [--endpoint URL] [--profile FILE] "
		"[--access-key-id ID] [--ca-file FILE] [--config FILE] [--socket PATH] "
		"[--version-api VERSION] Action [Name=Value...]\n",
		what);
	return EXIT_USAGE;
}

/* "Name=Value" arguments as a form; Version= is no parameter of the action but names the API's. */
static int add_arguments(struct strbuf *form, char **arguments, const char **version)
{
	for (; *arguments; arguments++) {
		const char *equals = strchr(*arguments, '=');

		if (!equals || equals == *arguments)
			return -EINVAL;
		if (!strncmp(*arguments, "Version=", 8)) {
			*version = equals + 1;
			continue;
		}
		if (form->size)
			strbuf_add_char(form, '&');
		percent_encode(form, *arguments, (size_t)(equals - *arguments));
		strbuf_add_char(form, '=');
		percent_encode(form, equals + 1, strlen(equals + 1));
	}
	return strbuf_failed(form) ? -E2BIG : 0;
}

static int show(const struct reply *reply)
{
	AUTO_FREE char *text = NULL;

	if (reply_is_refusal(reply)) {
		fprintf(stderr, "%s: %s\n", json_text(reply->json, "Code"),
			json_text(reply->json, "Message"));
		return EXIT_FAILURE;
	}
	text = json_dumps(reply->json, JSON_INDENT(2) | JSON_SORT_KEYS);
	puts(text);
	wipe(text, strlen(text));
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* An action that the first version does not know is looked for in our own version. */
static int call(
	const struct profile *profile, const char *version, const char *action, const char *form)
{
	const char *const versions[] = { version ? version : VERSION_VPC,
		version ? NULL : VERSION_VPNGW, NULL };
	int result = EXIT_FAILURE;

	for (size_t i = 0; versions[i]; i++) {
		AUTO_REPLY struct reply reply = { 0 };
		AUTO_FREE char *message = NULL;
		bool is_unknown;

		if (transport_send(profile, versions[i], action, form, &reply, &message) < 0) {
			fprintf(stderr, "vpngw call: %s\n", message);
			return EXIT_FAILURE;
		}
		is_unknown = !strcmp(json_text(reply.json, "Code"), "InvalidAction.NotFound");
		if (!is_unknown || !versions[i + 1])
			result = show(&reply);
		if (!is_unknown)
			break;
	}
	return result;
}

/* Letters and digits: what goes into a header or a form without encoding. */
static bool is_word(const char *text)
{
	return *text && !text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					   "0123456789-")];
}

static int run(const struct profile_options *options, const char *version, const char *action,
	char **arguments)
{
	AUTO_STRBUF struct strbuf form = STRBUF_INIT(BODY_MAX);
	AUTO_FREE char *message = NULL;
	struct profile profile;
	int result;

	if (add_arguments(&form, arguments, &version) < 0)
		return wrong_usage("parameters read Name=Value, 64 KiB at most");
	if (version && !is_word(version))
		return wrong_usage("a version reads YYYY-MM-DD");
	if (profile_find(options, &profile, &message) < 0)
		result = wrong_usage(message);
	else
		result = call(&profile, version, action, strbuf_text(&form));
	if (form.size)
		wipe(form.text, form.size);
	profile_clear(&profile);
	return result;
}

int verb_call(int argc, char **argv)
{
	struct profile_options options = { 0 };
	const char *version = NULL;
	int at = 1;

	while (at < argc && !strncmp(argv[at], "--", 2)) {
		const char *name = argv[at++] + 2, *equals = strchrnul(name, '=');
		AUTO_FREE char *word = xstrndup(name, (size_t)(equals - name));
		const char **target = strcmp(word, "version-api") != 0
					      ? profile_option(&options, word)
					      : &version;

		if (!target)
			return wrong_usage("unknown option");
		if (!*equals && at >= argc)
			return wrong_usage("an option lacks its value");
		*target = *equals ? equals + 1 : argv[at++];
	}
	if (at >= argc || !is_word(argv[at]))
		return wrong_usage("which action?");
	return run(&options, version, argv[at], argv + at + 1);
}
