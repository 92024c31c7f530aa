/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cursors over byte strings with a sticky error: read or write freely, check once at the end.
 * Integers are big-endian, as on the wire. A reader never leaves its bytes, a writer never its
 * buffer; after the first step too far every read gives zeroes and every write is dropped.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader {
	const uint8_t *at, *end;
	bool failed;
};

struct writer {
	uint8_t *start, *at, *end;
	bool failed;
};

void reader_init(struct reader *reader, const void *bytes, size_t size);
size_t reader_left(const struct reader *reader);
uint8_t read_u8(struct reader *reader);
uint16_t read_u16(struct reader *reader);
uint32_t read_u32(struct reader *reader);
uint64_t read_u64(struct reader *reader);
/* The next size bytes, borrowed from the input; NULL (and failed) when there are fewer. */
const uint8_t *read_bytes(struct reader *reader, size_t size);

void writer_init(struct writer *writer, void *buffer, size_t size);
size_t writer_size(const struct writer *writer);
void write_u8(struct writer *writer, uint8_t value);
void write_u16(struct writer *writer, uint16_t value);
void write_u32(struct writer *writer, uint32_t value);
void write_u64(struct writer *writer, uint64_t value);
void write_bytes(struct writer *writer, const void *bytes, size_t size);
