/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first packets of a tunnel that has no outbound SA yet, kept until one arrives. All memory is
 * taken with the tunnel; what does not fit is refused, so the packet that woke the tunnel is never
 * the one that is lost.
 */
#pragma once

#include "base/alloc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEPT_MAX 16
#define KEPT_MS 30000

struct kept {
	uint8_t *bytes; /* KEPT_MAX slots of slot_size */
	size_t slot_size, len;
	size_t sizes[KEPT_MAX];
	int64_t until_ms[KEPT_MAX];
};

void kept_init(struct kept *kept, size_t slot_size);
void kept_done(struct kept *kept);
/* false: full, or larger than a slot. */
bool kept_add(struct kept *kept, const uint8_t *packet, size_t size, int64_t now_ms);
/* Forgets the ones that waited too long; how many those were. */
size_t kept_expire(struct kept *kept, int64_t now_ms);
/* Borrowed until the next change. */
uint8_t *kept_get(const struct kept *kept, size_t index, size_t *ret_size);
void kept_clear(struct kept *kept);
