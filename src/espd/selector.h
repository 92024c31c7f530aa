/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The traffic selectors of one SA, and whether a packet is inside them (RFC 4301 section 4.4.1.1).
 */
#pragma once

#include "base/alloc.h"
#include "espd/ipv4.h"
#include "espd/proto.h"

#include <stdbool.h>
#include <stddef.h>

struct selectors {
	size_t sources_len, destinations_len;
	struct espd_selector *items; /* the sources, then the destinations */
};

/* Copies. -EINVAL: none on a side, too many, an empty or reversed range. */
MUST_CHECK int selectors_init(struct selectors *selectors, const struct espd_selector *items,
	size_t sources_len, size_t destinations_len);
void selectors_done(struct selectors *selectors);
/* Some source selector and some destination selector cover the packet. */
bool selectors_match(const struct selectors *selectors, const struct ipv4 *packet);
