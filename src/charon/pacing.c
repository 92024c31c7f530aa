/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The slots of SPI pairs that were seen in aggressive mode. Knows the first 19 bytes of the IKE
 * header (RFC 2408 section 3.1) and the non-ESP marker (RFC 3948 section 2.2); no clock, no lock,
 * no strongSwan.
 */
#include "charon/pacing.h"

#include <string.h>

#define MARKER_SIZE 4
#define IKE_HEADER_SIZE 28
#define VERSION_OFFSET 17
#define EXCHANGE_OFFSET 18
#define EXCHANGE_AGGRESSIVE 4

const uint8_t *pacing_spis(const void *payload, size_t size)
{
	static const uint8_t marker[MARKER_SIZE];
	const uint8_t *header = payload;

	if (size >= MARKER_SIZE && memcmp(header, marker, MARKER_SIZE) == 0) {
		header += MARKER_SIZE;
		size -= MARKER_SIZE;
	}
	if (size < IKE_HEADER_SIZE || header[VERSION_OFFSET] >> 4 != 1)
		return NULL;
	return header;
}

static uint32_t slot_of(const uint8_t *spis)
{
	uint32_t hash = 2166136261U; /* FNV-1a */

	for (size_t i = 0; i < PACING_SPIS_SIZE; i++)
		hash = (hash ^ spis[i]) * 16777619U;
	return hash % PACING_SLOTS;
}

int64_t pacing_due(
	struct pacing *pacing, const void *payload, size_t size, int64_t now_ns, int64_t hold_ns)
{
	const uint8_t *header = pacing_spis(payload, size);
	int64_t due_ns = now_ns;
	uint32_t slot;

	if (!header)
		return now_ns;
	slot = slot_of(header);
	if (memcmp(pacing->slot[slot].spis, header, PACING_SPIS_SIZE) == 0 &&
		pacing->slot[slot].until_ns > now_ns)
		due_ns = pacing->slot[slot].until_ns;
	if (header[EXCHANGE_OFFSET] == EXCHANGE_AGGRESSIVE) {
		memcpy(pacing->slot[slot].spis, header, PACING_SPIS_SIZE);
		pacing->slot[slot].until_ns = due_ns + hold_ns;
	}
	return due_ns;
}

void pacing_release(struct pacing *pacing, const uint8_t spis[PACING_SPIS_SIZE])
{
	uint32_t slot = slot_of(spis);

	if (memcmp(pacing->slot[slot].spis, spis, PACING_SPIS_SIZE) == 0)
		pacing->slot[slot].until_ns = 0;
}
