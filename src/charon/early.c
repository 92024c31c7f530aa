/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A ring of initiator SPIs. Knows the IKEv1 header, RFC 2408 section 3.1; no lock, no strongSwan.
 */
#include "charon/early.h"

#include <string.h>

#define MARKER_SIZE 4
#define IKE_HEADER_SIZE 28
#define VERSION_OFFSET 17
#define EXCHANGE_OFFSET 18
#define FLAGS_OFFSET 19
#define EXCHANGE_INFORMATIONAL 5
#define FLAG_ENCRYPTED 1

void early_note(struct early *early, const void *payload, size_t size)
{
	static const uint8_t marker[MARKER_SIZE];
	const uint8_t *header = payload;

	if (size >= MARKER_SIZE && memcmp(header, marker, MARKER_SIZE) == 0) {
		header += MARKER_SIZE;
		size -= MARKER_SIZE;
	}
	if (size < IKE_HEADER_SIZE || header[VERSION_OFFSET] >> 4 != 1 ||
		header[EXCHANGE_OFFSET] != EXCHANGE_INFORMATIONAL ||
		!(header[FLAGS_OFFSET] & FLAG_ENCRYPTED) || early_has(early, header))
		return;
	memcpy(early->spis[early->next++ % EARLY_MAX], header, 8);
}

bool early_has(const struct early *early, const uint8_t spi[8])
{
	for (size_t i = 0; i < EARLY_MAX; i++) {
		if (memcmp(early->spis[i], spi, 8) == 0)
			return true;
	}
	return false;
}
