/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See esp.h.
 */
#include "espd/esp.h"

#include "base/bytes.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/rand.h>
#include <string.h>

#define TRAILER 2

static size_t align_up(size_t size, size_t align)
{
	return (size + align - 1) / align * align;
}

size_t esp_size(const struct suite *suite, size_t inner_size)
{
	return ESP_HEADER + suite->iv_size + align_up(inner_size + TRAILER, suite->align) +
	       suite->icv_size;
}

size_t esp_inner_max(const struct suite *suite, size_t room)
{
	size_t fixed = (size_t)ESP_HEADER + suite->iv_size + suite->icv_size;

	if (room < fixed + suite->align)
		return 0;
	return (room - fixed) / suite->align * suite->align - TRAILER;
}

static void take_random(struct iv_stock *stock, uint8_t *ret, size_t size)
{
	if (stock->left < size) {
		/* Without randomness nothing may leave: the stock is never used twice. */
		if (RAND_bytes(stock->bytes, sizeof(stock->bytes)) != 1)
			abort();
		stock->left = sizeof(stock->bytes);
	}
	stock->left -= size;
	memcpy(ret, stock->bytes + stock->left, size);
}

uint8_t *esp_inner(const struct suite *suite, uint8_t *frame)
{
	return frame + ESP_HEADER + suite->iv_size;
}

void esp_frame(const struct suite *suite, uint32_t spi, uint64_t sequence, struct iv_stock *stock,
	size_t inner_size, uint8_t *ret)
{
	size_t pad = align_up(inner_size + TRAILER, suite->align) - inner_size - TRAILER;
	struct writer writer;
	uint8_t iv[16];

	writer_init(&writer, ret, (size_t)ESP_HEADER + suite->iv_size);
	write_bytes(&writer, &spi, sizeof(spi));
	write_u32(&writer, (uint32_t)sequence);
	if (suite->aead) {
		write_u64(&writer, sequence);
	} else {
		take_random(stock, iv, suite->iv_size);
		write_bytes(&writer, iv, suite->iv_size);
	}
	writer_init(&writer, esp_inner(suite, ret) + inner_size, pad + TRAILER);
	for (size_t i = 1; i <= pad; i++)
		write_u8(&writer, (uint8_t)i);
	write_u8(&writer, (uint8_t)pad);
	write_u8(&writer, ESP_NEXT_IPV4);
}

int esp_check(const struct suite *suite, size_t size)
{
	size_t fixed = (size_t)ESP_HEADER + suite->iv_size + suite->icv_size;

	if (size < fixed + suite->align || (size - fixed) % suite->align)
		return -EINVAL;
	return 0;
}

uint32_t esp_spi(const uint8_t *esp)
{
	uint32_t spi;

	memcpy(&spi, esp, sizeof(spi));
	return spi;
}

uint32_t esp_sequence(const uint8_t *esp)
{
	uint32_t sequence;

	memcpy(&sequence, esp + 4, sizeof(sequence));
	return ntohl(sequence);
}

int esp_unframe(const struct suite *suite, uint8_t *esp, size_t size, uint8_t *ret_next_header,
	uint8_t **ret_inner, size_t *ret_size)
{
	uint8_t *inner = esp + ESP_HEADER + suite->iv_size;
	size_t inner_size = size - ESP_HEADER - suite->iv_size - suite->icv_size;
	size_t pad = inner[inner_size - 2];

	if (pad + TRAILER > inner_size)
		return -EINVAL;
	for (size_t i = 0; i < pad; i++)
		if (inner[inner_size - TRAILER - pad + i] != i + 1)
			return -EINVAL;
	*ret_next_header = inner[inner_size - 1];
	*ret_inner = inner;
	*ret_size = inner_size - TRAILER - pad;
	return 0;
}
