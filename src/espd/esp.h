/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frame of ESP in tunnel mode, RFC 4303 section 2: sizes, header, IV, padding, trailer. No
 * crypto and no SA here, only bytes and a suite. Pure, but for the random bytes of CBC's IVs.
 *
 *   SPI 4 | sequence 4 | IV | inner packet | 1 2 3 … | pad length 1 | next header 1 | ICV
 *                            └─────────── encrypted, a multiple of align ───────┘
 */
#pragma once

#include "base/alloc.h"
#include "espd/suite.h"

#include <stddef.h>
#include <stdint.h>

#define ESP_HEADER 8
#define ESP_SPI_MIN 256 /* 0..255 are reserved, RFC 4303 section 2.1 */
#define ESP_OVERHEAD_MAX (ESP_HEADER + 16 + 16 + 2 + SUITE_ICV_MAX)

enum { ESP_NEXT_IPV4 = 4, ESP_NEXT_IPV6 = 41, ESP_NEXT_NONE = 59 };

/* Random bytes for IVs in stock, so that a packet costs no call of the generator. One a worker. */
struct iv_stock {
	size_t left;
	uint8_t bytes[4096];
};

/* From the SPI to the ICV, for an inner packet of this size. */
size_t esp_size(const struct suite *suite, size_t inner_size);
/* The largest inner packet whose esp_size() is at most room; 0: none fits. */
size_t esp_inner_max(const struct suite *suite, size_t room);
/* Where the inner packet lies in a frame. */
uint8_t *esp_inner(const struct suite *suite, uint8_t *frame);
/* Writes everything around the inner packet, which is in its place, but the ICV. The IV is
 * unpredictable for CBC, the sequence number for AEAD. */
void esp_frame(const struct suite *suite, uint32_t spi, uint64_t sequence, struct iv_stock *stock,
	size_t inner_size, uint8_t *ret);
/* Could these bytes be an ESP packet of the suite? -EINVAL: too short or not aligned. */
MUST_CHECK int esp_check(const struct suite *suite, size_t size);
uint32_t esp_spi(const uint8_t *esp);      /* network order */
uint32_t esp_sequence(const uint8_t *esp); /* host order */
/* The payload of an opened packet, checked padding (section 2.4) taken off. -EINVAL. */
MUST_CHECK int esp_unframe(const struct suite *suite, uint8_t *esp, size_t size,
	uint8_t *ret_next_header, uint8_t **ret_inner, size_t *ret_size);
