/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes JSON as text, compact, with members in the order they were set, byte for byte as
 * json_dumps(JSON_COMPACT) does; but a value may be written by somebody else, who has it as text
 * already or wants to know where it stands.
 */
#pragma once

#include "base/strbuf.h"

#include <jansson.h>

struct json_text {
	struct strbuf *buf;
	/* Writes a value itself and says so; name: of the member, NULL for one of an array. May be
	 * NULL. */
	bool (*writes)(void *arg, const char *name, const json_t *value);
	void *arg;
};

/* name: what writes() is told of the value; NULL for a whole text. */
void json_text_write(const struct json_text *text, const char *name, const json_t *value);
/* A string with its quotes. bytes: UTF-8. */
void json_text_string(struct strbuf *buf, const char *bytes, size_t size);
