/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Building and reading echo packets; every byte that is read was bounds-checked.
 */
#include "drivers/health/echo.h"

#include "base/bytes.h"
#include "base/checksum.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

enum { HEADER_SIZE = 20, ECHO_REPLY = 0, ECHO_REQUEST = 8, TTL = 64 };

static const char data[] = "vpngw/hc";

static void seal(uint8_t *bytes, size_t size, size_t at)
{
	uint16_t checksum = internet_checksum(bytes, size);

	memcpy(bytes + at, &checksum, sizeof(checksum));
}

void echo_request(const struct echo *echo, uint8_t ret[static ECHO_SIZE])
{
	struct writer writer;

	writer_init(&writer, ret, ECHO_SIZE);
	write_u8(&writer, 4 << 4 | HEADER_SIZE / 4);
	write_u8(&writer, 0);
	write_u16(&writer, ECHO_SIZE);
	write_u32(&writer, 0);
	write_u8(&writer, TTL);
	write_u8(&writer, IPPROTO_ICMP);
	write_u16(&writer, 0);
	write_bytes(&writer, &echo->source.v4, 4);
	write_bytes(&writer, &echo->destination.v4, 4);
	write_u8(&writer, ECHO_REQUEST);
	write_u8(&writer, 0);
	write_u16(&writer, 0);
	write_u16(&writer, echo->id);
	write_u16(&writer, echo->sequence);
	write_bytes(&writer, data, 8);
	seal(ret, HEADER_SIZE, 10);
	seal(ret + HEADER_SIZE, ECHO_SIZE - HEADER_SIZE, 2);
}

static int parse_icmp(struct reader *reader, size_t size, struct echo *ret)
{
	const uint8_t *message = reader->at;

	if (size < 8 || reader_left(reader) < size || internet_checksum(message, size) != 0)
		return -EINVAL;
	if (read_u8(reader) != ECHO_REPLY || read_u8(reader) != 0)
		return -EINVAL;
	(void)read_u16(reader);
	ret->id = read_u16(reader);
	ret->sequence = read_u16(reader);
	return 0;
}

int echo_parse_reply(const uint8_t *packet, size_t size, struct echo *ret)
{
	struct echo echo = { 0 };
	struct reader reader;
	size_t header_size, total;
	uint8_t first;

	reader_init(&reader, packet, size);
	first = read_u8(&reader);
	header_size = (size_t)(first & 15) * 4;
	(void)read_u8(&reader);
	total = read_u16(&reader);
	(void)read_u16(&reader);
	/* a fragment is no whole answer */
	if (first >> 4 != 4 || header_size < HEADER_SIZE || total < header_size || total > size ||
		(read_u16(&reader) & 0x3fff) != 0)
		return -EINVAL;
	(void)read_u8(&reader);
	if (read_u8(&reader) != IPPROTO_ICMP || internet_checksum(packet, header_size) != 0)
		return -EINVAL;
	(void)read_u16(&reader);
	memcpy(&echo.source.v4, packet + 12, 4);
	memcpy(&echo.destination.v4, packet + 16, 4);
	reader_init(&reader, packet + header_size, total - header_size);
	if (parse_icmp(&reader, total - header_size, &echo) < 0)
		return -EINVAL;
	*ret = echo;
	return 0;
}
