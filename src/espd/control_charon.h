/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Charon's requests: SAs and IKE datagrams.
 */
#pragma once

#include "espd/plane.h"

#include <stddef.h>
#include <stdint.h>

struct session;

/* Is it one of charon's request types? */
bool charon_has(uint16_t type);
/* Carries a request out. The error and the value for its ACK; IKE_SEND gets none. */
int charon_request(struct plane *plane, struct session *session, const struct espd_header *header,
	const uint8_t *body, size_t size, uint32_t *ret_value);
