/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IPv4 addresses and prefixes as values. Addresses are kept in network order, so that they can be
 * put on the wire as they are; compare them with the functions below, not with < or >.
 */
#pragma once

#include "base/alloc.h"

#include <stdbool.h>
#include <stdint.h>

#define ADDR_TEXT_SIZE 16   /* "255.255.255.255" and NUL */
#define PREFIX_TEXT_SIZE 19 /* the same with "/32" */

struct addr {
	uint32_t v4; /* network order; 0 = none */
};

struct prefix {
	struct addr addr;
	uint8_t len; /* 0..32 bits */
};

/* Dotted quad, no leading zeroes. 0 or -EINVAL. */
MUST_CHECK int addr_parse(const char *text, struct addr *ret);
void addr_format(struct addr addr, char ret[static ADDR_TEXT_SIZE]);
bool addr_equal(struct addr a, struct addr b);
/* Negative, 0, positive: numeric order. */
int addr_compare(struct addr a, struct addr b);

/* "a.b.c.d/len" with the host bits zero. -EINVAL: no prefix; -ERANGE: host bits are set. */
MUST_CHECK int prefix_parse(const char *text, struct prefix *ret);
void prefix_format(struct prefix prefix, char ret[static PREFIX_TEXT_SIZE]);
bool prefix_equal(struct prefix a, struct prefix b);
int prefix_compare(struct prefix a, struct prefix b);
bool prefix_contains(struct prefix outer, struct prefix inner);
bool prefix_has(struct prefix prefix, struct addr addr);
bool prefix_overlaps(struct prefix a, struct prefix b);
struct addr prefix_first(struct prefix prefix);
struct addr prefix_last(struct prefix prefix);
