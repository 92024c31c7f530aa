/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Explicit congestion notification through the tunnel, RFC 6040. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define ECN_MASK 3

/* The outer TOS byte of an inner one: DSCP and ECN are copied (normal mode, section 4.1). */
uint8_t ecn_encapsulate(uint8_t inner_tos);
/* Section 4.2. false: the packet must be dropped (congestion marked, inner is not ECN-capable). */
bool ecn_decapsulate(uint8_t outer_tos, uint8_t inner_tos, uint8_t *ret_tos);
