/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cuts the stream into lines and tells their codes. Knows no command.
 */
#include "drivers/bgp/reply.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define CODE_SIZE 4

static bool has_code(const char *line)
{
	for (int i = 0; i < CODE_SIZE; i++)
		if (!isdigit((unsigned char)line[i]))
			return false;
	return line[CODE_SIZE] == ' ' || line[CODE_SIZE] == '-';
}

static unsigned int code_of(const char *line)
{
	unsigned int code = 0;

	for (int i = 0; i < CODE_SIZE; i++)
		code = 10 * code + (unsigned int)(line[i] - '0');
	return code;
}

static int take_line(
	struct bird_reply *reply, void (*call)(void *arg, const struct bird_line *line), void *arg)
{
	const char *text = reply->line;
	struct bird_line line;

	if (*text == '+')
		return 0;
	if (*text == ' ' && reply->is_begun) {
		line = (struct bird_line){ reply->code, text + 1, false };
	} else if (has_code(text)) {
		line = (struct bird_line){ code_of(text), text + CODE_SIZE + 1,
			text[CODE_SIZE] == ' ' };
		reply->code = line.code;
		reply->is_begun = !line.is_last;
	} else {
		return -EBADMSG;
	}
	call(arg, &line);
	return 0;
}

int bird_reply_feed(struct bird_reply *reply, const char *bytes, size_t size,
	void (*line)(void *arg, const struct bird_line *line), void *arg)
{
	int err = 0;

	for (size_t i = 0; i < size && !err; i++) {
		if (bytes[i] == '\0')
			return -EBADMSG;
		if (bytes[i] != '\n') {
			if (reply->size == BIRD_LINE_MAX)
				return -EBADMSG;
			reply->line[reply->size++] = bytes[i];
			continue;
		}
		reply->line[reply->size] = '\0';
		reply->size = 0;
		err = take_line(reply, line, arg);
	}
	return err;
}

bool bird_code_is_error(unsigned int code)
{
	return code >= 8000;
}
