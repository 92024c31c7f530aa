/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Byte cursors. Knows bounds and byte order, not what the bytes mean.
 */
#include "base/bytes.h"

#include <string.h>

void reader_init(struct reader *reader, const void *bytes, size_t size)
{
	reader->at = bytes;
	reader->end = size ? reader->at + size : reader->at;
	reader->failed = false;
}

size_t reader_left(const struct reader *reader)
{
	return reader->failed ? 0 : (size_t)(reader->end - reader->at);
}

const uint8_t *read_bytes(struct reader *reader, size_t size)
{
	const uint8_t *bytes = reader->at;

	if (reader->failed || size > reader_left(reader)) {
		reader->failed = true;
		return NULL;
	}
	if (size)
		reader->at += size;
	return bytes;
}

static uint64_t read_integer(struct reader *reader, size_t size)
{
	const uint8_t *bytes = read_bytes(reader, size);
	uint64_t value = 0;

	for (size_t i = 0; bytes && i < size; i++)
		value = value << 8 | bytes[i];
	return value;
}

uint8_t read_u8(struct reader *reader)
{
	return (uint8_t)read_integer(reader, 1);
}

uint16_t read_u16(struct reader *reader)
{
	return (uint16_t)read_integer(reader, 2);
}

uint32_t read_u32(struct reader *reader)
{
	return (uint32_t)read_integer(reader, 4);
}

uint64_t read_u64(struct reader *reader)
{
	return read_integer(reader, 8);
}

void writer_init(struct writer *writer, void *buffer, size_t size)
{
	writer->start = writer->at = buffer;
	writer->end = writer->start + size;
	writer->failed = false;
}

size_t writer_size(const struct writer *writer)
{
	return (size_t)(writer->at - writer->start);
}

void write_bytes(struct writer *writer, const void *bytes, size_t size)
{
	if (writer->failed || size > (size_t)(writer->end - writer->at)) {
		writer->failed = true;
		return;
	}
	if (!size)
		return;
	memcpy(writer->at, bytes, size);
	writer->at += size;
}

static void write_integer(struct writer *writer, uint64_t value, size_t size)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
	write_bytes(writer, bytes, size);
}

void write_u8(struct writer *writer, uint8_t value)
{
	write_integer(writer, value, 1);
}

void write_u16(struct writer *writer, uint16_t value)
{
	write_integer(writer, value, 2);
}

void write_u32(struct writer *writer, uint32_t value)
{
	write_integer(writer, value, 4);
}

void write_u64(struct writer *writer, uint64_t value)
{
	write_integer(writer, value, 8);
}
