/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKEv1 peers that sent an encrypted INFORMATIONAL message. An initiator of aggressive mode that
 * finds our hash wrong says so in one, encrypted with keys only it has; charon queues it behind the
 * unfinished phase 1 and in the end reports a timeout. This memory tells the two apart.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EARLY_MAX 256

/* The caller locks. Zeroed memory is an empty one. */
struct early {
	uint8_t spis[EARLY_MAX][8]; /* the initiator's */
	unsigned int next;
};

/* Looks at a received UDP payload. */
void early_note(struct early *early, const void *payload, size_t size);
/* Was there such a message for this initiator's SPI (as on the wire), among the last EARLY_MAX? */
bool early_has(const struct early *early, const uint8_t spi[8]);
