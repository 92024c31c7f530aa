/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing string that has a maximum: no buffer in this program is without one. Appending past the
 * maximum truncates nothing and marks the buffer failed; check once at the end with
 * strbuf_failed().
 */
#pragma once

#include "base/alloc.h"

#include <stdbool.h>
#include <stddef.h>

struct strbuf {
	char *text; /* always NUL-terminated once something was appended, else NULL */
	size_t size, room, max;
	bool failed;
	bool is_secret; /* nothing is left behind where it stood when it grows or is dropped */
};

/* max: bytes of text at most, without the final NUL. */
#define STRBUF_INIT(maximum)                                                                       \
	{                                                                                          \
		.max = (maximum)                                                                   \
	}
#define STRBUF_SECRET_INIT(maximum)                                                                \
	{                                                                                          \
		.max = (maximum), .is_secret = true                                                \
	}
#define AUTO_STRBUF CLEANUP(strbuf_done)

void strbuf_done(struct strbuf *buf);
void strbuf_add(struct strbuf *buf, const char *text);
void strbuf_add_bytes(struct strbuf *buf, const void *bytes, size_t size);
void strbuf_add_char(struct strbuf *buf, char c);
void strbuf_addf(struct strbuf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool strbuf_failed(const struct strbuf *buf);
/* The text so far, "" when empty; borrowed. */
const char *strbuf_text(const struct strbuf *buf);
/* The text as an own string (a secret one is the caller's to wipe), the buffer is empty afterwards.
 */
char *strbuf_take(struct strbuf *buf);
