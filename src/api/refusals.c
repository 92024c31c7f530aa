/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the script and prints what is refused. Ids and times are made the same in every run, so that
 * the page is.
 */
#include "api/refusals.h"

#include "api/refusals_script.h"
#include "api/refusals_server.h"
#include "api/signature.h"
#include "base/encode.h"
#include "base/instant.h"
#include "base/log.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX (16 * 1024)
#define NAMES_MAX 8

/* What the script saved under a name. */
struct saved {
	char *name, *value;
};

struct run {
	struct service *service;
	struct saved saved[NAMES_MAX];
	char *examples[REASON_COUNT];
};

static void save(struct run *run, char *name, char *value)
{
	for (size_t i = 0; i < NAMES_MAX; i++)
		if (!run->saved[i].name) {
			run->saved[i] = (struct saved){ name, value };
			return;
		}
	free(name);
	free(value);
}

static const char *find_saved(const struct run *run, const char *name, size_t size)
{
	for (size_t i = 0; i < NAMES_MAX && run->saved[i].name; i++)
		if (strlen(run->saved[i].name) == size &&
			memcmp(run->saved[i].name, name, size) == 0)
			return run->saved[i].value;
	return "";
}

/* $name becomes what was saved; an own string. */
static char *fill_in(const struct run *run, const char *text)
{
	struct strbuf filled = STRBUF_INIT(TEXT_MAX);

	while (*text) {
		size_t size = 0;

		if (*text != '$') {
			strbuf_add_char(&filled, *text++);
			continue;
		}
		while (islower((unsigned char)text[1 + size]))
			size++;
		strbuf_add(&filled, find_saved(run, text + 1, size));
		text += 1 + size;
	}
	return strbuf_take(&filled);
}

/* Overwrites what is random behind the prefix of an id. */
static void even_out_id(char *text)
{
	static const char *const prefixes[] = { "vpc-", "vsw-", "vpn-", "cgw-", "vco-" };
	static const char sample[] = "0a1b2c3d4e5f6g7h8";

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		size_t prefix = strlen(prefixes[i]);

		if (strncmp(text, prefixes[i], prefix) == 0 &&
			strspn(text + prefix, "abcdefghijklmnopqrstuvwxyz0123456789") ==
				strlen(sample))
			memcpy(text + prefix, sample, strlen(sample));
	}
}

/* Overwrites the digits of "2026-11-25T17:18:28Z", also where the colons are encoded. */
static void even_out_time(char *text, const char *day)
{
	if (strncmp(text, day, strlen(day)) != 0)
		return;
	memcpy(text, "2026-01-01", strlen(day));
	for (text += strlen(day); *text && *text != 'Z'; text++)
		if (isdigit((unsigned char)*text) && (text[1] != 'A' && text[-1] != '%') &&
			strncmp(text - 2, "%25", 3) != 0 && strncmp(text - 1, "%25", 3) != 0)
			*text = '0';
}

static void even_out(char *text)
{
	char now[WALL_TEXT_SIZE];

	wall_format(wall_now_ms() / 1000, now);
	now[strlen("2026-01-01")] = '\0';
	for (; *text; text++) {
		even_out_id(text);
		even_out_time(text, now);
	}
}

/* Appends the signature, as a client of version 1 makes it. */
static char *sign(const char *query)
{
	AUTO_FREE char *stamped = NULL;
	AUTO_FREE char *string = NULL;
	struct secret *secret = secret_new(refusals_secret, strlen(refusals_secret));
	struct strbuf signed_query = STRBUF_INIT(TEXT_MAX);
	struct params params = {};
	char signature[SIGNATURE_V1_SIZE], now[WALL_TEXT_SIZE];

	wall_format(wall_now_ms() / 1000, now);
	stamped = xasprintf("%s&Timestamp=%s", query, now);
	if (params_add_form(&params, stamped, strlen(stamped)) == 0) {
		string = signature_v1_string("POST", &params);
		signature_v1(secret, string, signature);
		strbuf_addf(&signed_query, "%s&Signature=", stamped);
		percent_encode(&signed_query, signature, strlen(signature));
	}
	params_clear(&params);
	secret_free(secret);
	return strbuf_take(&signed_query);
}

static json_t *send(
	struct run *run, const struct refusal_step *step, const char *query, int *ret_status)
{
	AUTO_FREE char *versioned = strstr(query, "Version=") && !strstr(query, "SignatureVersion=")
					    ? xstrdup(query)
					    : xasprintf("%s&Version=" API_VERSION_VPC, query);
	AUTO_FREE char *whole = step->is_signed ? sign(versioned) : xstrdup(versioned);
	static const char host[] = "host=vpngw.example";
	struct http_request http = { .is_post = !step->method,
		.path = "/",
		.query = whole,
		.body = "",
		.source = "unix",
		.is_root = !step->is_signed && !step->is_stranger,
		.broken = step->broken };
	struct http_answer answer = {};
	json_t *body = NULL;

	if (params_add_form(&http.headers, host, strlen(host)) == 0) {
		service_handle(run->service, &http, &answer);
		body = json_loads(answer.text, JSON_REJECT_DUPLICATES, NULL);
	}
	params_clear(&http.headers);
	*ret_status = answer.status;
	free(answer.text);
	return body;
}

static bool is_code_of(enum reason reason, const char *code)
{
	if (reason == REASON_PARAMETER_MISSING)
		return strncmp(code, "Missing", strlen("Missing")) == 0;
	if (reason == REASON_PARAMETER_INVALID)
		return strncmp(code, "Invalid", strlen("Invalid")) == 0;
	return strcmp(code, reason_code(reason)) == 0;
}

static void keep(struct run *run, const struct refusal_step *step, const char *query, int status,
	const json_t *answer)
{
	const char *code = json_string_value(json_object_get(answer, "Code"));
	const char *message = json_string_value(json_object_get(answer, "Message"));

	if (!code || !message || !is_code_of(step->reason, code))
		return;
	run->examples[step->reason] = xasprintf("%s%s%s%s%s\n\n%d %s\n%s", query,
		*query && step->note ? " " : "", step->note ? "(" : "",
		step->note ? step->note : "", step->note ? ")" : "", status, code, message);
	even_out(run->examples[step->reason]);
}

static void make(struct run *run, const struct refusal_step *step)
{
	AUTO_FREE char *query = fill_in(run, step->query);
	int status;
	json_t *answer = send(run, step, query, &status);
	const char *member = step->save ? strchr(step->save, ' ') : NULL;
	const char *value = member ? json_string_value(json_object_get(answer, member + 1)) : NULL;

	if (value)
		save(run, xstrndup(step->save, (size_t)(member - step->save)), xstrdup(value));
	if (step->reason)
		keep(run, step, query, status, answer);
	json_decref(answer);
}

static void print(struct strbuf *buf, const struct run *run)
{
	for (int reason = REASON_NONE + 1; reason < REASON_COUNT; reason++) {
		struct fault fault = { .reason = (enum reason)reason };
		const char *example = run->examples[reason];

		if (!fault_status(&fault))
			continue;
		strbuf_addf(buf, "\n### %s\n\nStatus %d: %s%s\n\n", fault_code(&fault),
			fault_status(&fault), reason_text(fault.reason),
			reason_text(fault.reason)[strlen(reason_text(fault.reason)) - 1] == '.'
				? ""
				: ".");
		if (example)
			strbuf_addf(buf, "```text\n%s\n```\n", example);
		else
			strbuf_add(buf, "No action of this version refuses with it.\n");
	}
}

int refusals_write(struct strbuf *buf)
{
	CLEANUP(refusals_server_freep) struct refusals_server *server = NULL;
	char now[WALL_TEXT_SIZE];
	struct run run = {};
	int err;

	log_init("vpngw-api", (enum log_level)0);
	err = refusals_server_new(&server);
	if (err)
		return err;
	run.service = refusals_server_service(server);
	wall_format(wall_now_ms() / 1000, now);
	save(&run, xstrdup("now"), xstrdup(now));
	for (const struct refusal_step *step = refusal_script; step->query; step++)
		make(&run, step);
	print(buf, &run);
	for (size_t i = 0; i < NAMES_MAX; i++) {
		free(run.saved[i].name);
		free(run.saved[i].value);
	}
	for (int i = 0; i < REASON_COUNT; i++)
		free(run.examples[i]);
	return 0;
}
