/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What numbers of resources have to do with each other beyond being different.
 */
#pragma once

/* Of two gateways of one VPC the numbers never differ by a multiple of this: so many find room
 * among the rules of a VPC (drivers/net/section.h). */
#define VPN_GATEWAY_PLACES 4000
