/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The slots of recently seen IKEv1 SPI pairs. Knows the first 18 bytes of the IKE header and the
 * non-ESP marker (RFC 3948 section 2.2) and nothing else; no clock, no lock, no strongSwan.
 */
#include "charon/pacing.h"

#include <stdbool.h>
#include <string.h>

#define MARKER_SIZE 4
#define IKE_HEADER_SIZE 28
#define IKE_VERSION_OFFSET 17

static const uint8_t *ikev1_header(const uint8_t *payload, size_t size)
{
	static const uint8_t marker[MARKER_SIZE];

	if (size >= MARKER_SIZE && memcmp(payload, marker, MARKER_SIZE) == 0) {
		payload += MARKER_SIZE;
		size -= MARKER_SIZE;
	}
	if (size < IKE_HEADER_SIZE || payload[IKE_VERSION_OFFSET] >> 4 != 1)
		return NULL;
	return payload;
}

static uint32_t slot_of(const uint8_t *spis)
{
	uint32_t hash = 2166136261U; /* FNV-1a */

	for (size_t i = 0; i < 16; i++)
		hash = (hash ^ spis[i]) * 16777619U;
	return hash % PACING_SLOTS;
}

int64_t pacing_due(struct pacing *pacing, const void *payload, size_t size, int64_t now_ns)
{
	const uint8_t *header = ikev1_header(payload, size);
	int64_t due_ns = now_ns;

	if (!header)
		return now_ns;

	uint32_t slot = slot_of(header);

	if (memcmp(pacing->slot[slot].spis, header, 16) == 0 &&
		pacing->slot[slot].due_ns + PACING_GAP_NS > now_ns)
		due_ns = pacing->slot[slot].due_ns + PACING_GAP_NS;
	memcpy(pacing->slot[slot].spis, header, 16);
	pacing->slot[slot].due_ns = due_ns;
	return due_ns;
}
