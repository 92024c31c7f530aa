/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the drivers of BGP and of the network must agree on without knowing each other: the link a
 * session runs over, and the kernel's table for what its peers advertise.
 */
#pragma once

#include <stdint.h>

#define TUNNEL_LINK_PREFIX "vco" /* and the connection's number */

#define KERNEL_TABLE_FIRST UINT32_C(10000)

/* The table that BIRD fills and the gateway's section of rules looks up. */
static inline uint32_t kernel_table_bgp(uint32_t gateway_number)
{
	return KERNEL_TABLE_FIRST + 2 * gateway_number;
}
