/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/bytes and base/secret: nothing leaves its bounds, errors stick, secrets compare by content.
 */
#include "support/unit.h"

#include "base/bytes.h"
#include "base/secret.h"

static void test_reader_sticks(void **state)
{
	static const uint8_t input[] = { 1, 0x02, 0x03, 4 };
	struct reader reader;

	(void)state;
	reader_init(&reader, input, sizeof(input));
	assert_int_equal(read_u8(&reader), 1);
	assert_int_equal(read_u16(&reader), 0x0203);
	assert_int_equal(reader_left(&reader), 1);
	assert_int_equal(read_u32(&reader), 0);
	assert_true(reader.failed);
	assert_int_equal(read_u8(&reader), 0); /* although one byte is there */
	assert_null(read_bytes(&reader, 1));
	reader_init(&reader, NULL, 0);
	assert_int_equal(reader_left(&reader), 0);
}

static void test_writer_sticks(void **state)
{
	uint8_t output[6] = { 0 };
	struct writer writer;

	(void)state;
	writer_init(&writer, output, 5);
	write_u32(&writer, 0x01020304);
	write_u16(&writer, 0xffff);
	assert_true(writer.failed);
	write_u8(&writer, 9);
	assert_int_equal(writer_size(&writer), 4);
	assert_memory_equal(output, "\x01\x02\x03\x04\x00\x00", 6);
}

static void test_round_trip(void **state)
{
	(void)state;
	for (int i = 0; i < 500; i++) {
		uint64_t value = unit_next();
		uint8_t bytes[15];
		struct writer writer;
		struct reader reader;

		writer_init(&writer, bytes, sizeof(bytes));
		write_u64(&writer, value);
		write_u32(&writer, (uint32_t)value);
		write_u16(&writer, (uint16_t)value);
		write_u8(&writer, (uint8_t)value);
		assert_false(writer.failed);
		reader_init(&reader, bytes, writer_size(&writer));
		assert_true(read_u64(&reader) == value);
		assert_int_equal(read_u32(&reader), (uint32_t)value);
		assert_int_equal(read_u16(&reader), (uint16_t)value);
		assert_int_equal(read_u8(&reader), (uint8_t)value);
		assert_false(reader.failed);
	}
}

static void test_secret(void **state)
{
	AUTO_SECRET struct secret *a = secret_new("abc", 3);
	AUTO_SECRET struct secret *b = secret_dup(a);
	AUTO_SECRET struct secret *c = secret_new("abd", 3);
	AUTO_SECRET struct secret *d = secret_new("ab", 2);
	char text[33];

	(void)state;
	assert_true(secret_equal(a, b));
	assert_false(secret_equal(a, c));
	assert_false(secret_equal(a, d));
	assert_int_equal(a->bytes[3], 0);
	assert_null(secret_dup(NULL));
	random_text("ab", text, 32);
	assert_int_equal(strspn(text, "ab"), 32);
}

static void test_many_secrets(void **state)
{
	enum { LEN = 30000 }; /* more guarded allocations than a process has mappings for */
	struct secret **secrets = xcalloc(LEN, sizeof(struct secret *));
	const uint8_t *place;

	(void)state;
	for (uint32_t i = 0; i < LEN; i++)
		secrets[i] = secret_new(&i, sizeof(i));
	for (uint32_t i = 0; i < LEN; i++)
		assert_memory_equal(secrets[i]->bytes, &i, sizeof(i));
	place = secrets[LEN - 1]->bytes;
	for (uint32_t i = 0; i < LEN; i++)
		secret_free(secrets[i]);
	for (size_t i = sizeof(void *); i < 64; i++)
		assert_int_equal(place[i], 0); /* wiped, but for the link of the free ones */
	free(secrets);
}

static void test_long_secret(void **state)
{
	char text[1000];
	AUTO_SECRET struct secret *secret = NULL;

	(void)state;
	memset(text, 'x', sizeof(text));
	secret = secret_new(text, sizeof(text));
	assert_memory_equal(secret->bytes, text, sizeof(text));
	assert_int_equal(secret->bytes[sizeof(text)], 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reader_sticks),
		cmocka_unit_test(test_writer_sticks),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_secret),
		cmocka_unit_test(test_many_secrets),
		cmocka_unit_test(test_long_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
