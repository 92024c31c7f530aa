/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Query and form (the parts of the input around the first newline) through decoding, the table
 * checks and the version-1 string. What was decoded must come out the same when encoded again.
 */
#include "api/check.h"
#include "api/signature.h"
#include "base/encode.h"
#include "base/strbuf.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const words[] = { "red", "green", NULL };
static const struct parameter rows[] = {
	{ .name = "Id", .type = PARAM_STRING, .min = 1, .max = 10 },
	{ .name = "Word", .type = PARAM_STRING, .values = words },
	{ .name = "Number", .type = PARAM_INTEGER, .min = 5, .max = 100 },
	{ .name = "Flag", .type = PARAM_BOOL },
	{ .name = "Config", .type = PARAM_JSON },
	{ .name = "List", .type = PARAM_LIST, .max = 5 },
	{ .name = "Tag", .type = PARAM_TAGS, .max = 5 },
	{ 0 },
};

static void expect_same_again(const struct params *params)
{
	AUTO_STRBUF struct strbuf text = STRBUF_INIT(16 * 1024 * 1024);
	struct params again = { 0 };

	for (size_t i = 0; i < params->len; i++) {
		percent_encode(&text, params->items[i].name, strlen(params->items[i].name));
		strbuf_add_char(&text, '=');
		percent_encode(&text, params->items[i].value, strlen(params->items[i].value));
		strbuf_add_char(&text, '&');
	}
	assert(params_add_form(&again, strbuf_text(&text), text.size) == 0);
	assert(again.len == params->len);
	for (size_t i = 0; i < again.len; i++)
		assert(!strcmp(again.items[i].name, params->items[i].name) &&
			!strcmp(again.items[i].value, params->items[i].value));
	params_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct action action = { .name = "Fuzz", .parameters = rows };
	const char *text = (const char *)data;
	const char *line = size ? memchr(text, '\n', size) : NULL;
	size_t query_size = line ? (size_t)(line - text) : size;
	struct params params = { 0 };
	struct fault fault = { 0 };

	if (size > 64 * 1024)
		return 0;
	if (!params_add_form(&params, text, query_size) &&
		(!line || !params_add_form(&params, line + 1, size - query_size - 1))) {
		AUTO_FREE char *string = signature_v1_string("GET", &params);
		char message[1024];

		assert(!strncmp(string, "GET&%2F&", 8));
		expect_same_again(&params);
		if (check_parameters(&action, &params, &fault) < 0) {
			assert(fault.reason != REASON_NONE && fault_status(&fault) == 400);
			fault_message(&fault, message, sizeof(message));
		}
	}
	params_clear(&params);
	return 0;
}
