/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replies of BIRD's control socket: whole, in pieces of every size, and such as BIRD never sends.
 */
#include "support/unit.h"

#include "drivers/bgp/reply.h"

#include <errno.h>

struct heard {
	char text[4096];
	unsigned int lines, ends;
};

static void hear(void *arg, const struct bird_line *line)
{
	struct heard *heard = arg;
	size_t size = strlen(heard->text);

	snprintf(heard->text + size, sizeof(heard->text) - size, "%u%c%s\n", line->code,
		line->is_last ? '.' : '-', line->text);
	heard->lines++;
	heard->ends += line->is_last;
}

static int feed(struct bird_reply *reply, const char *text, size_t piece, struct heard *heard)
{
	size_t size = strlen(text);
	int err = 0;

	for (size_t at = 0; at < size && !err; at += piece)
		err = bird_reply_feed(
			reply, text + at, size - at < piece ? size - at : piece, hear, heard);
	return err;
}

static void test_pieces(void **state)
{
	static const char text[] = "0001 BIRD 2.0.12 ready.\n"
				   "2002-Name  Proto\n"
				   "1002-vco1  BGP\n"
				   " vco2  BGP\n"
				   "+0016 a line of the log\n"
				   " \n"
				   "0000 \n"
				   "8003 No protocols match\n";

	(void)state;
	for (size_t piece = 1; piece < sizeof(text); piece++) {
		struct bird_reply reply = { 0 };
		struct heard heard = { 0 };

		assert_int_equal(feed(&reply, text, piece, &heard), 0);
		assert_string_equal(heard.text, "1.BIRD 2.0.12 ready.\n2002-Name  Proto\n"
						"1002-vco1  BGP\n1002-vco2  BGP\n1002-\n0.\n"
						"8003.No protocols match\n");
		assert_int_equal(heard.ends, 3);
	}
}

static void test_partial_line_waits(void **state)
{
	struct bird_reply reply = { 0 };
	struct heard heard = { 0 };

	(void)state;
	assert_int_equal(feed(&reply, "0003 Reconf", 4, &heard), 0);
	assert_int_equal(heard.lines, 0);
	assert_int_equal(feed(&reply, "igured\n", 4, &heard), 0);
	assert_string_equal(heard.text, "3.Reconfigured\n");
}

static void test_malformed(void **state)
{
	static const char *const bad[] = { "hello\n", "12 short\n", "001x no code\n", "0001+plus\n",
		" continued without a beginning\n", "\n", "0000\n", "0003 done\n more\n" };
	char line[BIRD_LINE_MAX + 8];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct bird_reply reply = { 0 };
		struct heard heard = { 0 };

		if (feed(&reply, bad[i], 64, &heard) != -EBADMSG)
			fail_msg("accepted: %s", bad[i]);
	}
	memset(line, 'x', sizeof(line));
	memcpy(line, "1002-", 5);
	line[sizeof(line) - 2] = '\n';
	line[sizeof(line) - 1] = '\0';
	assert_int_equal(feed(&(struct bird_reply){ 0 }, line, sizeof(line), &(struct heard){ 0 }),
		-EBADMSG);
	assert_int_equal(bird_reply_feed(&(struct bird_reply){ 0 }, "0001 a\0b\n", 9, hear,
				 &(struct heard){ 0 }),
		-EBADMSG);
}

static void test_random_bytes(void **state)
{
	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct bird_reply reply = { 0 };
		struct heard heard = { 0 };
		char bytes[64];

		unit_random(bytes, sizeof(bytes));
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = "0123 -+\n\tabc"[(unsigned char)bytes[i] % 12];
		if (bird_reply_feed(&reply, bytes, sizeof(bytes), hear, &heard) == 0)
			assert_true(reply.size <= sizeof(bytes));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_partial_line_waits),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_random_bytes),
	};

	return cmocka_run_group_tests_name("bgp reply", tests, NULL, NULL);
}
