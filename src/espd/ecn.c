/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 6040 figure 4 as code. The inner DSCP is never changed.
 */
#include "espd/ecn.h"

enum { NOT_ECT = 0, ECT_1 = 1, ECT_0 = 2, CE = 3 };

uint8_t ecn_encapsulate(uint8_t inner_tos)
{
	return inner_tos;
}

bool ecn_decapsulate(uint8_t outer_tos, uint8_t inner_tos, uint8_t *ret_tos)
{
	uint8_t outer = outer_tos & ECN_MASK, inner = inner_tos & ECN_MASK;

	if (inner == NOT_ECT && outer == CE)
		return false;
	if (inner != NOT_ECT && outer == CE)
		inner = CE;
	else if (inner == ECT_0 && outer == ECT_1)
		inner = ECT_1;
	*ret_tos = (uint8_t)((inner_tos & ~ECN_MASK) | inner);
	return true;
}
