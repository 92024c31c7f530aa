/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of messages that went on lately. Knows the IKEv2 header (RFC 7296 section 3.1) and the
 * non-ESP marker; no clock, no lock, no strongSwan.
 */
#include "charon/crossing.h"

#include <string.h>

#define MARKER_SIZE 4
#define IKE_HEADER_SIZE 28
#define SPIS_SIZE 16
#define VERSION_OFFSET 17
#define FLAGS_OFFSET 19
#define FLAG_RESPONSE 0x20
#define ID_OFFSET 20

static const uint8_t *header_of(const void *payload, size_t size)
{
	static const uint8_t marker[MARKER_SIZE];
	const uint8_t *header = payload;

	if (size >= MARKER_SIZE && memcmp(header, marker, MARKER_SIZE) == 0) {
		header += MARKER_SIZE;
		size -= MARKER_SIZE;
	}
	return size < IKE_HEADER_SIZE || header[VERSION_OFFSET] >> 4 != 2 ? NULL : header;
}

static uint32_t slot_of(const uint8_t key[CROSSING_KEY_SIZE])
{
	uint32_t hash = 2166136261U; /* FNV-1a */

	for (size_t i = 0; i < CROSSING_KEY_SIZE; i++)
		hash = (hash ^ key[i]) * 16777619U;
	return hash % CROSSING_SLOTS;
}

int64_t crossing_due(struct crossing *crossing, const void *payload, size_t size, int64_t due_ns)
{
	const uint8_t *header = header_of(payload, size);
	uint8_t key[CROSSING_KEY_SIZE];
	bool is_response;
	uint32_t slot;

	if (!header)
		return due_ns;
	memcpy(key, header, SPIS_SIZE);
	memcpy(key + SPIS_SIZE, header + ID_OFFSET, sizeof(key) - SPIS_SIZE);
	is_response = header[FLAGS_OFFSET] & FLAG_RESPONSE;
	slot = slot_of(key);
	if (memcmp(crossing->slot[slot].key, key, sizeof(key)) == 0 &&
		crossing->slot[slot].is_response != is_response &&
		crossing->slot[slot].until_ns > due_ns)
		due_ns = crossing->slot[slot].until_ns;
	memcpy(crossing->slot[slot].key, key, sizeof(key));
	crossing->slot[slot].is_response = is_response;
	crossing->slot[slot].until_ns = due_ns + CROSSING_HOLD_NS;
	return due_ns;
}
