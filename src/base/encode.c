/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text encodings of bytes. Knows no URL syntax beyond one component.
 */
#include "base/encode.h"

#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

void hex_encode(const void *bytes, size_t size, char *ret)
{
	sodium_bin2hex(ret, 2 * size + 1, bytes, size);
}

int hex_decode(const char *text, void *ret, size_t max)
{
	uint8_t *out = ret;
	size_t size = strlen(text);

	if (size % 2 || size / 2 > max)
		return -EINVAL;
	for (size_t i = 0; i < size / 2; i++) {
		int high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return (int)(size / 2);
}

char *base64_encode(const void *bytes, size_t size)
{
	size_t room = sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL);
	char *text = xmalloc(room);

	return sodium_bin2base64(text, room, bytes, size, sodium_base64_VARIANT_ORIGINAL);
}

void percent_encode(struct strbuf *buf, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 128 && (isalnum(c) || strchr("-_.~", c)) && c)
			strbuf_add_char(buf, (char)c);
		else
			strbuf_addf(buf, "%%%02X", (unsigned int)c);
	}
}

int percent_decode(const char *text, size_t size, char **ret)
{
	AUTO_FREE char *out = xmalloc(size + 1);
	size_t len = 0;

	for (size_t i = 0; i < size; i++) {
		int c = (unsigned char)text[i];

		if (c == '%') {
			bool whole = size - i > 2;
			int high = whole ? hex_value(text[i + 1]) : -1;
			int low = whole ? hex_value(text[i + 2]) : -1;

			if (high < 0 || low < 0)
				return -EINVAL;
			c = high << 4 | low;
			i += 2;
		} else if (c == '+') {
			c = ' ';
		}
		if (!c)
			return -EINVAL;
		out[len++] = (char)c;
	}
	out[len] = '\0';
	*ret = TAKE_PTR(out);
	return 0;
}
