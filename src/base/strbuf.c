/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounded growing strings. Knows nothing of encodings.
 */
#include "base/strbuf.h"

#include "base/secret.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void strbuf_done(struct strbuf *buf)
{
	(buf->is_secret ? free_wiped : free)(buf->text);
	*buf = (struct strbuf){ .max = buf->max, .is_secret = buf->is_secret };
}

static void grow(struct strbuf *buf, size_t room)
{
	if (buf->is_secret) {
		char *text = xmalloc(room);

		if (buf->text)
			memcpy(text, buf->text, buf->size + 1);
		free_wiped(buf->text);
		buf->text = text;
	} else {
		buf->text = xrealloc(buf->text, room);
	}
	buf->room = room;
}

static bool reserve(struct strbuf *buf, size_t size)
{
	size_t room = buf->room ? buf->room : 64;

	if (buf->failed || size > buf->max - buf->size) {
		buf->failed = true;
		return false;
	}
	while (room < buf->size + size + 1)
		room *= 2;
	if (room != buf->room)
		grow(buf, room);
	return true;
}

void strbuf_add_bytes(struct strbuf *buf, const void *bytes, size_t size)
{
	if (!reserve(buf, size))
		return;
	if (size)
		memcpy(buf->text + buf->size, bytes, size);
	buf->size += size;
	buf->text[buf->size] = '\0';
}

void strbuf_add(struct strbuf *buf, const char *text)
{
	strbuf_add_bytes(buf, text, strlen(text));
}

void strbuf_add_char(struct strbuf *buf, char c)
{
	strbuf_add_bytes(buf, &c, 1);
}

void strbuf_addf(struct strbuf *buf, const char *format, ...)
{
	va_list args, again;
	int size;

	va_start(args, format);
	va_copy(again, args);
	size = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (size >= 0 && reserve(buf, (size_t)size)) {
		vsnprintf(buf->text + buf->size, (size_t)size + 1, format, again);
		buf->size += (size_t)size;
	}
	va_end(again);
}

bool strbuf_failed(const struct strbuf *buf)
{
	return buf->failed;
}

const char *strbuf_text(const struct strbuf *buf)
{
	return buf->text ? buf->text : "";
}

char *strbuf_take(struct strbuf *buf)
{
	char *text = buf->text ? TAKE_PTR(buf->text) : xstrdup("");

	strbuf_done(buf);
	return text;
}
