/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of initiator SPIs. Knows the SPIs of the IKE header (RFC 7296 section 3.1, the same in
 * RFC 2408) and the non-ESP marker; no clock, no lock, no strongSwan.
 */
#include "charon/opening.h"

#include <string.h>

#define MARKER_SIZE 4
#define IKE_HEADER_SIZE 28
#define SPI_SIZE 8

static const uint8_t zeros[SPI_SIZE];

static const uint8_t *header_of(const void *payload, size_t size)
{
	const uint8_t *header = payload;

	if (size >= MARKER_SIZE && memcmp(header, zeros, MARKER_SIZE) == 0) {
		header += MARKER_SIZE;
		size -= MARKER_SIZE;
	}
	return size < IKE_HEADER_SIZE ? NULL : header;
}

/* Our own SPIs are random. */
static uint32_t slot_of(const uint8_t *spi)
{
	uint32_t word;

	memcpy(&word, spi, sizeof(word));
	return word % OPENING_SLOTS;
}

void opening_sent(struct opening *opening, const void *payload, size_t size, int64_t now_ns)
{
	const uint8_t *header = header_of(payload, size);
	uint32_t slot;

	if (!header || memcmp(header + SPI_SIZE, zeros, SPI_SIZE) != 0)
		return;
	slot = slot_of(header);
	if (memcmp(opening->slot[slot].spi, header, SPI_SIZE) == 0)
		return;
	memcpy(opening->slot[slot].spi, header, SPI_SIZE);
	opening->slot[slot].sent_ns = now_ns;
}

int64_t opening_due(const struct opening *opening, const void *payload, size_t size, int64_t due_ns)
{
	const uint8_t *header = header_of(payload, size);
	uint32_t slot;

	if (!header)
		return due_ns;
	slot = slot_of(header);
	if (memcmp(opening->slot[slot].spi, header, SPI_SIZE) != 0 ||
		opening->slot[slot].sent_ns + OPENING_HOLD_NS <= due_ns)
		return due_ns;
	return opening->slot[slot].sent_ns + OPENING_HOLD_NS;
}
