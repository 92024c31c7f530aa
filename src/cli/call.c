/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vpngw call: one action, its answer as indented JSON. Knows no action by name; the server decides
 * what exists.
 */
#include "cli/verbs.h"

#include "base/encode.h"
#include "base/instant.h"
#include "cli/profile.h"
#include "cli/sign.h"

#include <curl/curl.h>
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define VERSION_VPC "2016-04-28"
#define VERSION_VPNGW "2026-11-01"
#define BODY_MAX (64 * 1024)
#define ANSWER_MAX (16 * 1024 * 1024)
#define TIMEOUT_S 60L

static const char *const usage =
	"usage: vpngw call [options] Action [Name=Value...]\n"
	"  --endpoint URL        https://192.0.2.1:8443 (or VPNGW_ENDPOINT)\n"
	"  --profile FILE        AccessKeyId=, AccessKeySecret=, Endpoint=, CaFile=\n"
	"  --access-key-id ID    its secret comes from VPNGW_ACCESS_KEY_SECRET\n"
	"  --ca-file FILE        certificate that the endpoint's must be signed by\n"
	"  --config FILE         where the socket is (default /etc/vpngw/vpngw.conf)\n"
	"  --socket PATH         unix socket of vpngw-api, for root without a key\n"
	"  --version-api VERSION default: " VERSION_VPC ", then " VERSION_VPNGW
	" (or Version=...)\n";

struct answer {
	struct strbuf text;
	long status;
};

static int wrong_usage(const char *what)
{
	fprintf(stderr, "vpngw call: %s\n%s", what, usage);
	return 2;
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

static size_t take_answer(char *bytes, size_t size, size_t len, void *arg)
{
	struct answer *answer = arg;

	strbuf_add_bytes(&answer->text, bytes, size * len);
	return strbuf_failed(&answer->text) ? 0 : size * len;
}

/* "host:port" of an endpoint: what curl sends as Host and the signature covers. */
static char *host_of(const char *endpoint)
{
	const char *start = strstr(endpoint, "://");

	start = start ? start + 3 : endpoint;
	return xstrndup(start, strcspn(start, "/?#"));
}

static struct curl_slist *signed_headers(
	const struct profile *profile, const char *version, const char *action, const char *body)
{
	AUTO_STRBUF struct strbuf text = STRBUF_INIT(8192);
	AUTO_FREE char *host = host_of(profile->endpoint);
	struct curl_slist *headers = NULL;
	char nonce[33], *rest, *line;
	uint8_t random[16];

	random_bytes(random, sizeof(random));
	hex_encode(random, sizeof(random), nonce);
	sign_headers(&(struct sign_request){ .host = host,
			     .action = action,
			     .version = version,
			     .body = body,
			     .access_key_id = profile->access_key_id,
			     .access_key_secret = profile->access_key_secret,
			     .now_s = wall_now_ms() / 1000,
			     .nonce = nonce },
		&text);
	rest = text.text;
	while ((line = strsep(&rest, "\n")))
		if (*line)
			headers = curl_slist_append(headers, line);
	return headers;
}

static void set_up(CURL *curl, const struct profile *profile, const char *body,
	struct curl_slist *headers, struct answer *answer)
{
	AUTO_FREE char *url = NULL;

	if (!profile->endpoint) {
		url = xstrdup("http://localhost/");
		curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, profile->socket);
	} else {
		url = xasprintf("%s%s/", strstr(profile->endpoint, "://") ? "" : "https://",
			profile->endpoint);
	}
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	/* The gateway is near; a proxy of the environment is for the world outside. */
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, TIMEOUT_S);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	if (profile->ca_file)
		curl_easy_setopt(curl, CURLOPT_CAINFO, profile->ca_file);
}

static int request(const struct profile *profile, const char *version, const char *action,
	const char *form, struct answer *ret)
{
	CURL *curl = curl_easy_init();
	AUTO_FREE char *body = NULL;
	struct curl_slist *headers;
	char error[CURL_ERROR_SIZE] = "";
	CURLcode code;

	if (profile->access_key_id && profile->endpoint) {
		body = xstrdup(form);
		headers = signed_headers(profile, version, action, body);
	} else {
		body = xasprintf(
			"Action=%s&Version=%s%s%s", action, version, *form ? "&" : "", form);
		headers = curl_slist_append(NULL, "Expect:");
	}
	set_up(curl, profile, body, headers, ret);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
	code = curl_easy_perform(curl);
	if (code == CURLE_OK)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &ret->status);
	else
		fprintf(stderr, "vpngw call: %s: %s\n",
			profile->endpoint ? profile->endpoint : profile->socket,
			*error ? error : curl_easy_strerror(code));
	wipe(body, strlen(body));
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	return code == CURLE_OK ? 0 : -EIO;
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static int show(const struct answer *answer, const json_t *json)
{
	AUTO_FREE char *text = NULL;

	if (!json_is_object(json)) {
		fprintf(stderr, "vpngw call: the answer (status %ld) is no JSON object\n",
			answer->status);
		return 1;
	}
	if (answer->status != 200) {
		fprintf(stderr, "%s: %s\n", text_of(json, "Code"), text_of(json, "Message"));
		return 1;
	}
	text = json_dumps(json, JSON_INDENT(2) | JSON_SORT_KEYS);
	puts(text);
	return fflush(stdout) ? 1 : 0;
}

/* An action that the first version does not know is looked for in our own version. */
static int call(
	const struct profile *profile, const char *version, const char *action, const char *form)
{
	const char *const versions[] = { version ? version : VERSION_VPC,
		version ? NULL : VERSION_VPNGW, NULL };
	int result = 1;

	for (size_t i = 0; versions[i]; i++) {
		struct answer answer = { .text = STRBUF_INIT(ANSWER_MAX) };
		json_t *json = NULL;
		bool is_unknown;

		if (request(profile, versions[i], action, form, &answer) < 0) {
			strbuf_done(&answer.text);
			return 1;
		}
		json = json_loads(strbuf_text(&answer.text), 0, NULL);
		is_unknown = !strcmp(text_of(json, "Code"), "InvalidAction.NotFound");
		if (!is_unknown || !versions[i + 1])
			result = show(&answer, json);
		json_decref(json);
		strbuf_done(&answer.text);
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
	if (profile_find(options, &profile, &message) < 0) {
		result = wrong_usage(message);
	} else {
		curl_global_init(CURL_GLOBAL_DEFAULT);
		result = call(&profile, version, action, strbuf_text(&form));
		curl_global_cleanup();
	}
	if (form.size)
		wipe(form.text, form.size);
	profile_clear(&profile);
	return result;
}

int verb_call(int argc, char **argv)
{
	enum { ENDPOINT = 1, ACCESS_KEY_ID, PROFILE, CA_FILE, CONFIG, SOCKET, VERSION_API };
	static const struct option table[] = {
		{ "endpoint", required_argument, NULL, ENDPOINT },
		{ "access-key-id", required_argument, NULL, ACCESS_KEY_ID },
		{ "profile", required_argument, NULL, PROFILE },
		{ "ca-file", required_argument, NULL, CA_FILE },
		{ "config", required_argument, NULL, CONFIG },
		{ "socket", required_argument, NULL, SOCKET },
		{ "version-api", required_argument, NULL, VERSION_API },
		{ 0 },
	};
	struct profile_options options = { 0 };
	const char *version = NULL;
	const char **const targets[] = { [ENDPOINT] = &options.endpoint,
		[ACCESS_KEY_ID] = &options.access_key_id,
		[PROFILE] = &options.profile,
		[CA_FILE] = &options.ca_file,
		[CONFIG] = &options.config,
		[SOCKET] = &options.socket,
		[VERSION_API] = &version };
	int option;

	optind = 0; /* the verb's own scan, after main's */
	while ((option = getopt_long(argc, argv, "+", table, NULL)) != -1) {
		if (option == '?')
			return wrong_usage("unknown option");
		*targets[option] = optarg;
	}
	if (optind >= argc || !is_word(argv[optind]))
		return wrong_usage("which action?");
	return run(&options, version, argv[optind], argv + optind + 1);
}
